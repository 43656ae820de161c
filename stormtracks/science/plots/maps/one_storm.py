"""One storm as figures show it: its pieces, its members' tracks, the observed one, and what to call it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stormtracks.science.arrays import Ints
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.plots.maps.observed import period
from stormtracks.science.plots.maps.view import MapView, region_of
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.sphere import Region

_FLATTEST, _HIGHEST = 0.5, 0.85  # height per width of a map around a storm


@dataclass(frozen=True)
class OneStorm:
    """A storm of a consensus.

    Attributes
    ----------
    consensus : ConsensusTracks
    pieces : ndarray of int64
        Its numbers there, of all its pieces.
    members : Tracks
        Those of all members.
    mean : Tracks
        The consensus, piece by piece.
    observed : BestTracks or None
        With the same sid.
    """

    consensus: ConsensusTracks
    pieces: Ints
    members: Tracks
    mean: Tracks
    observed: BestTracks | None

    @classmethod
    def of(
        cls,
        consensus: ConsensusTracks,
        number: int | Sequence[int],
        ensemble: Sequence[Tracks],
        best: BestTracks | None = None,
    ) -> "OneStorm":
        """The storm with a number, or with several, which are its pieces; `ensemble` is one per member."""
        pieces = np.atleast_1d(np.asarray(number, np.int64))
        mean = consensus.tracks.take(np.sort(pieces))
        return cls(consensus, pieces, _tracks_of(consensus, pieces, ensemble), mean, _observed(consensus, pieces, best))

    @property
    def has_wind(self) -> bool:
        """Whether any observed wind is known."""
        return self.observed is not None and bool(np.isfinite(self.observed.wind_kt).any())

    @property
    def title(self) -> str:
        """The storm's name, when it was, and how many members have it; each piece of it by itself."""
        name, sid = str(self.consensus.name[self.pieces[0]]), str(self.consensus.sid[self.pieces[0]])
        what = f"{name.title() or 'Unnamed storm'} ({sid})" if sid else "Candidate"
        of, said = len(self.consensus.members), []
        for piece in self.pieces:
            time = self.consensus.time[self.consensus.points(int(piece))]
            said.append(f"{period(time[0], time[-1])}, found in {self.consensus.held_by[piece].sum()} of {of} members")
        if len(self.pieces) == 1:
            return f"{what}, {said[0]}"
        return f"{what} in {len(self.pieces)} pieces: " + "; ".join(said)

    def view(self, region: Region | None, projection: str) -> MapView:
        """The map of a region; none: around the storm."""
        if region is not None:
            return MapView.of(region, projection)
        tracks = [self.members] if self.observed is None else [self.members, self.observed]
        lat, lon = (np.concatenate([getattr(one, axis) for one in tracks]) for axis in ("lat", "lon"))
        return MapView.of(region_of(lat, lon, 3.0), projection).widened(_FLATTEST, _HIGHEST)


def _observed(consensus: ConsensusTracks, pieces: Ints, best: BestTracks | None) -> BestTracks | None:
    sid = str(consensus.sid[pieces[0]])
    if best is None or not sid:
        return None
    found = best.take(best.sid == sid)
    return found if len(found) else None


def _tracks_of(consensus: ConsensusTracks, pieces: Ints, ensemble: Sequence[Tracks]) -> Tracks:
    """All members' tracks of a storm, as one record."""
    parts = [tracks.take(np.isin(storm, pieces)) for tracks, storm in zip(ensemble, consensus.storm_of, strict=True)]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("row_size", "time", "lat", "lon", "vorticity", "maximum")
    }
    return Tracks(**columns, calendar=consensus.calendar)
