"""Positions -> the ocean basins in which IBTrACS counts tropical cyclones."""

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Ints

BASINS = ("NA", "EP", "WP", "NI", "SI", "SP", "SA")
"""North Atlantic, eastern and western North Pacific, North and South Indian Ocean, South Pacific, South Atlantic."""

NAMES = (
    "North Atlantic", "eastern North Pacific", "western North Pacific", "North Indian Ocean", "South Indian Ocean",
    "South Pacific", "South Atlantic",
)  # fmt: skip

_AMERICA_LAT = (0.0, 8.9, 9.2, 10.0, 12.0, 14.0, 15.0, 17.0, 18.0, 22.0, 30.0)
_AMERICA_LON = (-75.0, -78.0, -81.0, -83.5, -85.0, -87.0, -90.0, -93.0, -98.0, -102.0, -110.0)
"""The crest of Central America, which parts NA from EP. Of the 122,351 points that IBTrACS's file of the North
Atlantic calls NA or EP, 99.8 % lie on their side of it."""

_AGENCIES = {"AL": "NA", "EP": "EP", "CP": "EP", "WP": "WP", "IO": "NI", "BB": "NI", "AS": "NI", "SL": "SA"}
"""Prefix of an ATCF or HURDAT2 number -> basin; SH, the southern hemisphere, has two and says neither."""

COVERED_LEAST, COVERED_SHARE = 2, 0.02
"""Best tracks, and share of all of them, from which on a basin is one that the best tracks are of."""


def basin(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Ints:
    """The basin of each position.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n,)
        Degrees, any longitude; NaN where there is no position.

    Returns
    -------
    ndarray of int64, shape (n,)
        Place in `BASINS`; -1 without a position. Every position is in a basin, land and high latitudes too.

    Notes
    -----
    North of the equator, and on it: NI from 30E to 100E, WP to 180, EP to the crest of Central America, NA from there
    to 30E. South of it: SI from 10E to 135E, SP to 70W, SA from there to 10E. These are the limits of IBTrACS v4, whose
    line through Central America is drawn in more detail. A limit belongs to the basin east of it.

    Examples
    --------
    >>> from stormtracks.science.climatology.basins import BASINS, basin
    >>> [BASINS[number] for number in basin([25, 12, 15, 15, -15], [-75, -95, 140, 65, 175])]
    ['NA', 'EP', 'WP', 'NI', 'SP']
    """
    lat, lon = np.asarray(lat, float), sphere.wrap(np.asarray(lon, float))
    crest = np.interp(lat, _AMERICA_LAT, _AMERICA_LON)
    north = np.select([lon < crest, lon < 30.0, lon < 100.0], [1, 0, 3], 2)
    south = np.select([lon < -70.0, lon < 10.0, lon < 135.0], [5, 6, 4], 5)
    known = np.isfinite(lat) & np.isfinite(lon)
    return np.where(known, np.where(lat >= 0.0, north, south), -1)


def of_identifier(sid: str) -> int:
    """The basin of a best track by its identifier alone: where IBTrACS saw it first, or which agency numbered it.

    Parameters
    ----------
    sid : str
        Such as "2005236N23285" (IBTrACS: year, day, latitude, longitude), "AL122005" or "wp042014".

    Returns
    -------
    int
        Place in `BASINS`; -1 where the identifier does not say.

    Examples
    --------
    >>> from stormtracks.science.climatology.basins import BASINS, of_identifier
    >>> BASINS[of_identifier("2005236N23285")], of_identifier("sh052014")
    ('NA', -1)
    """
    if found := re.fullmatch(r"\d{7}([NS])(\d\d)(\d{3})", sid):
        lat = float(found[2]) * (1 if found[1] == "N" else -1)
        return int(basin([lat or (-0.5 if found[1] == "S" else 0.5)], [float(found[3])])[0])
    code = _AGENCIES.get(sid[:2].upper(), "")
    return BASINS.index(code) if code else -1


def covered(sids: Iterable[str]) -> Bools:
    """Basins that best tracks with these identifiers are of, shape (nbasins,); all, where none of them says it.

    The file of one basin has a storm or two that began in the next one: a basin counts from two best tracks and 2 % of
    all on. Elsewhere nobody looked, or saw next to none.

    Examples
    --------
    >>> from stormtracks.science.climatology.basins import BASINS, covered
    >>> known = covered(["2005236N23285", "2005289N18282", "2005270N12260"])
    >>> [code for code, seen in zip(BASINS, known, strict=True) if seen]
    ['NA']
    """
    places = np.array([of_identifier(sid) for sid in sids], np.int64)
    seen = np.bincount(places[places >= 0], minlength=len(BASINS))
    if not seen.any():
        return np.ones(len(BASINS), bool)
    return np.asarray((seen >= COVERED_LEAST) & (seen >= COVERED_SHARE * seen.sum()))
