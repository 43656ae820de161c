"""netCDF files, read by netCDF4 and, where it is faster, by h5py and libdeflate: nobody else imports these to read."""
