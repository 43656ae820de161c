"""Charts without a map: a wing of figures."""
