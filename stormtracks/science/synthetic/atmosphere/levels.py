"""The levels that a planted season has, and how winds there go with those at 850 hPa."""

from collections.abc import Mapping

import numpy as np

from stormtracks.science.arrays import Floats

LEVELS = (850, 500, 200)
"""Pressures, hPa, of a season that is like an archive's."""

UPWARD = {850: 0.0, 500: 0.38, 200: 1.0}
"""How far up a level is on the way from 850 to 200 hPa, in log-pressure: ln(850 / p) / ln(850 / 200), nearly."""

UPWARD_IN_STORMS = {850: 0.0, 500: 0.22, 200: 1.0}
"""The same in a tropical cyclone, whose wind hardly fades below 500 hPa and fast above: the warm core lies high."""

UPPER_WAVES_WEST = 6.0
"""Degrees that waves at 200 hPa lie west of those at 850 hPa, as growing ones do."""


def share(level: int, upper_share: Floats | float, upward: Mapping[int, float] = UPWARD) -> Floats | float:
    """Share of the wind at 850 hPa that there is at a level, from the share at 200 hPa.

    Parameters
    ----------
    level : int
        One of `LEVELS`, hPa.
    upper_share : float or ndarray
        That at 200 hPa: below 1 the core is warm, above 1 it is cold.
    upward : mapping of int to float
        How far up each level is, `UPWARD` or `UPWARD_IN_STORMS`.

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> from stormtracks.science.synthetic.atmosphere.levels import LEVELS, share
    >>> [round(share(level, 0.3), 2) for level in LEVELS]
    [1.0, 0.73, 0.3]
    """
    return 1 + upward[level] * (upper_share - 1)


def noise_share(lat: Floats) -> Floats:
    """Share of the noise at 200 hPa by latitude (degrees): 0.5 in the tropics, 1.6 beyond 35 degrees."""
    return 0.5 + 1.1 * np.clip((np.abs(lat) - 15) / 20, 0, 1)


def jets(lat: Floats, level: int = 850) -> Floats:
    """Mean eastward wind of a level: westerlies, and trades that fade with height.

    Parameters
    ----------
    lat : ndarray
        Degrees.
    level : int
        One of `LEVELS`, hPa.

    Returns
    -------
    ndarray of float32
        m s-1; at 850 hPa westerlies of 8 about 45 degrees and trades of 4 about 10 degrees, at 200 hPa jets of 28 about
        38 degrees.
    """
    distance, up = np.abs(lat), UPWARD[level]
    lower = 8.0 * np.exp(-(((distance - 45) / 14) ** 2)) + -4.0 * np.exp(-(((distance - 10) / 13) ** 2))
    wind = lower
    if up:
        upper = 28.0 * np.exp(-(((distance - 38) / 13) ** 2)) - 2.0 * np.exp(-((distance / 10) ** 2))
        wind = (1 - up) * lower + up * upper
    return (wind * np.cos(np.radians(lat))).astype(np.float32)
