"""Numbers that describe a track as a whole, for a logistic function that is fitted on matched years."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.lists.evidence import Evidence, at_sea, feature
from stormtracks.science.lists.sustained import number
from stormtracks.science.lists.verdict import classes
from stormtracks.science.ragged import Ragged
from stormtracks.science.records import TimeAxis, Tracks
from stormtracks.science.track_fields import TrackFields

_LATITUDE = 40.0
_VARIABLES = {"vorticity": 5.0e-5, "wind_max": 12.0, "pressure_depth": 100.0, "warm_core": 5.0}
"""What is described, and the value above which the hours at a stretch are counted."""


@dataclass(frozen=True)
class Features:
    """Features of tracks.

    Attributes
    ----------
    names : tuple of str
    values : ndarray of float64, shape (ntracks, len(names))
    variables : tuple of str
        What they were made of.
    """

    names: tuple[str, ...]
    values: Floats
    variables: tuple[str, ...]


def features(tracks: Tracks, fields: TrackFields, axis: TimeAxis, *, grid_degrees: float) -> Features:
    """Describe each track by its life, its birth, what it reaches over tropical seas, and what the rule says of it.

    Parameters
    ----------
    tracks : Tracks
    fields : TrackFields
    axis : TimeAxis
        The data's times.
    grid_degrees : float
        Spacing of the grid, degrees.

    Returns
    -------
    Features
        "ln days", "birth" (degrees from the equator), "tropical days" (over sea within 40 degrees); "ln margin" of the
        physical rule with its own thresholds, within a factor of ten of them; and of vorticity, and of wind_max,
        pressure_depth and warm_core where they are known, there: the highest value, the mean, and the days at a stretch
        above a threshold. A value that is not known at a point counts as 0 there.
    """
    days = (axis.step_hours or 6.0) / 24
    where = at_sea(tracks, fields) & (np.abs(tracks.lat) < _LATITUDE)
    points = number(where, tracks)
    named: dict[str, Floats] = {
        "ln days": np.log(np.maximum(tracks.row_size * days, days)),
        "birth": np.abs(tracks.lat[tracks.start]),
        "tropical days": points * days,
        "ln margin": np.log(np.clip(classes(tracks, fields, axis, grid_degrees=grid_degrees).margin, 0.1, 10.0)),
    }
    variables = _known(fields)
    for name in variables:
        values = tracks.vorticity.astype(float) if name == "vorticity" else feature(tracks, fields, name)
        values = np.where(where & ~np.isnan(values), np.clip(values, 0, None), 0.0)
        named[f"highest {name}"] = _highest(values, tracks)
        named[f"mean {name}"] = np.bincount(tracks.row, values, minlength=len(tracks)) / np.maximum(points, 1)
        named[f"days of {name}"] = longest(values >= _VARIABLES[name], tracks) * days
    return Features(tuple(named), np.column_stack(list(named.values())), variables)


def longest(where: Bools, tracks: Ragged) -> Ints:
    """The longest run of chosen points of each track, shape (ntracks,).

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.lists.features import longest
    >>> from stormtracks.science.ragged import Ragged
    >>> two = Ragged()
    >>> two.row_size = np.array([4, 3])
    >>> longest(np.array([True, False, True, True, True, False, False]), two).tolist()
    [2, 1]
    """
    if not len(tracks):
        return np.zeros(0, np.int64)
    ends = np.zeros(len(where) + 1, bool)  # before which points a run cannot continue
    ends[tracks.start] = ends[-1] = True
    ends[:-1] |= ~where
    breaks = np.flatnonzero(ends)
    # A run lies between two breaks; the point of a break belongs to it only where a track begins with a chosen one.
    begin = breaks[:-1] + ~where[breaks[:-1]]
    length = breaks[1:] - begin
    found = np.zeros(len(tracks), np.int64)
    some = length > 0
    np.maximum.at(found, tracks.row[begin[some]], length[some])
    return found


def _highest(values: Floats, tracks: Ragged) -> Floats:
    return np.maximum.reduceat(values, tracks.start) if len(tracks) else np.zeros(0)


def _known(fields: TrackFields) -> tuple[str, ...]:
    evidence = Evidence.of(fields)
    there = {
        "vorticity": True,
        "wind_max": evidence.wind,
        "pressure_depth": evidence.pressure,
        "warm_core": evidence.warm_core,
    }
    return tuple(name for name in _VARIABLES if there[name])
