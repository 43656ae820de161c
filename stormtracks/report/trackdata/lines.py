"""Lines of the map in columns: members' tracks, observed ones, and what the members agree on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.report.trackdata.packing import clipped
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.consensus import ConsensusStorms, ConsensusTracks
from stormtracks.science.ragged import Ragged, ragged_starts
from stormtracks.science.records import BestTracks, Tracks

OBSERVED, CONSENSUS = -1, -2
"""In place of a member: of an observed track, whose strength is in knots, and of what the members agree on."""
FURTHER = ("spread", "number", "wind", "pressure")
"""What observed and consensus tracks have at each point besides: km, members, 0.1 kt, 0.1 hPa; 0 where unknown."""
_LONGEST = 65_535
"""Most points, since a size has two bytes."""


@dataclass(frozen=True)
class Lines(Ragged):
    """Lines in columns, as the page has them: an object per line costs more than all else that is done with it.

    Attributes
    ----------
    row_size : ndarray of int, shape (nlines,)
    per_line : dict of str to ndarray, each of shape (nlines,)
        `member`, or one of `OBSERVED` and `CONSENSUS`; `begin`, minutes since 1970; and what `told` adds.
    per_point : dict of str to ndarray, each of shape (npoints,)
        `minutes` since the line's first point; `lat` and `lon` in 0.01 degree; `strength` in 1e-7 s-1, or kt where
        observed; for lines that are not members' also `FURTHER`.
    """

    row_size: Ints
    per_line: dict[str, Ints]
    per_point: dict[str, Ints]

    @property
    def peak(self) -> Ints:
        """Greatest strength of each line, shape (nlines,)."""
        strength = self.per_point["strength"]
        return np.maximum.reduceat(strength, self.start) if len(self) else strength

    def told(self, **per_line: Ints | int) -> "Lines":
        """The same lines of which more is told; a number is that of all of them."""
        added = {name: np.broadcast_to(np.asarray(values, "i4"), len(self)) for name, values in per_line.items()}
        return Lines(self.row_size, self.per_line | added, self.per_point)

    def take(self, rows: Ints) -> "Lines":
        """The lines with these numbers, in their order; a number may be there twice."""
        size = self.row_size[rows]
        place = np.repeat(self.start[rows] - ragged_starts(size), size) + np.arange(int(size.sum()))
        heads = {name: values[rows] for name, values in self.per_line.items()}
        return Lines(size, heads, {name: values[place] for name, values in self.per_point.items()})

    @classmethod
    def joined(cls, parts: Sequence["Lines"]) -> "Lines":
        """The lines of several parts, at least one, as one; with the columns that all of them have."""
        size = np.concatenate([part.row_size for part in parts])
        heads, points = ([getattr(part, name) for part in parts] for name in ("per_line", "per_point"))
        return cls(size, _joined(heads), _joined(points))


def of_tracks(tracks: Tracks, member: int) -> Lines:
    """A member's tracks."""
    return _lines(tracks, strengths(tracks.vorticity), member, {})


def of_best_tracks(best: BestTracks) -> Lines:
    """Observed tracks."""
    none = np.zeros(len(best.time), np.uint16)
    further = none, none, clipped(best.wind_kt * 10.0), clipped(best.pressure_hpa * 10.0)
    return _lines(best, clipped(best.wind_kt), OBSERVED, dict(zip(FURTHER, further, strict=True)))


def of_consensus(agreed: ConsensusTracks) -> Lines:
    """What the members agree on."""
    none: Ints = np.zeros(len(agreed.time), np.uint16)
    winds = none, none
    if isinstance(agreed, ConsensusStorms):
        winds = clipped(agreed.wind / KNOT_M_S * 10.0), clipped(agreed.pressure / 10.0)
    further = dict(zip(FURTHER, (clipped(agreed.spread_km), clipped(agreed.number), *winds), strict=True))
    return _lines(agreed, strengths(agreed.vorticity), CONSENSUS, further)


def strengths(vorticity: Floats) -> Ints:
    """Vorticity in 1e-7 s-1."""
    return clipped(np.asarray(vorticity, float) * 1e7)


def _lines(rows: Tracks | BestTracks | ConsensusTracks, strength: Ints, member: int, further: dict[str, Ints]) -> Lines:
    minutes = rows.time.astype("datetime64[m]").astype(np.int64)
    begin = minutes[rows.start]
    since = (minutes - np.repeat(begin, rows.row_size)).astype("i4")
    heads = {"member": np.full(len(rows), member, "i2"), "begin": begin.astype("i4")}
    points = {"minutes": since, "lat": _hundredths(rows.lat), "lon": _hundredths(rows.lon), "strength": strength}
    return _short(Lines(rows.row_size, heads, points | further))


def _short(lines: Lines) -> Lines:
    """The lines up to as many points as a size can tell."""
    if not len(lines) or lines.row_size.max() <= _LONGEST:
        return lines
    kept = np.arange(len(lines.row)) - lines.start[lines.row] < _LONGEST
    points = {name: values[kept] for name, values in lines.per_point.items()}
    return Lines(np.minimum(lines.row_size, _LONGEST), lines.per_line, points)


def _joined(columns: Sequence[dict[str, Ints]]) -> dict[str, Ints]:
    names = [name for name in columns[0] if all(name in one for one in columns)]
    return {name: np.concatenate([one[name] for one in columns]) for name in names}


def _hundredths(degrees: Floats) -> Ints:
    return np.round(degrees * 100).astype("i2")
