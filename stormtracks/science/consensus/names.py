"""Groups + matches of their members' tracks -> the best tracks that they are; names of those that are none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science.arrays import Ints, Texts
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.mean import holders
from stormtracks.science.records import Matches

_CANDIDATE = re.compile(r"(?P<kind>C|TC|ETC)(?P<year>\d.*)-\d{3,}", re.ASCII)


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
    storm, sid, name = votes(points, labels, matches)
    known, first, index = np.unique(sid, return_index=True, return_inverse=True)
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


class Candidate(NamedTuple):
    """What the name of a candidate says: the list that it is of (None: all tracks), and its year or forecast."""

    list_name: str | None
    year: Label


def candidate(name: str) -> Candidate | None:
    """What the name of a candidate says; None for the name of anything else.

    Examples
    --------
    >>> from stormtracks.science.consensus.names import candidate
    >>> candidate("TC2005-017"), candidate("KATRINA")
    (Candidate(list_name='tc', year=2005), None)
    """
    found = _CANDIDATE.fullmatch(name)
    year = label.of_name(found["year"].rjust(4, "0")) if found else None
    if found is None or year is None:
        return None
    return Candidate(None if found["kind"] == "C" else found["kind"].lower(), year)


def votes(points: Points, labels: Ints, matches: Sequence[Matches]) -> tuple[Ints, Texts, Texts]:
    """Group, sid and name of each best track that a member's tracks of a group are, each once per member.

    Parameters
    ----------
    points : Points
    labels : ndarray of int64, shape (ntracks,)
    matches : list of Matches
        One per member.
    """
    own = np.split(labels, np.searchsorted(points.member, np.arange(1, len(matches))))
    of_members = [_votes_of(storm_of, m) for storm_of, m in zip(own, matches, strict=True)]
    storm, sid, name = (np.concatenate(column) for column in zip(*of_members, strict=True))
    return storm, sid.astype(str), name


def _votes_of(storm_of: Ints, matches: Matches) -> tuple[Ints, Texts, Texts]:
    """The same of one member."""
    row = matches.storm_of_track
    both = np.unique(np.stack([storm_of, row])[:, (storm_of >= 0) & (row >= 0)], axis=1)
    return both[0], matches.sid[both[1]], matches.name[both[1]]
