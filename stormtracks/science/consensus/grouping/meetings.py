"""Tracks of different members -> which are near each other, how often, and how far apart then.

Near is asked of pairs of tracks, not of pairs of points, some time steps at a time: by the kernel, point by point of a
track (`windows`), or by NumPy (`pieces`). Distances are added in whole metres, so that both find the same.
"""

from collections.abc import Callable, Iterator

import numpy as np

from stormtracks.science import kernel, sphere
from stormtracks.science.arrays import Bools
from stormtracks.science.consensus.grouping import pieces
from stormtracks.science.consensus.grouping.blocks import blocks
from stormtracks.science.consensus.grouping.meeting import Meetings, Pile
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.grouping.windows import Window, windows
from stormtracks.science.kernel import meetings as compiled

STEPS = 24
"""Time steps that begin a window of the kernel's."""


def meetings(points: Points, radius_km: float, enough: Callable[[Meetings], Bools], fewest: int = 1) -> Meetings:
    """All pairs of tracks of different members that are near each other, and enough.

    Parameters
    ----------
    points : Points
    radius_km : float
        Points at one time and no farther apart than this are near, as `sphere.distance_m` decides.
    enough : callable
        Which pairs are wanted; asked as soon as one of the tracks has ended, so that the others take no memory.
    fewest : int
        Pairs that are near each other fewer times than this are not enough, which need not be asked.

    Returns
    -------
    Meetings
    """
    end, going, done = points.span[1], Meetings.joined([]), Pile()

    def wanted(met: Meetings) -> Meetings:
        return met.take((met.common >= fewest) & enough(met))

    for until, final, found in _of_blocks(points, radius_km, fewest, wanted):
        done.add(final)
        going = _summed(Meetings.joined([going, found]), len(points.member))
        over = np.minimum(end[going.first], end[going.second]) < until
        done.add(wanted(going.take(over)))
        going = going.take(~over)
    done.add(wanted(going))
    return done.joined()


def _of_blocks(
    points: Points, radius_km: float, fewest: int, wanted: Callable[[Meetings], Meetings]
) -> Iterator[tuple[int, Meetings, Meetings]]:
    """Time step up to which all is found, wanted pairs that meet nowhere else, and pairs that may; a block each."""
    if kernel.library() is None:
        for step, block in blocks(points, pieces.STEPS):
            yield step + pieces.STEPS, Meetings.joined([]), Meetings.joined([*pieces.near(block, radius_km)])
        return
    for window in windows(points, STEPS):
        yield window.until, *_of_window(window, radius_km, fewest, wanted)


def _of_window(
    window: Window, radius_km: float, fewest: int, wanted: Callable[[Meetings], Meetings]
) -> tuple[Meetings, Meetings]:
    """Wanted pairs of tracks in a window that meet nowhere else, and others, by the kernel."""
    reach = np.degrees(radius_km / sphere.EARTH_RADIUS_KM) + 1e-4
    bands = max(int(180.0 / reach), 1)
    band = np.minimum((window.lat + 90.0) * (bands / 180.0), bands - 1).astype(np.int64)
    cell = window.step * np.int64(bands + 2) + band + 1  # an empty one before and after those of each time
    order = np.argsort(1000.0 * cell + window.lon)  # to 1e-9 degrees, of which `reach` has ten thousand times more
    cell, lat, lon = cell[order], window.lat[order], window.lon[order]
    columns = cell, lon, sphere.vectors_on_grid(lat, lon), sphere.reach_lon(lat, reach)
    of_pieces = window.ends, window.member, window.own, window.whole
    found = compiled.of_window(order, *columns, *of_pieces, least=sphere.least_cosine(radius_km), fewest=fewest)
    final, other = [], []
    for one, two, common, metres in found:
        pair = window.track[one], window.track[two]
        met = Meetings(np.minimum(*pair), np.maximum(*pair), common, metres)
        whole = window.whole[one] & window.whole[two]
        final.append(wanted(met.take(whole)))  # some at a time: all that are near take much more memory
        other.append(met.take(~whole))
    return Meetings.joined(final), Meetings.joined(other)


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
