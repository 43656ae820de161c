"""One file: which of its variables are the winds, what is known of them, and their values."""
