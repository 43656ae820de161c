"""What it is planted in: a background, winds at three levels, pressure and heights in balance with them."""
