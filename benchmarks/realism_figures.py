"""Figures of a season's vorticity and pressure that say how like nature it is."""

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import maximum_filter

from stormtracks.science.sphere import distance_km
from stormtracks.science.track_fields import Points, Sampler

BANDS = ((5, 25), (25, 45), (45, 65))
"""Latitudes, of both hemispheres together."""

WAVES = ((1, 10), (11, 20), (21, 35), (36, 50), (51, 80))
"""Zonal wavenumbers; the last are those that the grid has."""

LEVELS = (2e-5, 5e-5, 1e-4)
DEPTHS = (50, 100, 150, 200, 300, 500)
WINDS = ((34, 64), (64, 96), (96, 130), (130, 200))
STORM_KM = 500.0


@dataclass(frozen=True)
class Season:
    """What is looked at.

    Attributes
    ----------
    grid : Grid
    pressure : ndarray or None, shape (step, member, nlat, nlon)
        Pa, six-hourly.
    vorticity : ndarray, shape (step, member, nlat, nlon)
        Cyclonic, s-1.
    storms : ndarray, shape (n, 5)
        Step, member, latitude, longitude and wind (kt) of the storms that are known at each of their times.
    """

    grid: object
    pressure: np.ndarray | None
    vorticity: np.ndarray
    storms: np.ndarray = field(default_factory=lambda: np.empty((0, 5)))


def figures(season):
    """All figures, by (field, what, ...); a key with "power" has a latitude band and a band of wavenumbers as well."""
    found = _power("vorticity", season.vorticity, season.grid) | _vorticity(season)
    if season.pressure is not None:
        found |= _power("pressure", season.pressure, season.grid) | _pressure(season) | _lows(season)
    return found


def _rows(grid, low, high):
    return (np.abs(grid.lat) >= low) & (np.abs(grid.lat) < high)


def _power(what, fields, grid):
    """Geometric mean, over rows and wavenumbers, of the mean power."""
    power = np.mean([(np.abs(np.fft.rfft(step, axis=-1, norm="forward")) ** 2).mean(axis=0) for step in fields], axis=0)
    return {
        (what, "power", band, waves): np.exp(np.log(power[_rows(grid, *band), waves[0] : waves[1] + 1]).mean())
        for band in BANDS
        for waves in WAVES
        if waves[0] < power.shape[-1]
    }


def _vorticity(season):
    fields = season.vorticity.reshape(-1, *season.grid.shape)
    found = {}
    for band in BANDS:
        rows = _rows(season.grid, *band)
        eddies = fields[:, rows] - fields[:, rows].mean(axis=-1, keepdims=True)
        found["vorticity", f"std {band[0]}-{band[1]} (1e-5 s-1)"] = 1e5 * eddies.std()
    peak = _peaks(fields)
    for band in BANDS:
        for level in LEVELS:
            count = (peak & (fields > level))[:, _rows(season.grid, *band)].sum() / len(fields)
            found["vorticity", f"maxima a step {band[0]}-{band[1]} above {level:.0e}"] = count
    return found


def _peaks(fields):
    peak = fields == maximum_filter(fields, size=(1, 3, 3), mode=("nearest", "nearest", "wrap"))
    peak[:, [0, -1]] = False  # a pole's row is one point
    return peak


def _pressure(season):
    found, p = {}, season.pressure
    for low, high in ((0, 20), (40, 60)):
        band = p[:, :, _rows(season.grid, low, high)]
        name = f"{low}-{high} (Pa)"
        found["pressure", f"std about the zonal mean {name}"] = (band - band.mean(axis=-1, keepdims=True)).std()
        found["pressure", f"std of the change in 24 h {name}"] = (band[4:] - band[:-4]).std()
        if band.shape[1] > 1:
            found["pressure", f"spread of the members {name}"] = np.sqrt(band.var(axis=1, ddof=1).mean())
    return found


def _lows(season):
    """Tropical vorticity maxima over sea by the depth of their closed contour, and depths of the storms."""
    grid = season.grid
    fields = season.vorticity.reshape(-1, *grid.shape)
    pressure = season.pressure.reshape(fields.shape)
    at, row, column = np.nonzero(_peaks(fields) & (fields > LEVELS[0]) & _rows(grid, 5, 30)[:, None])
    lat, lon = grid.lat[row], grid.lon[column]
    depth, sea = _depth(pressure, grid, at, lat, lon)
    known = _of_storms(season, at, lat, lon)
    found = {}
    for least in DEPTHS:
        deep = sea & (depth >= least)
        found["pressure", f"tropical lows a step deeper than {least} Pa"] = deep.sum() / len(fields)
        if len(season.storms):
            found["pressure", f"of these no storms, {least} Pa"] = (deep & ~known).sum() / len(fields)
    return found | _storm_depths(season, pressure)


def _depth(pressure, grid, at, lat, lon):
    nowhere = np.full(len(at), np.nan)
    sampled = Sampler(grid).sample({"pressure": pressure.astype(np.float32)}, Points(at, lat, lon, nowhere, nowhere))
    return sampled["pressure_depth"], sampled["sea"] == 1


def _fields_of(season):
    """Which field of all the steps' and members' each known point of a storm belongs to."""
    return (season.storms[:, 0] * season.pressure.shape[1] + season.storms[:, 1]).astype(int)


def _of_storms(season, at, lat, lon):
    near = np.zeros(len(at), bool)
    order = np.argsort(at, kind="stable")
    for index, (_, _, storm_lat, storm_lon, _) in zip(_fields_of(season), season.storms, strict=True):
        here = order[slice(*np.searchsorted(at[order], [index, index + 1]))]
        near[here] |= distance_km(lat[here], lon[here], storm_lat, storm_lon) < STORM_KM
    return near


def _storm_depths(season, pressure):
    """Median depth of the storms' lows by the storms' wind."""
    if not len(season.storms):
        return {}
    depth, _ = _depth(pressure, season.grid, _fields_of(season), season.storms[:, 2], season.storms[:, 3] % 360)
    found = {}
    for low, high in WINDS:
        which = (season.storms[:, 4] >= low) & (season.storms[:, 4] < high)
        if which.any():
            found["pressure", f"depth of storms of {low}-{high - 1} kt, median (Pa)"] = np.nanmedian(depth[which])
    return found
