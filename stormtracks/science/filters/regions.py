"""Tracks that pass through a region: by their boxes as far as these tell, by their points where they must."""

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science import sphere
from stormtracks.science.arrays import Bools
from stormtracks.science.heads import Heads
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.region import Region

_MARGIN = 1e-6
"""Degrees by which a box must clear an edge to settle anything: what was turned round differs in its last digit."""


def passes(heads: Heads, tracks: Tracks | BestTracks | None, region: Region) -> Bools:
    """Which tracks have a point in a region, edges included; shape (ntracks,).

    Parameters
    ----------
    heads : Heads
    tracks : Tracks, BestTracks or None
        The same tracks; None where only their heads are known.
    region : tuple of float

    Raises
    ------
    BadValue
        Without tracks, one of which may have a point in the region, or not.
    """
    if tracks is not None:
        inside = sphere.in_region(tracks.lat, tracks.lon, region)
        return np.bincount(tracks.row[inside], minlength=len(tracks)) > 0
    sure = surely_passes(heads, region)
    if np.any(may_pass(heads, region) & ~sure):
        raise BadValue("which tracks pass a region cannot be told by their heads alone; give the tracks too")
    return sure


def surely_passes(heads: Heads, region: Region) -> Bools:
    """Which tracks have a point in a region as their heads alone tell; shape (ntracks,)."""
    return np.asarray(_inside(heads, region) | _ends_inside(heads, region))


def may_pass(heads: Heads, region: Region) -> Bools:
    """Which tracks could have a point in a region, since their boxes overlap with it; shape (ntracks,)."""
    south, north, west, _ = region
    after, before = (heads.west - west) % 360.0, (west - heads.west) % 360.0
    beside = (after <= _width(region) + _MARGIN) | (before <= heads.east - heads.west + _MARGIN)
    # 359.9999999 degrees after is 0 degrees before.
    beside |= (after >= 360.0 - _MARGIN) | (before >= 360.0 - _MARGIN)
    return beside & (heads.north >= south - _MARGIN) & (heads.south <= north + _MARGIN)


def _inside(heads: Heads, region: Region) -> Bools:
    """Which boxes lie in the region, clear of its edges."""
    south, north, west, _ = region
    width, after = _width(region), (heads.west - west) % 360.0
    between = (after >= _MARGIN) & (after + (heads.east - heads.west) <= width - _MARGIN)
    return (between | (width >= 360.0)) & (heads.south >= south) & (heads.north <= north)


def _ends_inside(heads: Heads, region: Region) -> Bools:
    """Which tracks are in the region where they begin, are strongest, or end."""
    places = ((getattr(heads, f"{name}_lat"), getattr(heads, f"{name}_lon")) for name in ("genesis", "peak", "lysis"))
    return np.logical_or.reduce([sphere.in_region(lat, lon, region) for lat, lon in places])


def _width(region: Region) -> float:
    _, _, west, east = region
    return 360.0 if east - west >= 360.0 else (east - west) % 360.0
