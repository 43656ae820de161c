"""What a variable is laid out along: axes, rows and columns, times, levels; or a refusal of what is none of them."""
