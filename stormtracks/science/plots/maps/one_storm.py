"""One storm as figures show it: its pieces, its members' tracks, the observed one, and what to call it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from stormtracks.science.arrays import Floats, Ints, Times
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.plots import dates
from stormtracks.science.plots.maps.view import MapView, region_of
from stormtracks.science.ragged import joined
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.sphere import Region

_FLATTEST, _HIGHEST = 0.45, 0.7  # height per width of a map around a storm
_LONGEST_STEPS = 2.5  # between the points of a path that is drawn as one line
MARGIN = np.timedelta64(1, "D")
"""How long before and after a storm its tracks are shown: members may carry it on around the globe."""


class Piece(NamedTuple):
    """One path of the consensus; arrays of shape (npoints,), as in `ConsensusTracks`."""

    time: Times
    lat: Floats
    lon: Floats
    spread_km: Floats
    vorticity: Floats
    vorticity_std: Floats
    number: Ints


@dataclass(frozen=True)
class OneStorm:
    """What is drawn of one storm of a consensus.

    Attributes
    ----------
    consensus : ConsensusTracks
    pieces : ndarray of int64
        Its numbers there, of all its pieces.
    paths : tuple of Piece
        What is drawn of them.
    members : Tracks
        Of all members.
    observed : BestTracks or None
        The one with the storm's identifier.
    title : str
        Name, identifier, times, and how many members have it; each piece by itself.
    beyond : str
        What of it is not shown, such as "tracks continue to 14 Sep"; '' for nothing.
    """

    consensus: ConsensusTracks
    pieces: Ints
    paths: tuple[Piece, ...]
    members: Tracks
    observed: BestTracks | None
    title: str
    beyond: str

    @classmethod
    def of(
        cls,
        consensus: ConsensusTracks,
        number: int | Sequence[int] | Ints,
        ensemble: Sequence[Tracks],
        best: BestTracks | None = None,
        *,
        whole: bool = True,
    ) -> "OneStorm":
        """The storm with a number, or with several, which are its pieces.

        Parameters
        ----------
        consensus : ConsensusTracks
        number : int or list of int
        ensemble : list of Tracks
            One per member.
        best : BestTracks, optional
        whole : bool
            Whether also what lies long before or after the storm's own time is drawn.
        """
        numbers = np.unique(np.atleast_1d(number))
        observed = _observed(consensus, numbers, best)
        members = _tracks_of(consensus, numbers, ensemble)
        paths = [(int(one), part) for one in numbers for part in _parts(_piece(consensus, int(one)))]
        beyond = ""
        if not whole:
            life = np.concatenate([path.time for _, path in paths]) if observed is None else observed.time
            first, last = life.min() - MARGIN, life.max() + MARGIN
            beyond = _beyond([path for _, path in paths], first, last, consensus.calendar)
            members = members.where((members.time >= first) & (members.time <= last))
            near = [(one, _cut(path, first, last)) for one, path in paths]
            paths = [(one, path) for one, path in near if len(path.time)] or paths
        title = _title(consensus, numbers, observed, paths)
        drawn = tuple(path for _, path in paths)
        return cls(consensus, numbers, drawn, members, observed, title, beyond)

    @property
    def calendar(self) -> str:
        """Of all its times."""
        return self.consensus.calendar

    @property
    def mean(self) -> Tracks:
        """The paths as tracks."""
        return Tracks(
            row_size=np.array([len(path.time) for path in self.paths]),
            **joined(self.paths, ("time", "lat", "lon", "vorticity")),
            maximum=np.full(sum(len(path.time) for path in self.paths), -1),
            calendar=self.calendar,
        )

    @property
    def has_wind(self) -> bool:
        """Whether there is an observed wind."""
        return self.observed is not None and bool(np.isfinite(self.observed.wind_kt).any())

    def view(self, region: Region | None, projection: str) -> MapView:
        """The map of a region; none: around what is drawn."""
        if region is not None:
            return MapView.of(region, projection)
        tracks = [self.members] if self.observed is None else [self.members, self.observed]
        lat, lon = (np.concatenate([getattr(one, axis) for one in tracks]) for axis in ("lat", "lon"))
        return MapView.of(region_of(lat, lon, 3.0), projection).widened(_FLATTEST, _HIGHEST)


def _observed(consensus: ConsensusTracks, numbers: Ints, best: BestTracks | None) -> BestTracks | None:
    sid = str(consensus.sid[numbers[0]])
    if best is None or not sid:
        return None
    found = best.take(best.sid == sid)
    return found if len(found) else None


def _tracks_of(consensus: ConsensusTracks, numbers: Ints, ensemble: Sequence[Tracks]) -> Tracks:
    """All members' tracks of a storm, as one record."""
    parts = [tracks.take(np.isin(storm, numbers)) for tracks, storm in zip(ensemble, consensus.storm_of, strict=True)]
    return Tracks.joined(parts)


def _piece(consensus: ConsensusTracks, number: int) -> Piece:
    rows = consensus.points(number)
    columns: dict[str, Any] = {name: getattr(consensus, name)[rows] for name in Piece._fields}
    return Piece(**columns)


def _cut(piece: Piece, first: Times, last: Times) -> Piece:
    inside = (piece.time >= first) & (piece.time <= last)
    columns: dict[str, Any] = {name: values[inside] for name, values in piece._asdict().items()}
    return Piece(**columns)


def _beyond(paths: Sequence[Piece], first: Times, last: Times, calendar: str) -> str:
    begins, ends = min(path.time[0] for path in paths), max(path.time[-1] for path in paths)
    said = [f"begins on {dates.day(begins, calendar)}"] if begins < first else []
    if ends > last:
        said.append(f"ends on {dates.day(ends, calendar)}")
    return "consensus " + ", ".join(said) if said else ""


def _title(
    consensus: ConsensusTracks, numbers: Ints, observed: BestTracks | None, paths: Sequence[tuple[int, Piece]]
) -> str:
    """Name, identifier, time, members; and where more than one path is drawn, when each of them is."""
    first, of = int(numbers[0]), len(consensus.members)
    name, sid = str(consensus.name[first]), str(consensus.sid[first])
    what = f"{name.title() or 'Unnamed storm'} ({sid})" if sid else _candidate(consensus, first)
    time = np.concatenate([path.time for _, path in paths]) if observed is None else observed.time
    # of an observed storm those that match it, as in summaries: others may have only what follows its best track
    held = consensus.matched[first] if sid else consensus.held_by[numbers].any(axis=0).sum()
    said = f"{what}, {_period(time, consensus.calendar)}, found in {held} of {of} members"
    if len(paths) == 1:
        return said
    periods = [_period(path.time, consensus.calendar) for _, path in paths]
    if len(numbers) > 1:
        counts = (consensus.held_by[number].sum() for number, _ in paths)
        periods = [f"{period} by {count}" for period, count in zip(periods, counts, strict=True)]
    return f"{said}, in {len(paths)} pieces: {', '.join(periods)}"


def _candidate(consensus: ConsensusTracks, number: int) -> str:
    return f"Candidate {consensus.candidate_name[number]}".rstrip()


def _period(time: Times, calendar: str) -> str:
    return dates.period(time.min(), time.max(), calendar)


def _parts(path: Piece) -> list[Piece]:
    """A path as the pieces between which nobody has the storm for longer than a step or two."""
    apart = np.diff(path.time)
    long = np.flatnonzero(apart > _LONGEST_STEPS * np.median(apart)) + 1 if len(apart) else np.zeros(0, int)
    ends = [0, *long.tolist(), len(path.time)]
    columns: dict[str, Any] = path._asdict()
    return [
        Piece(**{name: values[start:stop] for name, values in columns.items()})
        for start, stop in itertools.pairwise(ends)
    ]
