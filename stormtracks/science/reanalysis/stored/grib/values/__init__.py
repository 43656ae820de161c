"""One field: its message, checked, and its values."""
