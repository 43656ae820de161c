"""Groups that are one best track -> one storm: its pieces, and what runs beside it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.names import Known, votes
from stormtracks.science.records import Matches

Path: TypeAlias = Mapping[str, npt.NDArray[Any]]
"""What `mean_tracks` returns."""


def merge(
    points: Points, labels: Ints, path: Path, matches: Sequence[Matches], known: Known, max_mean_distance_km: float
) -> tuple[Ints, Known, Ints]:
    """Groups of one best track are one storm: its pieces at different times, and what runs beside it.

    Parameters
    ----------
    points : Points
    labels : ndarray of int64, shape (ntracks,)
    path : dict of ndarray
        As of `mean_tracks`.
    matches : list of Matches
    known : Known
        As `best_tracks` finds it.
    max_mean_distance_km : float
        Mean distance at common times up to which two groups of one best track are the same storm.

    Returns
    -------
    labels : ndarray of int64, shape (ntracks,)
        The same array where there is nothing to merge. Of each best track one group is left, the one that most members
        match to it. It has the tracks of the others too, but those of a companion that is far from it are in no group:
        such a companion is neither this storm nor one that no best track knows.
    known : Known
        The best tracks of the groups as they are now.
    rank : ndarray of int64, shape (ntracks,)
        Which of a member's tracks is the storm at a time when several are: that of the lowest rank.
    """
    sids, count = np.unique(known.sid[known.sid != ""], return_counts=True)
    rank = np.zeros(len(known.sid) + 1, np.int64)
    if not np.any(count > 1):
        return labels, _with_votes(points, labels, matches, known), rank[labels]
    new = np.arange(len(known.sid) + 1)
    new[-1] = -1
    for sid in sids[count > 1]:
        groups = np.flatnonzero(known.sid == sid)
        groups = groups[np.argsort(-known.matched[groups], kind="stable")]
        new[groups] = np.where(_together(path, groups, max_mean_distance_km), groups[0], -1)
        rank[groups] = np.arange(len(groups))
    merged = new[labels]
    gone = new[:-1] != np.arange(len(known.sid))
    there = Known(
        *(np.where(gone, nothing, of) for of, nothing in ((known.sid, ""), (known.name, ""), (known.matched, 0)))
    )
    return merged, _with_votes(points, merged, matches, there), rank[labels]


def _with_votes(points: Points, labels: Ints, matches: Sequence[Matches], known: Known) -> Known:
    """The same with the members that match each best track by the groups as they are."""
    storm, sid, _ = votes(points, labels, matches)
    named = (sid == known.sid[storm]) & (sid != "")
    matched = np.bincount(storm[named], minlength=len(known.sid))
    return Known(known.sid, known.name, matched)


def _together(path: Path, groups: Ints, max_mean_distance_km: float) -> Bools:
    """Which groups are one storm with the first: they are near what is there of it at their times, or it is not."""
    inside = np.isin(path["group"], groups)
    order = np.argsort(groups)
    place = order[np.searchsorted(groups[order], path["group"][inside])]
    time, lat, lon = (path[name][inside] for name in ("time", "lat", "lon"))
    together, taken = np.ones(len(groups), bool), place == 0
    for number in range(1, len(groups)):
        own = place == number
        _, one, other = np.intersect1d(time[own], time[taken], return_indices=True)
        if len(one):
            apart = sphere.distance_km(lat[own][one], lon[own][one], lat[taken][other], lon[taken][other])
            together[number] = apart.mean() <= max_mean_distance_km
        if together[number]:
            taken |= own & ~np.isin(time, time[taken])
    return together
