"""A group whose members' tracks are two best tracks, one after the other -> two storms."""

from collections.abc import Sequence

import numpy as np

from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.mean import holders
from stormtracks.science.records import Matches


def part(points: Points, labels: Ints, matches: Sequence[Matches], min_share: float, smallest: float) -> Ints:
    """Groups of which two or more best tracks are each matched by enough members become a group for each of them.

    A member's track that runs from one storm on into the next, since the data lost the one and found the other, gathers
    the other members' tracks of both. A member has one track of a group at a time, so its tracks of two best tracks
    follow each other, and the group is cut between them.

    Parameters
    ----------
    points : Points
    labels : ndarray of int64, shape (ntracks,)
        Group of each track, -1 for none.
    matches : list of Matches
        One per member.
    min_share : float
        Share of a group's members that must match a best track for it to be a storm of its own.
    smallest : float
        Number of members that must match it.

    Returns
    -------
    ndarray of int64, shape (ntracks,)
        The same array where nothing is parted. A track without one of these best tracks goes to the storm with which it
        has most time in common.
    """
    storm = _storms(matches)
    fewest = np.maximum(min_share * holders(points.member, labels), max(smallest, 1))
    of_group, of_storm, count = _members_of(points.member, labels, storm)
    enough = count >= fewest[of_group]
    several = np.bincount(of_group[enough], minlength=len(fewest)) > 1
    if not several.any():
        return labels
    parted, number = labels.copy(), len(fewest)
    for group in np.flatnonzero(several):
        inside = np.flatnonzero(labels == group)
        storms = of_storm[enough & (of_group == group)]
        place = _place(points, inside, storm[inside], storms)
        parted[inside] = np.where(place == 0, group, number + place - 1)
        number += len(storms) - 1
    return parted


def _storms(matches: Sequence[Matches]) -> Ints:
    """The best track of each track of all members, numbered over the members; -1 for none."""
    sids = np.concatenate([np.asarray(one.sid, "U") for one in matches])
    number = np.unique(sids, return_inverse=True)[1]
    first = np.cumsum([0, *(len(one.sid) for one in matches)])
    of_member = (
        np.append(number[start : start + len(one.sid)], -1)[one.storm_of_track]  # row -1, no storm, is the last
        for start, one in zip(first[:-1], matches, strict=True)
    )
    return np.concatenate([np.zeros(0, np.int64), *of_member])


def _members_of(member: Ints, labels: Ints, storm: Ints) -> tuple[Ints, Ints, Ints]:
    """Group, storm, and how many members have a track of the group that is this storm."""
    inside = (labels >= 0) & (storm >= 0)
    each = np.unique(np.stack([labels[inside], storm[inside], member[inside]]), axis=1)
    found, count = np.unique(each[:2], axis=1, return_counts=True)
    return found[0], found[1], count


def _place(points: Points, tracks: Ints, storm: Ints, storms: Ints) -> Ints:
    """Which of the storms each track of a group is."""
    begin, end = (bound[tracks] for bound in points.span)
    own: list[Bools] = [storm == one for one in storms]
    common = [np.minimum(end, np.median(end[of])) - np.maximum(begin, np.median(begin[of])) for of in own]
    return np.where(np.isin(storm, storms), np.argmax(own, axis=0), np.argmax(common, axis=0))
