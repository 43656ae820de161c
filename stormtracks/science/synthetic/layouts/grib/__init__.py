"""GRIB 1 and 2: the files of ECMWF and NCEP, on regular and reduced grids."""
