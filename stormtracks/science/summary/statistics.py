"""Counts -> statistics over the ensemble, year by year, storm by storm, class by class."""

import dataclasses
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.label import Label
from stormtracks.science import results
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.counts.classes import CLASSES, intensity_class
from stormtracks.science.counts.year import PEAK_EDGES, StormCounts, YearCounts, count_year
from stormtracks.science.filters import Filter, Scope, Sieve
from stormtracks.science.index.season import Season as KnownSeason
from stormtracks.science.remarks import Remark
from stormtracks.science.summary.comparable import comparable, remark
from stormtracks.science.summary.reading import Reading
from stormtracks.science.summary.values import plain
from stormtracks.table import UNKNOWN


@dataclass(frozen=True)
class Spread:
    """How a number varies over the members: mean, standard deviation (of a sample), 5th and 95th percentile, extremes.

    `number` is how many members have a value; NaN where too few have one.
    """

    mean: float
    std: float
    p05: float
    p95: float
    minimum: float
    maximum: float
    number: int

    @classmethod
    def of(cls, values: npt.ArrayLike) -> "Spread":
        """Spread of an array with one value per member; NaN values are left out."""
        known = np.asarray(values, dtype=float)
        known = known[np.isfinite(known)]
        if len(known) == 0:
            return cls(math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, number=0)
        p05, p95 = np.percentile(known, [5, 95])
        return cls(
            mean=float(known.mean()),
            std=float(known.std(ddof=1)) if len(known) > 1 else math.nan,
            p05=float(p05),
            p95=float(p95),
            minimum=float(known.min()),
            maximum=float(known.max()),
            number=len(known),
        )

    def __format__(self, form: str) -> str:
        """Mean, and 5th and 95th percentile, with the decimals of a format such as ``".2f"``."""
        return f"{self.mean:{form}} ({self.p05:{form}}-{self.p95:{form}})" if self.number else UNKNOWN

    def parts(self, key: str) -> dict[str, float]:
        """What of it stands in a table's CSV and JSON, by the keys there."""
        return {f"{key}_{part}": getattr(self, part) for part in ("mean", "p05", "p95")}


@dataclass(frozen=True)
class ClassStatistics:
    """Skill for observed storms of one intensity class.

    Attributes
    ----------
    key, label : str
    observed : int
        Best tracks of the class.
    found, pod : Spread
        Those found by a member: how many, and as a share (probability of detection).
    equivalent_vorticity : float
        Median strongest vorticity (s-1) of the tracks that match a storm of this class, over the whole run.
    far : Spread
        Of a member's tracks at least that strong, the share that is not an observed storm (false alarm ratio).
    """

    key: str
    label: str
    observed: int
    found: Spread
    pod: Spread
    equivalent_vorticity: float
    far: Spread


@dataclass(frozen=True)
class YearStatistics:
    """One year: tracks per member, observed storms, found ones, POD and FAR.

    In `Summary.total` it is all years that every member has; where there are none, see `comparable`.
    """

    year: Label | None
    members: int
    observed: int
    tracks: Spread
    found: Spread
    pod: Spread
    far: Spread
    classes: tuple[ClassStatistics, ...]


@dataclass(frozen=True)
class StormStatistics:
    """One observed storm over the members of its year; lead: hours before its first observation (negative: after)."""

    year: Label
    sid: str
    name: str
    max_wind_kt: float
    intensity_class: str
    members: int
    found: int
    share: float
    distance_km: float
    distance_std_km: float
    lead_hours: float
    lead_std_hours: float
    earliest_hours: float


@dataclass(frozen=True)
class MemberStatistics:
    """One member number over the years that it has; `tracks` is its mean number of tracks per year."""

    member: int
    years: int
    tracks: float
    observed: int
    found: int
    pod: float
    far: float
    distance_km: float


@dataclass(frozen=True)
class Summary:
    """What `summarise` finds in a folder of results; `remarks` are on what they were made from.

    `asked` says in plain words what the tracks do that were looked at; '' where all were.
    """

    task: str
    years: tuple[YearStatistics, ...]
    total: YearStatistics
    storms: tuple[StormStatistics, ...]
    members: tuple[MemberStatistics, ...]
    remarks: tuple[Remark, ...] = ()
    asked: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and texts; what is not known (NaN) is None."""
        return plain(dataclasses.asdict(self))


def summarise(
    folder: str | os.PathLike[str],
    task: str = "vort_track",
    years: Iterable[Label] | None = None,
    progress: Callable[[int, int], object] | None = None,
    mixed: bool = False,
    *,
    members: Iterable[int] | None = None,
    asked: Filter | None = None,
    best_tracks: str | os.PathLike[str] | None = None,
) -> Summary:
    """Statistics of the results in a folder, by the index of their heads; only counts are kept in memory.

    Parameters
    ----------
    folder : path
        Folder of the results (``TASK/YEAR/member_NNN.nc`` below it); the run need not have ended.
    task : str
    years : iterable of int or str, optional
        Years to look at; none: all that are there.
    progress : callable, optional
        Called as ``progress(done, total)``, in results.
    mixed : bool
        Whether results that were made differently are taken together all the same; a remark says so.
    members : iterable of int, optional
        Members to look at; none: all that are there.
    asked : Filter, optional
        Which tracks are looked at, and which observed storms: see `filters.Scope`. None: all.
    best_tracks : path, optional
        File of best tracks, by which a filter chooses among observed storms; none: the one that each result was
        matched with.

    Returns
    -------
    Summary

    Raises
    ------
    ResultError
        No result of the years asked for, or one that cannot be read.
    MixedResults
        Results that were made differently: with other settings, say.
    NothingLeft
        No track that is asked for.

    Notes
    -----
    POD (probability of detection) = (observed storms that were found) / (observed storms that the season could have
    seen). FAR (false alarm ratio) = (tracks that match no best track and are not further pieces of one) / (all tracks).
    It is about tropical cyclones only as far as region, season and thresholds keep other tracks out; a vortex that no
    agency called a storm counts as a false alarm. Tracks have no wind; for the FAR of an intensity class, "at least as
    strong" is by the class's `equivalent_vorticity`.

    Examples
    --------
    >>> import tempfile
    >>> from stormtracks.science import pipeline
    >>> from stormtracks.science.summary import summarise
    >>> folder = tempfile.mkdtemp()
    >>> inputs = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc"}
    >>> for member in (0, 1):
    ...     _ = pipeline.run_task(1987, member, "vort_track", {"results": folder, **inputs})
    >>> summary = summarise(folder)
    >>> [(storm.name, storm.found, storm.members) for storm in summary.storms]
    [('CINDY', 2, 2), ('DENNIS', 0, 2)]
    >>> summary.total.pod.mean
    0.5
    """
    chosen = results.choose(folder, task, years, members)
    sieve, read = Sieve(asked, chosen, best_tracks), Reading(folder, task, chosen, progress)
    counts = [count_year(season.year, _scopes(folder, task, season, sieve)) for season in read]
    said = (*read.recipes.remarks(folder, mixed), *sieve.remarks(), *read.remarks.listed())
    made = _summary(task, counts, said)
    made = dataclasses.replace(made, asked=sieve.asked.describe())
    return made if sieve.asked.matched is None else _without_far(made)


def _scopes(
    folder: str | os.PathLike[str], task: str, season: KnownSeason, sieve: Sieve
) -> Iterator[tuple[int, Floats, Scope]]:
    """Each member of a year, how strong its tracks are, and what of them counts."""
    for number, entry in enumerate(season.entries):
        one, tracks = season.of(number), None
        if sieve.asked.asks_points(one.heads):
            tracks = results.load_tracks(results.path(folder, task, season.year, entry.ensemble_member))
        scope = sieve.scope_of_heads(entry.best_tracks, one.heads, one.row_size, one.matches, tracks)
        yield entry.ensemble_member, one.heads.peak_s1, scope


def _without_far(made: Summary) -> Summary:
    """A summary of observed storms alone, or of others alone, among which false alarms say nothing."""
    nothing = Spread.of(())
    years = [
        dataclasses.replace(
            year, far=nothing, classes=tuple(dataclasses.replace(one, far=nothing) for one in year.classes)
        )
        for year in (*made.years, made.total)
    ]
    members = tuple(dataclasses.replace(one, far=math.nan) for one in made.members)
    return dataclasses.replace(made, years=tuple(years[:-1]), total=years[-1], members=members)


def _summary(task: str, counts: Sequence[YearCounts], said: tuple[Remark, ...]) -> Summary:
    strengths = _equivalent_vorticity(np.sum([c.matched_peaks for c in counts], axis=0))
    there = {c.year: c.members.tolist() for c in counts}
    together, without = comparable(there), remark(there)
    return Summary(
        task,
        tuple(_year(c.year, c, strengths) for c in counts),
        _year(None, _pooled([c for c in counts if c.year in together.years], together.members), strengths),
        tuple(storm for c in counts for storm in storm_statistics(c.year, c.storms)),
        tuple(_members(counts)),
        said + ((without,) if without else ()),
    )


def _equivalent_vorticity(class_peaks: Ints) -> Floats:
    """Lower edge of the bin where half of a class's matched tracks are reached, s-1; NaN for a class without any."""
    half = class_peaks.sum(axis=1, keepdims=True) / 2
    median = PEAK_EDGES[np.argmax(np.cumsum(class_peaks, axis=1) >= half, axis=1)]
    return np.where(half[:, 0] > 0, median, np.nan)


def _year(year: Label | None, counts: "YearCounts | _Pooled", strengths: Floats) -> YearStatistics:
    found, observed = counts.found.sum(axis=1), counts.observed.sum(axis=1)
    classes = tuple(_class(number, counts, strengths[number]) for number in range(len(CLASSES)))
    return YearStatistics(
        year=year,
        members=len(counts.members),
        observed=int(observed.max(initial=0)),
        tracks=Spread.of(counts.tracks),
        found=Spread.of(found),
        pod=Spread.of(_ratio(found, observed)),
        far=Spread.of(_ratio(counts.false_peaks.sum(axis=1), counts.tracks)),
        classes=classes,
    )


def _class(number: int, counts: "YearCounts | _Pooled", strength: float) -> ClassStatistics:
    found, observed = counts.found[:, number], counts.observed[:, number]
    strong = PEAK_EDGES[:-1] >= (strength if np.isfinite(strength) else np.inf)
    false_alarms = _ratio(counts.false_peaks[:, strong].sum(axis=1), counts.peaks[:, strong].sum(axis=1))
    return ClassStatistics(
        key=CLASSES[number].key,
        label=CLASSES[number].label,
        observed=int(observed.max(initial=0)),
        found=Spread.of(found),
        pod=Spread.of(_ratio(found, observed)),
        equivalent_vorticity=float(strength),
        far=Spread.of(false_alarms),
    )


@dataclass(frozen=True)
class _Pooled:
    """Counts of all years, member number by member number: what `_year` needs of `YearCounts`."""

    members: Ints
    tracks: Ints
    observed: Ints
    found: Ints
    peaks: Ints
    false_peaks: Ints


def _pooled(counts: Sequence[YearCounts], members: Sequence[int] | None = None) -> _Pooled:
    """Counts of some years, of all members or of some."""
    every = np.concatenate([c.members for c in counts])
    kept = np.ones(len(every), bool) if members is None else np.isin(every, members)
    numbers, row = np.unique(every[kept], return_inverse=True)

    def total(name: str) -> Ints:
        values = np.concatenate([getattr(c, name) for c in counts])[kept]
        summed = np.zeros((len(numbers), *values.shape[1:]), np.int64)
        np.add.at(summed, row, values)
        return summed

    return _Pooled(numbers, *map(total, ("tracks", "observed", "found", "peaks", "false_peaks")))


def storm_statistics(year: Label, storms: StormCounts) -> Iterator[StormStatistics]:
    """Each observed storm of a year over the members."""
    classes = intensity_class(storms.max_wind_kt)
    for i in range(len(storms.sid)):
        yield StormStatistics(
            year=year,
            sid=str(storms.sid[i]),
            name=str(storms.name[i]),
            max_wind_kt=float(storms.max_wind_kt[i]),
            intensity_class=CLASSES[classes[i]].key,
            members=int(storms.seen[i]),
            found=int(storms.found[i]),
            share=float(storms.found[i] / storms.seen[i]),
            distance_km=float(storms.distance_km[i]),
            distance_std_km=float(storms.distance_std_km[i]),
            lead_hours=float(storms.lead_hours[i]),
            lead_std_hours=float(storms.lead_std_hours[i]),
            earliest_hours=float(storms.earliest_hours[i]),
        )


def _members(counts: Sequence[YearCounts]) -> Iterator[MemberStatistics]:
    pooled = _pooled(counts)
    for i, number in enumerate(pooled.members):
        own = [(c, row) for c in counts for row in np.flatnonzero(c.members == number)]
        found, observed = pooled.found[i].sum(), pooled.observed[i].sum()
        yield MemberStatistics(
            member=int(number),
            years=len(own),
            tracks=float(pooled.tracks[i] / len(own)),
            observed=int(observed),
            found=int(found),
            pod=float(_ratio(found, observed)),
            far=float(_ratio(pooled.false_peaks[i].sum(), pooled.tracks[i])),
            distance_km=Spread.of([c.distance_km[row] for c, row in own]).mean,
        )


def _ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    """part / whole, NaN where there is no whole."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.asarray(whole) > 0, np.divide(part, whole), np.nan)
