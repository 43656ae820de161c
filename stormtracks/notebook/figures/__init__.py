"""Figures of what is chosen: `plots`, the `observed` tracks beside it, and the `picture` that a notebook shows."""
