"""The engine "dask": workers of a Dask scheduler, whatever started them, or of one on this machine."""
