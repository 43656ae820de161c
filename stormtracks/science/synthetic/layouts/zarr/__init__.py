"""Zarr 2 and 3: stores of reanalyses and of forecasts, on regular grids and HEALPix."""
