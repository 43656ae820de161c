"""A folder of data: which of its files hold what, and what is said of all others."""
