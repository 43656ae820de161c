"""Grids and vortices that several tests stand on."""

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.records import Grid, TimeAxis


def even_grid(degrees=2.0):
    """A global grid with rows on both poles, as 20CR has."""
    return Grid(np.linspace(-90, 90, round(180 / degrees) + 1), np.arange(round(360 / degrees)) * degrees, True)


def gaussian_grid(rows=94):
    """A global Gaussian grid: uneven rows, none on a pole."""
    lat = np.degrees(np.arcsin(np.polynomial.legendre.leggauss(rows)[0]))
    return Grid(lat, np.arange(2 * rows) * 180.0 / rows, True)


def vortex(grid, lat, lon, peak=1e-4, radius_km=400.0):
    """A round patch of cyclonic vorticity, shape (nlat, nlon)."""
    distance = sphere.distance_km(lat, lon, grid.lat[:, np.newaxis], grid.lon[np.newaxis, :])
    return peak * np.exp(-((distance / radius_km) ** 2))


def six_hourly(count, start="2005-06-01"):
    """A time axis without gaps."""
    return TimeAxis(np.datetime64(start, "s") + np.arange(count) * np.timedelta64(6, "h"), 6.0 * np.arange(count))
