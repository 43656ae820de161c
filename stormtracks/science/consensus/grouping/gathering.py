"""Tracks that are one best track, but in the group of something else -> the group of that best track."""

from collections.abc import Sequence

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints, Texts
from stormtracks.science.consensus.grouping.groups import ConsensusSettings
from stormtracks.science.consensus.grouping.merging import Path
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.mean import holders
from stormtracks.science.consensus.names import Known
from stormtracks.science.records import Matches


def gather(
    points: Points,
    labels: Ints,
    path: Path,
    matches: Sequence[Matches],
    known: Known,
    settings: ConsensusSettings,
) -> tuple[Ints, Bools, Bools]:
    """Members' tracks of an observed storm come to it from the groups that no best track is.

    Tracks form groups with those that they run with longest. Where a storm has a long life after its best track ends,
    some members' tracks of it run longest with what is left of it, and would be a candidate, although they match it.

    Parameters
    ----------
    points : Points
    labels : ndarray of int64, shape (ntracks,)
        Group of each track, -1 for none.
    path : dict of ndarray
        As of `mean_tracks`.
    matches : list of Matches
    known : Known
        As `best_tracks` finds it.
    settings : ConsensusSettings

    Returns
    -------
    labels : ndarray of int64, shape (ntracks,)
        The same array where nothing is to be gathered. A group that fewer members than `min_share` are left of is
        none any more.
    gathered : ndarray of bool, shape (ntracks,)
        Which tracks have come to their storm.
    away : ndarray of bool, shape (npoints,)
        Their points that are farther than `radius_km` from the storm, which are not part of its path.
    """
    home = _homes(points, labels, matches, known)
    gathered, away = np.zeros(len(labels), bool), np.zeros(len(points.time), bool)
    strays = np.flatnonzero(home >= 0)
    begin = points.start[strays]
    for track, first, last in zip(strays, begin, begin + points.row_size[strays], strict=True):
        own = np.arange(first, last)
        there, apart = _distance(points, own, path, home[track])
        near = apart <= settings.radius_km
        if near.sum() >= settings.min_common_times and apart[near].mean() <= settings.max_mean_distance_km:
            gathered[track] = True
            away[own[there[~near]]] = True
    if not gathered.any():
        return labels, gathered, away
    moved = np.where(gathered, home, labels)
    held = holders(points.member, moved)
    lost = np.unique(labels[gathered & (labels >= 0)])
    few = lost[np.append(held, np.zeros(len(known.sid), int))[lost] < settings.min_share * points.members]
    return np.where(np.isin(moved, few), -1, moved), gathered, away


def _homes(points: Points, labels: Ints, matches: Sequence[Matches], known: Known) -> Ints:
    """Group of the best track that each track matches, -1 where it has none or is in a group of a best track."""
    group_of: dict[str, int] = {}
    for group in np.argsort(known.matched, kind="stable"):  # the one that most members match comes last, and stays
        group_of[str(known.sid[group])] = int(group)
    group_of[""] = -1
    sid: Texts = np.concatenate([np.append(one.sid.astype(str), "")[one.storm_of_track] for one in matches])
    home = np.array([group_of.get(str(of), -1) for of in sid], np.int64)
    return np.where(np.append(known.sid, "")[labels] == "", home, -1)


def _distance(points: Points, own: Ints, path: Path, group: int) -> tuple[Ints, Floats]:
    """Which of a track's points have a time of the path of a group, and how far, km, they are from it."""
    rows = np.flatnonzero(path["group"] == group)
    _, there, at = np.intersect1d(points.times[points.time[own]], path["time"][rows], return_indices=True)
    at = rows[at]
    lat, lon = points.lat[own[there]], points.lon[own[there]]
    return there, sphere.distance_km(lat, lon, path["lat"][at], path["lon"][at])
