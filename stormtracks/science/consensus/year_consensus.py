"""Tracks and matches of the members of a year -> consensus tracks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.label import Label
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.consensus.grouping.gathering import gather
from stormtracks.science.consensus.grouping.groups import ConsensusSettings, group
from stormtracks.science.consensus.grouping.merging import merge
from stormtracks.science.consensus.grouping.parting import part
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.mean import ConsensusTracks, mean_tracks
from stormtracks.science.consensus.names import best_tracks, of_candidates
from stormtracks.science.errors import InputError
from stormtracks.science.records import Matches, Tracks

_Path = dict[str, npt.NDArray[Any]]
"""What `mean_tracks` returns."""


def consensus_of(
    year: Label,
    members: Sequence[int],
    ensemble: Sequence[Tracks],
    matches: Sequence[Matches],
    *,
    alone: bool = False,
    list_name: str | None = None,
    **thresholds: Any,
) -> ConsensusTracks:
    """One track per storm over members, from the tracks and the matches of each; see `consensus_of_points`."""
    how: dict[str, Any] = {"alone": alone, "list_name": list_name}
    return consensus_of_points(year, members, Points.of(ensemble), matches, **how, **thresholds)


def consensus_of_points(
    year: Label,
    members: Sequence[int],
    points: Points,
    matches: Sequence[Matches],
    *,
    alone: bool = False,
    list_name: str | None = None,
    **thresholds: Any,
) -> ConsensusTracks:
    """One track per storm over members, from the points of their tracks and the matches of each; see `consensus`.

    With `alone` a track that runs with no other member's is a storm too, where `min_share` lets one member do.
    `list_name` is the list that the tracks are of, by which candidates are called.
    """
    settings = ConsensusSettings(**thresholds)
    calendar = _one_calendar(year, points)
    labels = _groups(points, settings)
    if alone and settings.min_share * points.members <= 1:
        labels = _with_lone(labels)
    labels = part(points, labels, matches, settings.min_matched_share, settings.min_share * points.members)
    path = mean_tracks(points, labels, settings.path_share, settings.max_offset_km)
    known = best_tracks(points, labels, matches, settings.min_matched_share)
    whole, gathered, away = gather(points, labels, path, matches, known, settings)
    merged, known, rank = merge(points, whole, path, matches, known, settings.max_mean_distance_km)
    if merged is not labels:  # storms have been put together, so that their paths have changed
        rank = np.where(gathered, -1, rank)  # what was observed counts before what the member has besides
        labels = merged
        path = mean_tracks(points, labels, settings.path_share, settings.max_offset_km, rank, away)
    labels, path, groups = _in_order(labels, path, _kept(path, settings))
    count = len(groups)
    row_size = np.bincount(path.pop("group"), minlength=count).astype(np.int32)
    held_by = np.zeros((count, len(members)), bool)
    held_by[labels[labels >= 0], points.member[labels >= 0]] = True
    storm_of = tuple(np.split(labels, np.cumsum(points.sizes)[:-1]))
    sid = known.sid[groups]
    names = sid, known.name[groups], known.matched[groups], of_candidates(year, sid, list_name)
    return ConsensusTracks(
        year, np.array(members), held_by, *names, row_size, storm_of=storm_of, calendar=calendar, **path
    )


def _one_calendar(year: Label, points: Points) -> str:
    found = points.calendars
    if len(found) > 1:
        raise InputError(f"the members of {year} have different calendars ({', '.join(found)}); choose those of one")
    return found[0]


def _groups(points: Points, settings: ConsensusSettings) -> Ints:
    return group(
        points,
        min_common_times=settings.min_common_times,
        radius_km=settings.radius_km,
        max_mean_distance_km=settings.max_mean_distance_km,
        min_near_share=settings.min_near_share,
        min_share=settings.min_share,
    )


def _with_lone(labels: Ints) -> Ints:
    """The groups, and one more for each track that is in none."""
    lone = np.flatnonzero(labels < 0)
    labels = labels.copy()
    labels[lone] = labels.max(initial=-1) + 1 + np.arange(len(lone))
    return labels


def _kept(path: _Path, settings: ConsensusSettings) -> Bools:
    """Which groups have a mean path that is long and strong enough, shape (ngroups,)."""
    size = np.bincount(path["group"])
    peak = np.zeros(len(size))
    np.maximum.at(peak, path["group"], path["vorticity"])
    return (size >= settings.min_points) & (peak >= settings.min_peak_s1)


def _in_order(labels: Ints, path: _Path, kept: Bools) -> tuple[Ints, _Path, Ints]:
    """Groups renumbered by the first time of their path, then from south to north; those that are not kept dropped.

    The last is which group each was.
    """
    inside = kept[path["group"]]
    path = {name: values[inside] for name, values in path.items()}
    group, first = np.unique(path["group"], return_index=True)
    order = np.lexsort((path["lat"][first], path["time"][first]))
    new = np.full(max(labels.max(initial=-1), 0) + 2, -1)  # the last, and so -1, stays -1
    new[group[order]] = np.arange(len(group))
    points = np.lexsort((path["time"], new[path["group"]]))
    path = {name: values[points] for name, values in path.items()}
    path["group"] = new[path["group"]]
    return new[labels], path, group[order]
