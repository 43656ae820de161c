"""Pairs -> groups: tracks of different members that are one storm."""

import heapq
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science import kernel
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.consensus.grouping.pairs import Pairs, find_pairs
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.kernel import grouping as compiled


def _setting(default: float, unit: str, doc: str) -> Any:
    return field(default=default, metadata={"unit": unit, "doc": doc, "source": "this project's choice"})


@dataclass(frozen=True)
class ConsensusSettings:
    """What makes tracks of different members one storm."""

    min_common_times: int = _setting(
        6, "times", "minimum number of times at which the tracks of two members are near each other"
    )
    radius_km: float = _setting(350.0, "km", "maximum distance at which the tracks of two members are near at a time")
    max_mean_distance_km: float = _setting(200.0, "km", "maximum mean distance over the times at which they are near")
    min_near_share: float = _setting(
        0.5, "", "minimum fraction of the times of both tracks at which they must be near each other"
    )
    min_share: float = _setting(0.25, "", "minimum fraction of the members that must have a storm; others are dropped")
    path_share: float = _setting(
        0.5, "", "a time is in the mean path if at least this fraction of the storm's members have the storm then"
    )
    max_offset_km: float = _setting(
        0.0,
        "km",
        "maximum distance of a member's position from the middle one of the storm's members for it to be in the mean "
        "path; 0: all are. The consensus of lists has 350",
    )
    min_points: int = _setting(6, "points", "minimum length of a mean path; shorter ones are dropped")
    min_peak_s1: float = _setting(
        0.0, "s-1", "a mean path must reach this vorticity at least once; 0: no such condition"
    )
    min_matched_share: float = _setting(
        0.5,
        "",
        "a storm gets the name of a best track if at least this fraction of the storm's members have a track that "
        "matches it",
    )

    def __post_init__(self) -> None:
        for name in ("min_common_times", "radius_km", "max_mean_distance_km", "min_points"):
            if not getattr(self, name) > 0:
                raise BadValue(f"'{name}' must be above 0, not {getattr(self, name)}")
        for name in ("min_peak_s1", "max_offset_km"):
            if getattr(self, name) < 0:
                raise BadValue(f"'{name}' must not be negative, not {getattr(self, name)}")
        for name in ("min_near_share", "min_share", "path_share", "min_matched_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadValue(f"'{name}' must be a fraction from 0 to 1, not {getattr(self, name)}")


def group(
    points: Points,
    *,
    min_common_times: int = ConsensusSettings.min_common_times,
    radius_km: float = ConsensusSettings.radius_km,
    max_mean_distance_km: float = ConsensusSettings.max_mean_distance_km,
    min_near_share: float = ConsensusSettings.min_near_share,
    min_share: float = ConsensusSettings.min_share,
) -> Ints:
    """Which tracks of an ensemble are the same storm.

    Parameters
    ----------
    points : Points
    min_common_times, radius_km, max_mean_distance_km, min_near_share, min_share : float
        As in `ConsensusSettings`.

    Returns
    -------
    ndarray of int64, shape (ntracks,)
        Number of each track's group, -1 for none.

    Notes
    -----
    Best-supported track first: the track that runs longest with the most members is taken as a seed; each other member
    adds its track that runs with the seed longest (ties: nearest, then first), and further ones of its tracks that run
    with the seed at other times, which are pieces of a track that broke. Then the best-supported of the tracks that are
    left. Every track of a group is near its seed, so two storms are never chained by a third track between them. The
    outcome does not depend on anything but the tracks and the order of the members.

    Where maxima fill the map, as poleward of 35 degrees, tracks meet by chance. With 28 members of which each was
    moved by 6 days against the next, so that none shares a storm, the defaults make 861 groups of a quarter of the
    members, but one of more than half (and 3230 and 1932 of the members as they are); with 450 and 300 km instead of
    350 and 200 there would be 473.
    """
    pairs = find_pairs(
        points,
        radius_km=radius_km,
        min_common_times=min_common_times,
        max_mean_distance_km=max_mean_distance_km,
        min_near_share=min_near_share,
        with_distance=False,
    )
    smallest = min_share * points.members
    if kernel.library() is None:
        return _Grouping(points, pairs, points.span).run(smallest)
    return compiled.groups(pairs.start, pairs.other, pairs.common, points.member, *points.span, smallest)


@dataclass
class _Grouping:
    points: Points
    pairs: Pairs
    span: tuple[Ints, Ints]

    def run(self, smallest: float) -> Ints:
        """Form groups, best seed first, of at least `smallest` members."""
        member = self.points.member
        labels, number = np.full(len(member), -1), 0
        score, members = _support(self.pairs, member)
        seeds = np.flatnonzero((score > 0) & (members + 1 >= smallest))
        heap = list(zip((-score[seeds]).tolist(), seeds.tolist(), strict=True))
        heapq.heapify(heap)
        while heap:
            negative, seed = heapq.heappop(heap)
            if labels[seed] >= 0:
                continue
            partners, common = self._free_partners(seed, labels)
            first = _first_of_member(member[partners])
            if first.sum() + 1 < smallest:  # nor will there ever be enough: its partners become fewer and fewer
                continue
            left = int(common[first].sum())
            if left < -negative:  # some of its partners went into another group since it was put on the heap
                if left:
                    heapq.heappush(heap, (-left, seed))
            else:
                labels[[seed, *partners[first], *self._pieces(partners, first)]] = number
                number += 1
        return labels

    def _free_partners(self, seed: int, labels: Ints) -> tuple[Ints, Ints]:
        rows = slice(self.pairs.start[seed], self.pairs.start[seed + 1])
        free = labels[self.pairs.other[rows]] < 0
        return self.pairs.other[rows][free], self.pairs.common[rows][free]

    def _pieces(self, partners: Ints, first: Bools) -> list[int]:
        """Further tracks of a member that is in already, where they do not overlap in time with what it has."""
        begin, end = self.span
        taken: list[int] = []
        pieces = []
        for track, best in zip(partners, first, strict=True):
            if best:
                taken = [track]
            elif all(end[track] < begin[other] or begin[track] > end[other] for other in taken):
                taken.append(track)
                pieces.append(track)
        return pieces


def _support(pairs: Pairs, member: Ints) -> tuple[Ints, Ints]:
    """Times that each track runs with the best track of each other member, summed over the members; how many have one.

    Two arrays of shape (ntracks,).
    """
    track = pairs.track
    best = np.ones(len(track), bool)
    best[1:] = (np.diff(track) != 0) | (np.diff(member[pairs.other]) != 0)
    track = track[best]
    times = np.bincount(track, pairs.common[best], minlength=len(member)).astype(np.int64)
    return times, np.bincount(track, minlength=len(member))


def _first_of_member(members: Ints) -> Bools:
    return np.concatenate([[True], members[1:] != members[:-1]]) if len(members) else np.zeros(0, bool)
