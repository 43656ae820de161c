"""Tracks of different members -> which are near each other, how often, and how far apart then.

Near is asked of pairs of tracks, not of pairs of points, some time steps at a time: by the kernel, point by point of a
track, or by NumPy (`pieces`). Distances are added in whole metres, so that both find the same.
"""

from collections.abc import Callable, Iterator

import numpy as np

from stormtracks.science import kernel, sphere
from stormtracks.science.arrays import Bools
from stormtracks.science.consensus.grouping import pieces
from stormtracks.science.consensus.grouping.blocks import Block, blocks
from stormtracks.science.consensus.grouping.meeting import Meetings
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.kernel import meetings as compiled

STEPS = 32
"""Time steps that the kernel looks at in one go."""


def meetings(points: Points, radius_km: float, enough: Callable[[Meetings], Bools]) -> Meetings:
    """All pairs of tracks of different members that are near each other, and enough.

    Parameters
    ----------
    points : Points
    radius_km : float
        Points at one time and no farther apart than this are near, as `sphere.distance_m` decides.
    enough : callable
        Which pairs are wanted; asked as soon as one of the tracks has ended, so that the others take no memory.

    Returns
    -------
    Meetings
    """
    end = points.span[1]
    steps, of_block = (pieces.STEPS, pieces.near) if kernel.library() is None else (STEPS, _compiled)
    going, done = Meetings.joined([]), []
    for step, block in blocks(points, steps):
        going = _summed(Meetings.joined([going, *of_block(block, radius_km)]), len(points.member))
        over = np.minimum(end[going.first], end[going.second]) < step + steps
        ended = going.take(over)
        done.append(ended.take(enough(ended)))
        going = going.take(~over)
    return Meetings.joined(done)


def _compiled(block: Block, radius_km: float) -> Iterator[Meetings]:
    """Of the tracks in a block, by the kernel; as `pieces.near`."""
    reach = np.degrees(radius_km / sphere.EARTH_RADIUS_KM) + 1e-4
    bands = max(int(180.0 / reach), 1)
    band = np.minimum((block.lat + 90.0) * (bands / 180.0), bands - 1).astype(np.int64)
    cell = block.step * np.int64(bands + 2) + band + 1  # an empty one before and after those of each time
    ends = np.append(block.starts, len(block.lat))
    wide, vectors = sphere.reach_lon(block.lat, reach), sphere.vectors_on_grid(block.lat, block.lon)
    least = sphere.least_cosine(radius_km)
    for first, second, common, metres in compiled.of_block(cell, block.lon, vectors, wide, ends, block.member, least):
        yield Meetings(block.track[first], block.track[second], common, metres)


def _summed(all_of_them: Meetings, ntracks: int) -> Meetings:
    """Each pair once."""
    key = all_of_them.first * np.int64(ntracks) + all_of_them.second
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
    if not len(first):
        return all_of_them
    rows = order[first]
    return Meetings(
        all_of_them.first[rows],
        all_of_them.second[rows],
        np.add.reduceat(all_of_them.common[order], first),
        np.add.reduceat(all_of_them.metres[order], first),
    )
