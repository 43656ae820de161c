"""Skill of forecasts by their lead: what was found of the observed storms, how far off, how strong, how sure."""

import dataclasses
import functools
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.label import Label
from stormtracks.readable import some
from stormtracks.science import ibtracs, remarks, results
from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.filters import Filter, Sieve
from stormtracks.science.records import BestTracks
from stormtracks.science.remarks import Remark, Remarks
from stormtracks.science.settings import Settings
from stormtracks.science.summary.lead_cases import Cases, of_member
from stormtracks.science.summary.strength import FEW, Strength
from stormtracks.science.summary.values import plain

BIN_HOURS = 24.0


@dataclass(frozen=True)
class LeadRow:
    """Skill in a range of leads.

    Attributes
    ----------
    first_hour, last_hour : float
        Leads of the range, hours, the last one excluded.
    starts, storms, observations : int
        Forecasts, observed storms, and observed positions that they could have had.
    cases : int
        Observations times members.
    pod : float
        Share of the cases in which the storm has a track within the settings' `max_distance_km`.
    distance_km : float
        Mean distance of the storm's track, near or not; of several pieces the nearest.
    wind_error_kt, wind_absolute_error_kt : float
        Mean, and mean size, of the wind that a track's vorticity stands for minus the observed one; see `Strength`.
    ensemble_observations : int
        Observations of which two members or more have the storm.
    error_km, spread_km : float
        Root mean square distance of the members' mean position from the observed one, and of members from their mean.
    error_per_spread : float
        1 where the spread is as large as the error of a reliable ensemble of so many members would have it; above 1
        where it is too small.
    """

    first_hour: float
    last_hour: float
    starts: int
    storms: int
    observations: int
    cases: int
    pod: float
    distance_km: float
    wind_error_kt: float
    wind_absolute_error_kt: float
    ensemble_observations: int
    error_km: float
    spread_km: float
    error_per_spread: float


@dataclass(frozen=True)
class LeadSkill:
    """What `skill_by_lead` finds; `remarks` are on what it was made from.

    `asked` says in plain words what the tracks do that were looked at; '' where all were.
    """

    rows: tuple[LeadRow, ...]
    strength: Strength
    remarks: tuple[Remark, ...] = ()
    asked: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and texts; what is not known (NaN) is None."""
        rows = [plain(dataclasses.asdict(row)) for row in self.rows]
        said = [{"text": one.text, "results": one.results} for one in self.remarks]
        return {
            "leads": rows,
            "strength": plain(dataclasses.asdict(self.strength)),
            "asked": self.asked,
            "remarks": said,
        }


def skill_by_lead(
    folder: str | os.PathLike[str],
    years: Iterable[Label] | None = None,
    best_tracks: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], object] | None = None,
    mixed: bool = False,
    *,
    members: Iterable[int] | None = None,
    asked: Filter | None = None,
) -> LeadSkill:
    """Skill of the forecasts of a folder of results, over all starts and members, by lead in steps of 24 hours.

    Parameters
    ----------
    folder : path
        Folder of the results of ``vort_track``.
    years : iterable of int or str, optional
        Starts to look at; none: all that are there. Years have no lead and are left out.
    best_tracks : path, optional
        File of best tracks; none: the one that each result was matched with.
    progress : callable, optional
        Called as ``progress(done, total)`` after each result file.
    mixed : bool
        Whether results that were made differently are taken together all the same; a remark says so.
    members : iterable of int, optional
        Members to look at; none: all that are there.
    asked : Filter, optional
        Which observed storms are looked at, and which tracks may be one of them: see `filters.Scope`. None: all.

    Returns
    -------
    LeadSkill
        A row for each range of leads that has an observation.

    Raises
    ------
    ResultError
        No result of the starts asked for, or one that cannot be read.
    InputError
        There are results of years alone; a file of best tracks is not there any more.
    MixedResults
        Results that were made differently: with other settings, say.

    Notes
    -----
    Observations are those of the storms that the matches know, at the forecasts' own times and in the region of their
    settings. A storm's track at a time is the nearest of those that are matched with it, so that errors grow with the
    lead although the match asks for some near times. Position errors are therefore of storms that are found; the POD
    says how many are.

    The mean position is the direction of the mean of unit vectors. For n members the squared error of the mean is
    expected to be (n + 1) / n times the squared spread, the sum of squared distances over n - 1 (Fortin et al. 2014,
    doi:10.1175/JHM-D-14-0008.1): `error_per_spread` is the root of the ratio of both sums.
    """
    found_there = results.choose(folder, "vort_track", years, members)
    chosen = {year: of for year, of in found_there.items() if isinstance(year, str)}
    if not chosen:
        raise InputError(f"{folder}: has results of years alone, which have no lead; give the results of forecasts")
    total, done = sum(map(len, chosen.values())), 0
    said, recipes, cases = Remarks(), results.Recipes(), list[Cases]()
    sieve = Sieve(asked, chosen, best_tracks)
    for start, numbers in chosen.items():
        for member in numbers:
            place = results.path(folder, "vort_track", start, member)
            header, tracks, matches, axis = results.load_forecast(place)
            recipes.add(start, member, header.provenance)
            said.add(remarks.of(header.provenance))
            matches = sieve.scope(header, tracks, matches).matches
            if len(matches):
                best = _best_tracks(header, axis.times[0], axis.times[-1], best_tracks)
                cases.append(of_member(header, tracks, matches, axis, best))
            done += 1
            if progress is not None:
                progress(done, total)
    found = Cases.joined(cases)
    strength = Strength.of(found.vorticity, found.wind_kt)
    rows = tuple(_rows(found, strength))
    remarked = *recipes.remarks(folder, mixed), *sieve.remarks(), *_remarks(rows, strength), *said.listed()
    return LeadSkill(rows, strength, remarked, sieve.asked.describe())


def _best_tracks(
    header: results.Header, first: np.datetime64, last: np.datetime64, given: str | os.PathLike[str] | None
) -> BestTracks:
    """The best tracks that a result was matched with, or those of a file that is given."""
    path = header.best_tracks if given is None else Path(given)
    settings = Settings.of_result(header.provenance["settings"])
    if path is None or not path.exists():
        raise InputError(f"{path}: this file of best tracks is not there; give it with best_tracks")
    return _loaded(path, first, last, settings.wind_source)


@functools.lru_cache(maxsize=8)  # all members of a start have the same times
def _loaded(path: Path, first: np.datetime64, last: np.datetime64, source: str) -> BestTracks:
    return ibtracs.load(path, first, last, wind_source=source)


def _rows(cases: Cases, strength: Strength) -> Iterator[LeadRow]:
    """A row for each range of leads that has a case."""
    ensemble = cases.ensemble()
    place, of_mean = (np.floor(lead / BIN_HOURS).astype(int) for lead in (cases.lead, ensemble.lead))
    errors = strength.errors(cases.vorticity, cases.wind_kt)
    for number in np.unique(place).tolist():
        here, means = cases.take(place == number), of_mean == number
        squared = ensemble.error_km[means] ** 2
        expected = ensemble.spread_km[means] ** 2
        reliable = expected * (1 + 1 / ensemble.members[means])
        yield LeadRow(
            first_hour=number * BIN_HOURS,
            last_hour=(number + 1) * BIN_HOURS,
            starts=len(np.unique(here.start)),
            storms=len(np.unique(here.sid)),
            observations=here.observations,
            cases=len(here.lead),
            pod=float(here.near.mean()),
            distance_km=_mean(here.distance_km),
            wind_error_kt=_mean(errors[place == number]),
            wind_absolute_error_kt=_mean(np.abs(errors[place == number])),
            ensemble_observations=int(means.sum()),
            error_km=math.sqrt(_mean(squared)),
            spread_km=math.sqrt(_mean(expected)),
            error_per_spread=math.sqrt(_mean(squared) / _mean(reliable)) if reliable.any() else math.nan,
        )


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _remarks(rows: Sequence[LeadRow], strength: Strength) -> Iterator[Remark]:
    few = [row for row in rows if row.observations < FEW]
    if not rows:
        yield Remark("no forecast was matched with best tracks that were observed at its times", 0)
    if few:
        leads_ = some([f"{row.first_hour:g}-{row.last_hour:g} h" for row in few])
        yield Remark(f"fewer than {FEW} observations at {leads_}: figures there may be chance", len(few))
    if math.isnan(strength.correlation):
        why = "too few pairs" if strength.pairs < FEW else "no line with more wind for more vorticity"
        yield Remark(f"{why} of vorticity and observed wind: no error of strength is given", strength.pairs)
