"""One line of the map: a member's track, an observed one, or what the members agree on."""

from dataclasses import dataclass

import numpy as np

from stormtracks.label import Label
from stormtracks.report.trackdata.packing import clipped
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.consensus import ConsensusStorms, ConsensusTracks
from stormtracks.science.records import BestTracks, Tracks

OBSERVED, CONSENSUS = -1, -2
"""In place of a member: of an observed track, whose strength is in knots, and of what the members agree on."""
FURTHER = ("spread", "number", "wind", "pressure")
"""What observed and consensus tracks have at each point besides: km, members, 0.1 kt, 0.1 hPa; 0 where unknown."""
_LONGEST = 65_535
"""Most points, since a size has two bytes."""


@dataclass(frozen=True)
class Line:
    """A line, and which storm and which consensus track it belongs to (-1: none)."""

    year: Label
    member: int
    storm: int
    group: int
    minutes: Ints
    lat: Floats
    lon: Floats
    strength: Ints
    further: tuple[Ints, ...] = ()

    @property
    def peak(self) -> int:
        """Greatest strength."""
        return int(self.strength.max())


def of_track(tracks: Tracks, part: slice, strength: Ints, year: Label, member: int, storm: int, group: int) -> Line:
    """A member's track."""
    part = _short(part)
    return Line(
        plain(year), member, storm, group, _minutes(tracks, part), tracks.lat[part], tracks.lon[part], strength[part]
    )


def of_best_track(best: BestTracks, row: int, year: Label, storm: int) -> Line:
    """An observed track."""
    part = _short(best.points(row))
    wind = best.wind_kt[part]
    none = np.zeros(len(wind), np.uint16)
    further = none, none, clipped(wind * 10.0), clipped(best.pressure_hpa[part] * 10.0)
    where = best.lat[part], best.lon[part]
    return Line(plain(year), OBSERVED, storm, -1, _minutes(best, part), *where, clipped(wind), further)


def of_consensus(agreed: ConsensusTracks, row: int, storm: int, group: int) -> Line:
    """What the members agree on."""
    part = _short(agreed.points(row))
    none = np.zeros(part.stop - part.start, np.uint16)
    winds = (none, none)
    if isinstance(agreed, ConsensusStorms):
        winds = clipped(agreed.wind[part] / KNOT_M_S * 10.0), clipped(agreed.pressure[part] / 10.0)
    further = clipped(agreed.spread_km[part]), clipped(agreed.number[part]), *winds
    where = agreed.lat[part], agreed.lon[part]
    strength = strengths(agreed.vorticity[part])
    minutes = _minutes(agreed, part)
    return Line(plain(agreed.year), CONSENSUS, storm, group, minutes, *where, strength, further)


def strengths(vorticity: Floats) -> Ints:
    """Vorticity in 1e-7 s-1."""
    return clipped(np.asarray(vorticity, float) * 1e7)


def plain(year: Label) -> Label:
    """NumPy's numbers are not JSON."""
    return year if isinstance(year, str) else int(year)


def _short(part: slice) -> slice:
    return slice(part.start, min(part.stop, part.start + _LONGEST))


def _minutes(rows: Tracks | BestTracks | ConsensusTracks, part: slice) -> Ints:
    return rows.time[part].astype("datetime64[m]").astype(np.int64)
