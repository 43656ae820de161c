"""Files that are not of the same times as the others: a monthly mean beside six-hourly analyses."""

from collections.abc import Sequence

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.reanalysis.joined.files import StoredField

_FAR = 8.0
"""Steps of the finest files. Steps change within a season (hourly, then 6-hourly), but never by so much."""


def apart(fields: Sequence[StoredField]) -> dict[int, str]:
    """Which fields of a season do not belong to the others, by their place among them, and why.

    A field is left out if its step is more than `_FAR` times that of the finest, if its only time is so far from all
    others, or if it says that it is a mean over time, which the finest do not, and its step is not theirs.

    Parameters
    ----------
    fields : sequence of StoredField
        In any order.

    Returns
    -------
    dict of int to str
        Empty where all belong together, as they do in nearly every folder.
    """
    if len(fields) < 2:
        return {}
    steps = np.array([_step_hours(field) for field in fields])
    finest = _finest(fields, steps)
    if not finest:
        return {}
    of_finest = steps < 1.5 * finest if np.isfinite(steps).any() else np.ones(len(fields), bool)
    mixed = not all(field.is_mean for field, fine in zip(fields, of_finest, strict=True) if fine)
    distance = _distance_hours(fields)
    found = {}
    for place, field in enumerate(fields):
        alone = len(field.times) == 1
        if steps[place] > _FAR * finest:  # not where it is NaN
            found[place] = f"its times are {_length(steps[place])} apart, those of the others {_length(finest)}"
        elif alone and distance[place] > _FAR * finest:
            far = f"{_length(distance[place])} from all others, which are {_length(finest)} apart"
            found[place] = f"its one time is {far}"
        elif field.is_mean and mixed and (alone or steps[place] > 1.5 * finest):
            found[place] = "it holds means over time, the others do not"
    return found if len(found) < len(fields) else {}


def _step_hours(field: StoredField) -> float:
    return float(np.median(np.diff(field.times)) / np.timedelta64(1, "h")) if len(field.times) > 1 else np.nan


def _finest(fields: Sequence[StoredField], steps: Floats) -> float:
    """The step of the finest files; of files of one time each the commonest difference; 0 where there is none."""
    if np.isfinite(steps).any():
        return float(np.nanmin(steps))
    times = np.unique(np.concatenate([field.times for field in fields]))
    values, counts = np.unique(np.diff(times), return_counts=True)
    return float(values[np.argmax(counts)] / np.timedelta64(1, "h")) if len(values) else 0.0


def _distance_hours(fields: Sequence[StoredField]) -> Floats:
    """How far the first time of each field is from the nearest time of all others, hours."""
    first = np.array([field.times[0] for field in fields])
    times = np.sort(np.concatenate([field.times for field in fields]))
    place = np.searchsorted(times, first)
    never = np.timedelta64(10**9, "s")
    before = np.where(place > 0, first - times[place - 1], never)
    after = np.where(place + 1 < len(times), times[np.minimum(place + 1, len(times) - 1)] - first, never)
    return np.minimum(before, after) / np.timedelta64(1, "h")


def _length(hours: float) -> str:
    return f"{hours:g} hours" if hours < 72 else f"{hours / 24:.3g} days"
