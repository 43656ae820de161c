"""Files joined in time: those that are open, one after another, of one run and the same times, and what they lack."""
