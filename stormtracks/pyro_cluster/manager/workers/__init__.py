"""The workers as the manager meets them: found, asked, believed only so far, and known to live."""
