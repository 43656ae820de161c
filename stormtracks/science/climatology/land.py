"""Land of 1:110m as one polygon, and the squares of a degree that are sea or land as a whole: kept ready on this host.

Putting the polygons together takes 0.05 s, in each process that asks where land is.
"""

import contextlib
import functools
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import private
from stormtracks.errors import StormtracksError
from stormtracks.science import kept_arrays
from stormtracks.science.arrays import Ints

LAND = Path(__file__).parents[1] / "data" / "ne_110m_land.geojson"
"""Natural Earth, 1:110m: islands below some 100 km are not in it."""

IS_SEA, IS_LAND, HAS_COAST = range(3)
_KIND = "stormtracks land 1"
_MOST_FILES = 8
_CLOSE = 0.1
"""Degrees: a square so near to a coast has one."""


def polygon() -> Any:  # shapely has no types
    """All land, prepared for being asked of many places."""
    return _both()[0]


def squares() -> Ints:
    """Of each square of a degree whether it is sea or land as a whole; from 90S and 180W, shape (180, 360).

    A place in such a square needs no look at the polygon.
    """
    return _both()[1]


@functools.cache
def _both() -> tuple[Any, Ints]:
    import shapely  # a slot's tracks need no land

    place = _place()
    arrays = kept_arrays.read(place, _KIND) if place else None
    if arrays is None:
        land = _together()
        arrays = [np.frombuffer(shapely.to_wkb(land), np.uint8), _squares(land)]
        if place:
            kept_arrays.write(place, _KIND, arrays, _MOST_FILES)
    land = shapely.from_wkb(arrays[0].tobytes())
    shapely.prepare(land)
    return land, arrays[1]


def _place() -> Path | None:
    """Where they are kept, under a name of all that they are made by; None where nothing can be."""
    import shapely

    made_by = [LAND.read_bytes(), Path(__file__).read_bytes(), f"{shapely.__version__} {shapely.geos_version}".encode()]
    name = hashlib.sha256(b"\n".join(made_by)).hexdigest()[:32]
    with contextlib.suppress(StormtracksError, OSError):
        return private.state("land") / f"{name}.land"
    return None


def _together() -> Any:
    import shapely

    features = json.loads(LAND.read_text(encoding="utf-8"))["features"]
    return shapely.union_all([shapely.geometry.shape(feature["geometry"]).buffer(0) for feature in features])


def _squares(land: Any) -> Ints:
    """See `squares`."""
    import shapely

    shapely.prepare(land)
    coast = shapely.get_coordinates(shapely.segmentize(shapely.boundary(land), _CLOSE))
    found = np.full((180, 360), IS_SEA, np.int8)
    lat, lon = np.arange(-89.5, 90.0), np.arange(-179.5, 180.0)
    found[shapely.contains_xy(land, *np.meshgrid(lon, lat))] = IS_LAND
    for east, north in ((_CLOSE, _CLOSE), (_CLOSE, -_CLOSE), (-_CLOSE, _CLOSE), (-_CLOSE, -_CLOSE)):
        row, column = (coast[:, 1] + north + 90).astype(int), (coast[:, 0] + east + 180).astype(int)
        found[np.clip(row, 0, 179), np.clip(column, 0, 359)] = HAS_COAST
    return found
