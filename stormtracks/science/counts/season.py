"""One member's list of a year -> the numbers that are kept of it; sums of them are those of more years."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.climatology import coasts
from stormtracks.science.climatology.basins import BASINS, basin, of_identifier
from stormtracks.science.climatology.energy import energy, stage, storm_maximum
from stormtracks.science.counts.classes import BOUNDS_KT, CLASSES, intensity_class
from stormtracks.science.lists import StormList
from stormtracks.science.records import Matches

AMOUNTS = ("storms", "days", "ace", "pdi")
"""What is added up by basin and month: storms where and when they begin; the others where and when they happen."""

OBSERVED, WEAK, UNMATCHED = range(3)
"""What a listed storm is: an observed storm, one that was weaker than 34 kt, none that the best tracks have."""

WIND_EDGES_KT = np.arange(0.0, 201.0, 5.0)
"""Bins of the highest wind of a storm, knots; stronger ones are in the last."""
PRESSURE_EDGES_HPA = np.arange(880.0, 1031.0, 5.0)
"""Bins of the lowest pressure of a storm, hPa; lower and higher ones are in the outermost."""


@dataclass(frozen=True)
class Season:
    """What is kept of one member's list of a year, or of several years.

    Attributes
    ----------
    amounts : ndarray of float64, shape (4, nbasins, 12)
        `AMOUNTS` by basin and month: storms, days, ACE (10^4 kt2) and PDI (10^9 m3 s-2).
    listed : ndarray of int64, shape (nbasins, nclasses, 3)
        Storms by basin of genesis, intensity class by the data's wind, and whether they were observed (`OBSERVED`,
        `WEAK`, `UNMATCHED`).
    landfalls : ndarray of int64, shape (ncoasts + 1,)
        By coast; the last of all others.
    winds, pressures : ndarray of int64, shape (nbins,)
        Storms by their highest wind and by their lowest pressure; those without are left out.
    observed, found : ndarray of int64, shape (nclasses,)
        Best tracks that the season could have seen, by intensity class, and those whose storm is in the list.
    observed_in : ndarray of int64, shape (nbasins,)
        All best tracks that the season could have seen, whatever a scope leaves of them, by basin of genesis as far as
        their identifiers say it: it tells where there are best tracks at all.
    """

    amounts: Floats
    listed: Ints
    landfalls: Ints
    winds: Ints
    pressures: Ints
    observed: Ints
    found: Ints
    observed_in: Ints

    def __add__(self, other: "Season") -> "Season":
        return Season(**{name: value + getattr(other, name) for name, value in vars(self).items()})


def season(
    storms: StormList, name: str = "tc", wind: str = "data", kept: Bools | None = None, about: Matches | None = None
) -> Season:
    """Count the storms of a list.

    Parameters
    ----------
    storms : StormList
        All storms of a member.
    name : {'tc', 'etc'}
        The list.
    wind : {'data', 'pressure'}
        See `energy.energy`.
    kept : ndarray of bool, optional
        Which of ``storms.of(name)`` count; None: all.
    about : Matches, optional
        The observed storms that count, and what became of them; None: all.

    Returns
    -------
    Season
        Of the list "etc", whose storms have no best tracks, nothing is observed or found, and ACE and PDI are 0: they
        are of tropical cyclones.
    """
    every = storms.of(name)
    mine = every if kept is None else every.take(np.flatnonzero(kept))
    counted = stage(mine, name)
    each = energy(mine, wind, counted)
    strongest = storm_maximum(mine, each.wind_kt, counted)
    lowest = -storm_maximum(mine, -np.asarray(mine.fields.get("pressure_min", np.full(len(counted), np.nan))), counted)
    amounts = _amounts(mine, each.days, *((each.ace, each.pdi) if name == "tc" else (0 * each.ace, 0 * each.pdi)))
    return Season(
        amounts=amounts,
        listed=_listed(mine, strongest),
        landfalls=np.bincount(coasts.landfalls(mine.tracks, counted).coast, minlength=coasts.OTHER + 1),
        winds=_histogram(strongest, WIND_EDGES_KT),
        pressures=_histogram(lowest / 100.0, PRESSURE_EDGES_HPA),
        **_verified(every.matches, every.matches if about is None else about, name),
    )


def _amounts(storms: StormList, *per_point: Floats) -> Floats:
    """Storms by where and when they begin, and what their points add by where and when they are."""
    found = np.zeros((len(AMOUNTS), len(BASINS), 12))
    tracks = storms.tracks
    month = calendars.months(tracks.time, tracks.calendar) - 1
    np.add.at(found[0], (basin(storms.genesis_lat, storms.genesis_lon), month[storms.genesis]), 1)
    place = basin(tracks.lat, tracks.lon)
    for total, values in zip(found[1:], per_point, strict=True):
        np.add.at(total, (place, month), values)
    return found


def _listed(storms: StormList, strongest_kt: Floats) -> Ints:
    found = np.zeros((len(BASINS), len(CLASSES), 3), np.int64)
    row = storms.matches.storm_of_track
    observed_kt = np.append(storms.matches.max_wind_kt, np.nan)[row]
    kind = np.select([row < 0, observed_kt < BOUNDS_KT[0]], [UNMATCHED, WEAK], OBSERVED)
    place = basin(storms.genesis_lat, storms.genesis_lon)
    np.add.at(found, (place, intensity_class(strongest_kt), kind), 1)
    return found


def _verified(every: Matches, counted: Matches, name: str) -> dict[str, Ints]:
    if name != "tc":
        none = np.zeros(len(CLASSES), np.int64)
        return {"observed": none, "found": none, "observed_in": np.zeros(len(BASINS), np.int64)}
    classes = intensity_class(counted.max_wind_kt)
    where = np.array([of_identifier(str(sid)) for sid in every.sid], np.int64)
    return {
        "observed": np.bincount(classes, minlength=len(CLASSES)),
        "found": np.bincount(classes[counted.hit], minlength=len(CLASSES)),
        "observed_in": np.bincount(where[where >= 0], minlength=len(BASINS)),
    }


def _histogram(values: Floats, edges: Floats) -> Ints:
    known = np.clip(values[np.isfinite(values)], edges[0], edges[-1] - 1e-6)
    return np.histogram(known, edges)[0].astype(np.int64)
