"""Grids of cells, which have no rows and columns: from their places to weights that put values on a regular grid.

`rows` and `hull` find the cells around a point, `caps` does so next to a pole, `healpix` knows where the cells of that
grid lie. `weights` is what they make, `kept` keeps it, `cost` says what it costs in truth. `places` reads from a file
where its cells lie, `orders` in which order HEALPix cells are stored, `signs` knows a dimension of cells.
"""
