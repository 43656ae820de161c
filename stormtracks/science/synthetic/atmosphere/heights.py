"""Winds at three levels -> pressure at mean sea level and heights of pressure levels, in balance with them."""

from collections.abc import Mapping

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.records import Grid
from stormtracks.science.synthetic.atmosphere.balance import Balance

GRAVITY = 9.80665
"""m s-2, of geopotential metres."""

GAS_CONSTANT = 287.05
"""Of dry air, J kg-1 K-1."""

MEAN_HEIGHTS = {1000: 111.0, 500: 5690.0, 200: 12060.0}
"""Global mean heights (m) of pressure levels (hPa): that of 1000 hPa goes with the standard atmosphere's 1013.25 hPa at
sea level, the others with layers of 275 and 237 K above it."""

WINDS_OF = {1000: 850, 500: 500, 200: 200}
"""Level (hPa) whose winds a height is in balance with. 1000 hPa has those of 850, as if there were no friction."""

TRUNCATIONS: dict[str | None, int] = {"20crv2c": 62}
"""Highest degree of the fields of an archive whose model is spectral and coarser than its grid, by `Plan.like`."""


class Heights:
    """Pressure and heights of a grid's winds.

    Parameters
    ----------
    grid : Grid
        As `Plan.axes`.
    like : str or None
        As `Plan.like`.
    """

    def __init__(self, grid: Grid, like: str | None = None) -> None:
        self._balance = Balance(grid, TRUNCATIONS.get(like))
        self._scale = (GAS_CONSTANT * surface_temperature(grid.lat) / GRAVITY).astype(np.float32)[:, None]

    def fields(self, winds: Mapping[int, tuple[Floats, Floats]]) -> dict[str, Floats]:
        """One step of all members.

        Parameters
        ----------
        winds : mapping of int to (ndarray, ndarray)
            Eastward and northward wind at 850, 500 and 200 hPa, m s-1, float32, shape (member, nlat, nlon), without
            divergence.

        Returns
        -------
        dict of str to ndarray of float32, shape (member, nlat, nlon)
            ``prmsl`` (Pa) and ``z1000``, ``z500``, ``z200`` (m). Differences of heights are thicknesses.
        """
        fields = {f"z{level}": self._height(level, *winds[WINDS_OF[level]]) for level in MEAN_HEIGHTS}
        return {"prmsl": self._pressure(fields["z1000"])} | fields

    def _height(self, level: int, u: Floats, v: Floats) -> Floats:
        return self._balance.geopotential(u, v) / np.float32(GRAVITY) + np.float32(MEAN_HEIGHTS[level])

    def _pressure(self, height: Floats) -> Floats:
        """Pressure at sea level below (or above) the level of 1000 hPa, by the hypsometric equation."""
        return np.float32(1e5) * np.exp(height / self._scale)


def surface_temperature(lat: Floats) -> Floats:
    """Virtual temperature (K) between sea level and 1000 hPa by latitude (degrees).

    301 at the equator, 263 at the poles. With it 1 m of height is 11.4 Pa at the equator and 13 at the poles.
    """
    return 301.0 - 38.0 * np.sin(np.radians(lat)) ** 2
