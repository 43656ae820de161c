"""Numbers that only mark a missing wind, though nothing says so: -99 in metres per second, say.

What no wind can be (`roles.Role.largest`) is found without this: here are marks that a wind could be.
"""

import math
from collections.abc import Collection, Sequence

import numpy as np

from stormtracks.science.arrays import Floats

_EVERY = 2039
"""Of the other steps and members, every so manyth value is looked at: a prime number passes over no column."""
_NO_USUAL_WIND = 90.0
"""m s-1; a few jets pass it, at no whole number and not by far."""
_APART = 0.05
"""How far a mark is from all other values, at least, as a share of itself."""


def unsaid(values: Floats, limits: Collection[float] = (), whole: bool = True) -> float | None:
    """The mark of missing values among some winds; None where there is none, as nearly always.

    Parameters
    ----------
    values : ndarray of float32, shape (step, member, lat, lon)
        m s-1. The first step of the first member is looked at as a whole, of the others a few points: marks of what is
        below the ground are there at all times.
    limits : collection of float
        The lowest and highest number that can be stored, where these are whole numbers with a scale.
    whole : bool
        Whether the first step is looked at as a whole, as once for each file.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.reanalysis.stored import marks
    >>> winds = np.linspace(-20, 30, 24, dtype="f4").reshape(1, 1, 4, 6)
    >>> marks.unsaid(winds) is None
    True
    >>> winds[..., :2] = -99
    >>> marks.unsaid(winds)
    -99.0
    """
    if not values.size:
        return None
    for part in (values[0, 0], values.reshape(-1)[::_EVERY])[0 if whole else 1 :]:
        for extreme in _extremes(part):
            if (_is_round(extreme) or extreme in limits) and _stands_apart(values, extreme):
                return extreme
    return None


def unwritten(fields: Sequence[Floats]) -> list[tuple[int, int]]:
    """The steps and members of which all values of all fields are 0, as of what a program did not write.

    Parameters
    ----------
    fields : sequence of ndarray of float32, shape (step, member, lat, lon)
    """
    some = [one.reshape((*one.shape[:2], math.prod(one.shape[2:]))) for one in fields]  # -1 fails for no steps
    zero = ~np.logical_or.reduce([one[..., ::_EVERY].any(axis=2) for one in some])
    return [
        (step, member)
        for step, member in np.argwhere(zero).tolist()
        if not any(one[step, member].any() for one in some)
    ]


def _extremes(part: Floats) -> tuple[float, float]:
    lowest, highest = float(part.min()), float(part.max())
    if math.isnan(lowest):  # looked at once more only then: passing over NaN takes three times as long
        lowest, highest = float(np.fmin.reduce(part, axis=None)), float(np.fmax.reduce(part, axis=None))
    return lowest, highest


def _is_round(value: float) -> bool:
    """Whether a value is one that people choose as a mark: a whole number, or nines only."""
    if not abs(value) >= _NO_USUAL_WIND or math.isinf(value):  # not of NaN either
        return False
    return value == round(value) or not f"{abs(value):.6g}".replace(".", "").strip("9")


def _stands_apart(values: Floats, mark: float) -> bool:
    """Whether a value is there several times, and no other is near it."""
    alike = values == np.float32(mark)
    if np.count_nonzero(alike) < 2:
        return False
    apart = np.abs(values[~alike & np.isfinite(values)] - np.float32(mark))
    return bool(apart.min(initial=np.inf) >= _APART * abs(mark))
