"""GRIB 1 and 2: messages found by their own bytes, grouped to variables with coordinates, their values decoded."""
