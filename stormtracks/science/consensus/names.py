"""Groups + matches of their members' tracks -> the best tracks that they are; names of those that are none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.label import Label
from stormtracks.science.arrays import Ints, Texts
from stormtracks.science.consensus.mean import holders
from stormtracks.science.consensus.pairs import Points
from stormtracks.science.records import Matches


@dataclass(frozen=True)
class Known:
    """Best track of each group: sid and name, '' for none; how many of its members match it. Shape (ngroups,)."""

    sid: Texts
    name: Texts
    matched: Ints


def best_tracks(points: Points, labels: Ints, matches: Sequence[Matches], min_share: float) -> Known:
    """Which best track most members' tracks of each group are.

    Parameters
    ----------
    points : Points
    labels : ndarray of int64, shape (ntracks,)
        Group of each track, -1 for none.
    matches : list of Matches
        One per member.
    min_share : float
        Share of a group's members that must match it.

    Returns
    -------
    Known
    """
    ngroups = labels.max(initial=-1) + 1
    own = np.split(labels, np.searchsorted(points.member, np.arange(1, len(matches))))
    votes = [_votes(storm_of, m) for storm_of, m in zip(own, matches, strict=True)]
    storm, sid, name = (np.concatenate(column) for column in zip(*votes, strict=True))
    known, first, index = np.unique(sid.astype(str), return_index=True, return_inverse=True)
    count = np.zeros((ngroups, len(known) + 1), np.int64)
    np.add.at(count, (storm, index), 1)
    matched = count.max(axis=1, initial=0)
    fewest = min_share * holders(points.member, labels)
    enough = (matched > 0) & (matched >= fewest)
    choose = np.where(enough, count.argmax(axis=1), len(known))
    return Known(np.append(known, "")[choose], np.append(name[first], "")[choose], np.where(enough, matched, 0))


def of_candidates(year: Label, sid: Texts, list_name: str | None = None) -> Texts:
    """What candidates are called: numbered within their year, in the order of the storms, before anything is left out.

    Parameters
    ----------
    year : int or str
    sid : ndarray of str, shape (nstorms,)
        '' for a candidate; in the order of genesis.
    list_name : {'tc', 'etc'}, optional
        The list that they are of; none: of all tracks.

    Returns
    -------
    ndarray of str, shape (nstorms,)
        '' for an observed storm.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.consensus.names import of_candidates
    >>> of_candidates(2005, np.array(["", "2005236N23285", ""]), "tc").tolist()
    ['TC2005-001', '', 'TC2005-002']
    """
    kind, candidate = "C" if list_name is None else list_name.upper(), sid == ""
    numbers = np.cumsum(candidate)
    return np.array(
        [f"{kind}{year}-{number:03d}" if of else "" for number, of in zip(numbers, candidate, strict=True)], "U"
    )


def merge_pieces(labels: Ints, path: Mapping[str, npt.NDArray[Any]], known: Known) -> Ints:
    """Groups of one best track at different times are one storm, whose members lose and find it at the same place.

    Parameters
    ----------
    labels : ndarray of int64, shape (ntracks,)
    path : dict of ndarray
        As of `mean_tracks`.
    known : Known

    Returns
    -------
    ndarray of int64, shape (ntracks,)
        The same array where there is nothing to merge. A group at the same times as one that more members match to
        the best track is left alone.
    """
    sids, count = np.unique(known.sid[known.sid != ""], return_counts=True)
    new = np.arange(len(known.sid) + 1)
    for sid in sids[count > 1]:
        groups = np.flatnonzero(known.sid == sid)
        first, *others = groups[np.argsort(-known.matched[groups], kind="stable")]
        taken = path["time"][path["group"] == first]
        for other in others:
            times = path["time"][path["group"] == other]
            if len(times) and (not len(taken) or times[0] > taken.max() or times[-1] < taken.min()):
                new[other] = first
                taken = np.concatenate([taken, times])
    new[-1] = -1
    return labels if np.array_equal(new[:-1], np.arange(len(known.sid))) else new[labels]


def _votes(storm_of: Ints, matches: Matches) -> tuple[Ints, Texts, Texts]:
    """Storm, sid and name of each best track that one member's tracks of a storm are, each pair once."""
    row = matches.storm_of_track
    both = np.unique(np.stack([storm_of, row])[:, (storm_of >= 0) & (row >= 0)], axis=1)
    return both[0], matches.sid[both[1]], matches.name[both[1]]
