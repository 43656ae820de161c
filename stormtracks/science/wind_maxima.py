"""winds (or vorticity) -> maxima in one go: field by field where there is a kernel, else stage by stage."""

from collections.abc import Sequence

import numpy as np

from stormtracks.science import maxima, sphere, vorticity
from stormtracks.science.arrays import Floats
from stormtracks.science.kernel import finding
from stormtracks.science.records import Grid, Maxima
from stormtracks.science.settings import Settings

_CACHE_BYTES = 1 << 18
"""NumPy makes vorticity of so many bytes at a time: with all that is between, they stay in a processor's cache."""


def find(
    arrays: Sequence[Floats],
    grid: Grid,
    *,
    threshold_s1: float = Settings.threshold_s1,
    min_separation_km: float = Settings.min_separation_km,
    region: sphere.Region | None = None,
) -> Maxima:
    """The maxima of what a season reads.

    Parameters
    ----------
    arrays : sequence of ndarray of float, shape (n, nlat, nlon)
        (u, v) in m s-1, or (vorticity,) in s-1, as `vorticity.cyclonic_from` takes them.
    grid : Grid
    threshold_s1, min_separation_km, region
        See `maxima.find`.

    Returns
    -------
    Maxima
        `step` is the index along the first axis. They are those of `maxima.find` in `vorticity.cyclonic_from`.

    Examples
    --------
    >>> from stormtracks.science import maxima, vorticity, wind_maxima
    >>> from stormtracks.science.reanalysis import open_season
    >>> with open_season("sample/20crv2c_1987", 1987) as season:
    ...     winds = [field[:, 0] for field in season.read(0, 4, [0])]
    >>> at_once = wind_maxima.find(winds, season.grid)
    >>> len(at_once) == len(maxima.find(vorticity.cyclonic_from(winds, season.grid), season.grid))
    True
    """
    for one in arrays:
        if np.shape(one)[1:] != grid.shape:
            maxima.check_shape(one, grid)  # refuses it
    # Refuses what these must not be.
    Settings(threshold_s1=threshold_s1, min_separation_km=min_separation_km, region=region)
    limits = {"threshold_s1": float(threshold_s1), "min_separation_km": float(min_separation_km)}
    found = None
    if finding.takes(arrays, grid):
        kind = "winds" if len(arrays) == 2 else "vorticity"
        found = finding.find(kind, arrays, maxima.tables(grid, region), vorticity.kernel_stencil(grid), **limits)
    return maxima.find(_cyclonic(arrays, grid), grid, **limits, region=region) if found is None else found


def _cyclonic(arrays: Sequence[Floats], grid: Grid) -> Floats:
    cyclonic = np.empty_like(arrays[0])
    few = max(1, _CACHE_BYTES // (1 + cyclonic[:1].nbytes))
    for first in range(0, len(cyclonic), few):
        part = slice(first, first + few)
        cyclonic[part] = vorticity.cyclonic_from([one[part] for one in arrays], grid)
    return cyclonic
