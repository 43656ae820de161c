"""Groups -> mean tracks with their spread."""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from stormtracks.label import Label
from stormtracks.science import heads as track_heads
from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints, Texts, Times
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.ragged import Ragged
from stormtracks.science.records import Named, Tracks

_AT_A_TIME = 1 << 16
"""Points whose places are worked out in one go, in a processor's cache: an ensemble's season has millions."""
HALF = 0.5
"""Share of the members from which on a candidate is shown unasked."""


@dataclass(frozen=True)
class ConsensusTracks(Named, Ragged):
    """Storms of one year, each as its members agree on it: a contiguous ragged array, sorted by first time.

    Attributes
    ----------
    year : int or str
    members : ndarray of int64, shape (nmembers,)
        Numbers of the members looked at.
    held_by : ndarray of bool, shape (nstorms, nmembers)
        Which members have the storm.
    sid, name : ndarray of str, shape (nstorms,)
        Best track that most of its tracks match; '' for a candidate, a storm that no best track knows. No two storms
        have the same.
    matched : ndarray of int64, shape (nstorms,)
        Members whose track matches that best track.
    candidate_name : ndarray of str, shape (nstorms,)
        What a candidate is called, such as "C2005-017" (see `names.of_candidates`); '' for an observed storm, and for
        every storm of a consensus with other thresholds or members than the usual ones.
    row_size : ndarray of int32, shape (nstorms,)
    time : ndarray of datetime64[s], shape (npoints,)
    lat, lon : ndarray of float64, shape (npoints,)
        Mean position on the sphere, degrees; lon in [-180, 180).
    spread_km : ndarray of float64, shape (npoints,)
        Root mean square distance of the members' positions from it.
    vorticity, vorticity_std : ndarray of float32, shape (npoints,)
        Mean and standard deviation of the members' cyclonic vorticity, s-1.
    number : ndarray of int32, shape (npoints,)
        Members that have the storm at the time.
    storm_of : tuple of ndarray of int64
        For each member, the storm that each of its tracks belongs to, -1 for none.
    calendar : str
        CF calendar of the times, as in `Tracks`.
    """

    year: Label
    members: Ints
    held_by: Bools
    sid: Texts
    name: Texts
    matched: Ints
    candidate_name: Texts
    row_size: Ints
    time: Times
    lat: Floats
    lon: Floats
    spread_km: Floats
    vorticity: Floats
    vorticity_std: Floats
    number: Ints
    storm_of: tuple[Ints, ...]
    calendar: str = "proleptic_gregorian"

    per_storm: ClassVar[tuple[str, ...]] = ("held_by", "sid", "name", "matched", "candidate_name", "row_size")
    per_point: ClassVar[tuple[str, ...]] = (
        "time", "lat", "lon", "spread_km", "vorticity", "vorticity_std", "number",
    )  # fmt: skip
    """Names of the arrays with one row per storm, and with one per point."""

    def __repr__(self) -> str:
        return f"<ConsensusTracks: {self._counted()}>"

    def _counted(self) -> str:
        storms = f"{len(self):,} storms, {int(self.candidate.sum()):,} of them candidates"
        return f"{self.year}, {len(self.members)} members: {storms}"

    @property
    def peak(self) -> Ints:
        """Index of each storm's strongest point, of equals the first; shape (nstorms,)."""
        return self.largest(self.vorticity)

    @property
    def share(self) -> Floats:
        """Share of the members that have each storm, shape (nstorms,)."""
        return self.held_by.mean(axis=1)

    @property
    def candidate(self) -> Bools:
        """Which storms no best track knows, shape (nstorms,) of bool."""
        return self.sid == ""

    def prominent(self, least: float = HALF) -> Bools:
        """Which storms are shown unasked: observed ones, and candidates that so many of the members have."""
        return ~self.candidate | (self.share >= least)

    def called(self, wanted: str) -> Bools:
        """Which storms have a name, an identifier or a candidate's name, in capitals; shape (nstorms,)."""
        return super().called(wanted) | (self.candidate_name == wanted)

    @property
    def heads(self) -> track_heads.Heads:
        """What is known of each storm without its points, with the share of the members that have it."""
        found = track_heads.of(self.tracks)
        return dataclasses.replace(found, share=self.share, sid=self.sid, name=self.name)

    @property
    def paths(self) -> Tracks:
        """The mean paths as they are drawn."""
        return self.tracks

    def take(self, rows: Ints | Bools) -> Self:
        """The storms with these numbers, ascending, or that a mask picks; no track belongs to the others any more."""
        numbers = np.arange(len(self))[rows]
        new = np.full(len(self) + 1, -1)  # one more: what -1 picks
        new[numbers] = np.arange(len(numbers))
        points = self.of_rows(numbers)
        storms = {name: getattr(self, name)[numbers] for name in self.per_storm}
        values = {name: getattr(self, name)[points] for name in self.per_point}
        return dataclasses.replace(self, **storms, **values, storm_of=tuple(new[storm] for storm in self.storm_of))

    @property
    def tracks(self) -> Tracks:
        """The mean paths as Tracks; `maximum` is -1, as they are not a member's maxima."""
        none = np.full(len(self.time), -1, np.int64)
        return Tracks(self.row_size, self.time, self.lat, self.lon, self.vorticity, none, self.calendar)


def mean_tracks(
    points: Points,
    labels: Ints,
    path_share: float = 0.5,
    max_offset_km: float = 0.0,
    rank: Ints | None = None,
    away: Bools | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Mean path, strength and spread of each group.

    Parameters
    ----------
    points : Points
    labels : ndarray of int, shape (ntracks,)
        Group of each track, -1 for none.
    path_share : float
        Share of a group's members that must have it at a time for that time to be in the path.
    max_offset_km : float
        Positions farther than this from the middle one of their group and time are left out: tracks that have gone on
        to something else. 0: none is.
    rank : ndarray of int, shape (ntracks,), optional
        Where several tracks of a member are in a group at a time, that of the lowest rank is taken; none: no member has
        several.
    away : ndarray of bool, shape (npoints,), optional
        Points that are not part of the path; none: all are.

    Returns
    -------
    dict of ndarray
        `group`, `time`, `lat`, `lon`, `spread_km`, `vorticity`, `vorticity_std`, `number`, one value per point, sorted
        by group and time.

    Notes
    -----
    The mean position is the direction of the mean of unit vectors, which knows no date line and no pole.
    """
    inside, key = _of_groups(points, labels, away)
    if max_offset_km:
        near = _near_the_middle(sphere.unit_vectors(points.lat[inside], points.lon[inside]), key, max_offset_km)
        inside, key = inside[near], key[near]
    if rank is not None:
        track = points.track[inside]
        one = _one_per_member(key, points.member[track], rank[track])
        inside, key = inside[one], key[one]
    found, cell, number = _cells(key)
    group, time = np.divmod(found, max(len(points.times), 1))
    keep = number >= path_share * holders(points.member, labels)[group]
    del key  # a number of each of millions of points
    mean, spread = _position(points, inside, cell, number)
    strength, deviation = _strength(points.vorticity[inside].astype(float), cell, number)
    lat, lon = sphere.lat_lon(mean)
    values = {
        "group": group, "time": points.times[time], "lat": lat, "lon": lon, "spread_km": spread,
        "vorticity": strength.astype(np.float32), "vorticity_std": deviation.astype(np.float32),
        "number": number.astype(np.int32),
    }  # fmt: skip
    return {name: array[keep] for name, array in values.items()}


def _of_groups(points: Points, labels: Ints, away: Bools | None) -> tuple[Ints, Ints]:
    """Which points are part of a group's path, and the group and time of each as one number."""
    group = np.repeat(labels, points.row_size)
    if away is not None:
        group[away] = -1
    inside: Ints = np.flatnonzero(group >= 0)
    return inside, group[inside] * len(points.times) + points.time[inside]


def holders(member: Ints, labels: Ints) -> Ints:
    """How many members have each group, shape (ngroups,); both arguments have an entry per track."""
    inside, members = labels >= 0, int(member.max(initial=0)) + 1
    pairs = np.unique(labels[inside] * members + member[inside])
    return np.bincount(pairs // members, minlength=labels.max(initial=-1) + 1)


def _cells(key: Ints) -> tuple[Ints, Ints, Ints]:
    """The keys that there are, ascending; which of them each one is; how often each of them is there."""
    if key.max(initial=0) > 4 * len(key) + 10**6:  # of few points of many groups and times
        return np.unique(key, return_inverse=True, return_counts=True)
    number = np.bincount(key)
    found = np.flatnonzero(number)
    cell = np.cumsum(number > 0)[key] - 1
    return found, cell, number[found]


def _one_per_member(key: Ints, member: Ints, rank: Ints) -> Ints:
    """Of the points of a group and time (a key) one per member, in the order in which they are."""
    order = np.lexsort((rank, member, key))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(key[order]) != 0) | (np.diff(member[order]) != 0)
    return np.sort(order[first])


def _near_the_middle(vector: Floats, key: Ints, km: float) -> Bools:
    """Which positions are near the median, axis by axis, of those with the same key."""
    _, cell, number = _cells(key)
    first = np.cumsum(number) - number
    middle = np.empty((len(number), 3))
    for axis in range(3):
        ordered = vector[np.lexsort((vector[:, axis], cell)), axis]
        middle[:, axis] = (ordered[first + (number - 1) // 2] + ordered[first + number // 2]) / 2
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    return sphere.arc_km(np.linalg.norm(vector - middle[cell], axis=1)) <= km


def _position(points: Points, inside: Ints, cell: Ints, number: Ints) -> tuple[Floats, Floats]:
    """Mean direction of the points of each cell, and the root of their mean squared distance from it."""
    vector, squared = np.empty((3, len(cell))), np.empty(len(cell))
    parts = [slice(first, first + _AT_A_TIME) for first in range(0, len(cell), _AT_A_TIME)]
    for part in parts:
        rows = inside[part]
        vector[:, part] = sphere.unit_vectors(points.lat[rows], points.lon[rows]).T
    total = np.stack([np.bincount(cell, along, minlength=len(number)) for along in vector], axis=1)
    mean = total / np.linalg.norm(total, axis=1, keepdims=True)
    for part in parts:
        off = np.subtract(vector[:, part].T, mean[cell[part]], order="C")
        squared[part] = sphere.arc_km(np.linalg.norm(off, axis=1)) ** 2
    return mean, np.sqrt(np.bincount(cell, squared, minlength=len(number)) / number)


def _strength(vorticity: Floats, cell: Ints, number: Ints) -> tuple[Floats, Floats]:
    mean = np.bincount(cell, vorticity, minlength=len(number)) / number
    return mean, np.sqrt(np.bincount(cell, (vorticity - mean[cell]) ** 2, minlength=len(number)) / number)
