"""Storms -> how much of them there was: days, accumulated cyclone energy, power dissipation."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.errors import InputError
from stormtracks.science.lists import StormList
from stormtracks.science.records import Tracks

KNOT_M_S = 1852.0 / 3600.0
"""A knot, m s-1."""
ACE_LEAST_KT = 34.0
"""Least wind (knots) that counts in accumulated cyclone energy (Bell et al. 2000)."""
ACE_UNIT_KT2 = 1.0e4
"""The usual unit of accumulated cyclone energy, square knots."""
PDI_UNIT_M3_S2 = 1.0e9
"""Unit of the power dissipation index here, m3 s-2."""
_SYNOPTIC_SECONDS = 6 * 3600

WINDS = ("data", "pressure")
"""Where winds come from: the data's own, or the lowest pressure by `wind_of_pressure`."""


@dataclass(frozen=True)
class Energy:
    """What each point of a member's storms adds; every array has shape (npoints,).

    Attributes
    ----------
    wind_kt : ndarray of float64
        Wind around the storm, knots; NaN where it is not known.
    days : ndarray of float64
        Days that the point stands for while the storm is of its class: a quarter at 00, 06, 12 and 18 UTC, else 0; in
        data that do not have these times, the step from one time to the next.
    ace : ndarray of float64
        Accumulated cyclone energy, 10^4 kt2.
    pdi : ndarray of float64
        Power dissipation index, 10^9 m3 s-2.
    """

    wind_kt: Floats
    days: Floats
    ace: Floats
    pdi: Floats


def stage(storms: StormList, name: str) -> Bools:
    """Points at which storms are what a list is of: tropical ones of "tc", all others of "etc"; shape (npoints,)."""
    return storms.tropical if name == "tc" else ~storms.tropical


def energy(storms: StormList, wind: str = "data", counted: Bools | None = None) -> Energy:
    """What each point of the storms adds to days, ACE and PDI.

    Parameters
    ----------
    storms : StormList
    wind : {'data', 'pressure'}
        The wind that was collected around the storm, or the one that its lowest pressure stands for.
    counted : ndarray of bool, shape (npoints,), optional
        Points that count; none: those at which the storm is a tropical cyclone.

    Returns
    -------
    Energy
        Sums over any points of any storms may be added up.

    Notes
    -----
    ACE (Bell et al. 2000) is the sum of v^2 at 00, 06, 12 and 18 UTC while the storm is tropical and v >= 34 kt. PDI
    (Emanuel 2005) is the integral of v^3 over the storm's tropical life, here v^3 times six hours at the same times,
    without a least wind. Data that do not have these times (daily ones, or 03, 09, 15 and 21 UTC) count at each of
    theirs, with as many six hours as lie between two of them. v is the highest wind within 500 km at the data's level,
    which is weaker than a best track's 1-minute wind in coarse data and stronger aloft than at 10 m: figures of one
    data set can be compared with each other, not with an agency's.
    """
    v = winds_kt(storms, wind)
    there, stands_for = _sampled(storms.tracks)
    counts = there & (storms.tropical if counted is None else counted)
    known = np.where(counts & np.isfinite(v), v, 0.0)
    strong = np.where(known >= ACE_LEAST_KT, known, 0.0)
    return Energy(
        wind_kt=v,
        days=np.where(counts, stands_for / 86400, 0.0),
        ace=strong**2 / ACE_UNIT_KT2 * (stands_for / _SYNOPTIC_SECONDS),
        pdi=(known * KNOT_M_S) ** 3 * stands_for / PDI_UNIT_M3_S2,
    )


def _sampled(tracks: Tracks) -> tuple[Bools, float]:
    """Which points count, shape (npoints,), and for how many seconds each of them stands."""
    seconds = tracks.time.astype("datetime64[s]").astype(np.int64)
    synoptic = seconds % _SYNOPTIC_SECONDS == 0
    apart = np.diff(seconds)[tracks.followed]
    step = int(apart.min()) if len(apart) else _SYNOPTIC_SECONDS
    if _SYNOPTIC_SECONDS % step == 0 and synoptic.any():
        return synoptic, float(_SYNOPTIC_SECONDS)
    return np.ones(len(seconds), bool), float(step)


def winds_kt(storms: StormList, wind: str = "data") -> Floats:
    """Wind around the storm at each point, knots; NaN where it is not known; shape (npoints,)."""
    if wind not in WINDS:
        raise InputError(f"'wind' must be one of {', '.join(WINDS)}, not {wind!r}")
    unknown = np.full(len(storms.tracks.time), np.nan)
    if wind == "data":
        return np.asarray(storms.fields.get("wind_max", unknown), float) / KNOT_M_S
    return wind_of_pressure(np.asarray(storms.fields.get("pressure_min", unknown), float))


def wind_of_pressure(pressure_pa: Floats) -> Floats:
    """Highest wind (knots) that a tropical cyclone of this lowest pressure (Pa) has; 0 from 1010 hPa on.

    Notes
    -----
    6.7 (1010 - p)^0.644, p in hPa (Atkinson and Holliday 1977), made for 1-minute winds of the western North Pacific.
    Coarse data have too high a pressure, and so too weak a wind, for strong storms.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.climatology.energy import wind_of_pressure
    >>> wind_of_pressure(np.array([101500.0, 100000.0, 95000.0])).round().tolist()
    [0.0, 30.0, 94.0]
    """
    return 6.7 * np.maximum(1010.0 - pressure_pa / 100.0, 0.0) ** 0.644


def storm_maximum(storms: StormList, values: Floats, counted: Bools) -> Floats:
    """Highest of the values at each storm's counted points, NaN where none is known; shape (nstorms,)."""
    highest = np.full(len(storms), -np.inf)
    known = counted & np.isfinite(values)
    np.maximum.at(highest, storms.tracks.row[known], values[known])
    return np.where(np.isfinite(highest), highest, np.nan)
