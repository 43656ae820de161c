"""A Zarr store, version 2 or 3, as groups of variables: metadata read by hand, arrays by tensorstore."""
