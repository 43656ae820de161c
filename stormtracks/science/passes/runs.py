"""Which steps are read at a time: whole stored chunks, as far as memory allows."""

import math

import numpy as np

from stormtracks.science.arrays import Bools
from stormtracks.science.records import Block, Grid

BLOCK_BYTES = 2 << 20
"""Fields are worked on so many bytes at a time, to stay in a processor's cache."""

READ_BYTES = 62 << 20
"""Fields that are read at a time are no more than this: twice the largest memory that a process keeps when it is freed
(`shared_pass.KEPT_BYTES`). Larger fields have each page cleared again, which costs a tenth of reading."""

WHOLE_BYTES = 256 << 20
"""Where a stored chunk holds more than is kept of it, each part would decode all of it: then so much is read at a time.
With what is decoded for them, a slot needs half a gigabyte: hosts have one or two per core, and a slot per core."""

FIELDS = 2
"""u and v are read at once."""


def runs(cuts: Bools, count: int, most: int) -> list[slice]:
    """Steps in runs that are read at a time.

    Parameters
    ----------
    cuts : ndarray of bool, shape (nt,)
        Before which steps a run may begin or end with no stored chunk decoded twice.
    count : int
        Steps that there should be in a run: it continues to the next cut.
    most : int
        Steps that it may have for that. A stored chunk of more is cut into equal parts.

    Returns
    -------
    list of slice
        All steps, in order.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.passes.runs import runs
    >>> days = np.arange(20) % 8 == 5  # chunks of 8 steps, of which the first is cut off
    >>> runs(days, 4, 12)
    [slice(0, 5, None), slice(5, 13, None), slice(13, 20, None)]
    >>> runs(days, 4, 6)
    [slice(0, 5, None), slice(5, 9, None), slice(9, 13, None), slice(13, 17, None), slice(17, 20, None)]
    """
    total = len(cuts)
    places = np.append(np.flatnonzero(cuts), total)
    found: list[slice] = []
    start = 0
    while start < total:
        stop = _stop(places, start, min(count, total - start), max(most, count))
        found.append(slice(start, stop))
        start = stop
    return found


def within(steps: slice, cuts: Bools, count: int, most: int) -> list[slice]:
    """The same of some of the steps."""
    inside = runs(cuts[steps], count, most)
    return [slice(one.start + steps.start, one.stop + steps.start) for one in inside]


def most_steps(grid: Grid, members: int, block: Block) -> int:
    """Steps of some members' fields that may be read at a time."""
    return max(1, (READ_BYTES if block.kept else WHOLE_BYTES) // (FIELDS * members * _bytes(grid)))


def steps_in_cache(grid: Grid) -> int:
    """How many times of one member are worked on at a time."""
    return max(1, BLOCK_BYTES // _bytes(grid))


def _stop(places: np.ndarray, start: int, count: int, most: int) -> int:
    """Where a run from `start` ends: at the first of some places after `count` steps, or before `most`."""
    after = int(places[np.searchsorted(places, start + count)])
    if after - start <= most:
        return after
    before = int(places[np.searchsorted(places, start + most, side="right") - 1])
    if before > start:
        return before
    size = int(places[np.searchsorted(places, start, side="right")]) - start
    return start + math.ceil(size / math.ceil(size / most))


def _bytes(grid: Grid) -> int:
    nlat, nlon = grid.shape
    return 4 * nlat * nlon
