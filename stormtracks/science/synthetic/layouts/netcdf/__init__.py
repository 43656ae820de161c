"""netCDF: the files of 20CR, ERA5, SEAS5 and CESM2-LENS."""
