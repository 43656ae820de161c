"""Counts -> statistics over the ensemble, year by year, storm by storm, class by class."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from stormtracks.science import results
from stormtracks.science.summary.classes import CLASSES, intensity_class
from stormtracks.science.summary.counts import PEAK_EDGES, count_year


@dataclass(frozen=True)
class Spread:
    """How a number varies over the members: mean, standard deviation (of a sample), 5th and 95th percentile, extremes.

    `number` says of how many members; NaN where too few have a value.
    """

    mean: float
    std: float
    p05: float
    p95: float
    minimum: float
    maximum: float
    number: int

    @classmethod
    def of(cls, values):
        """Spread of an array of one value a member; NaN values are left out."""
        values = np.asarray(values, dtype=float)
        values = values[np.isfinite(values)]
        if len(values) == 0:
            return cls(*[math.nan] * 6, 0)
        std = values.std(ddof=1) if len(values) > 1 else math.nan
        p05, p95 = np.percentile(values, [5, 95])
        return cls(*map(float, (values.mean(), std, p05, p95, values.min(), values.max())), len(values))


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
        Of a member's tracks at least that strong, the share that is no observed storm (false alarm ratio).
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
    """One year (or, in `Summary.total`, all of them): tracks per member, observed storms, found ones, POD and FAR."""

    year: int | None
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

    year: int
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
    """One member number over the years it has; `tracks` is their mean number a year."""

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
    """What `summarise` makes of a folder of results."""

    task: str
    years: tuple[YearStatistics, ...]
    total: YearStatistics
    storms: tuple[StormStatistics, ...]
    members: tuple[MemberStatistics, ...]

    def to_json(self):
        """Plain dicts, lists, numbers and texts; what is not known (NaN) is None."""
        return _plain(dataclasses.asdict(self))


def summarise(folder, task="vort_track", years=None, progress=None):
    """Statistics of the results in a folder, read file by file; only counts are kept in memory.

    Parameters
    ----------
    folder : path
        Folder of the results (``TASK/YEAR/member_NNN.nc`` below it); the run may still be going on.
    task : str
    years : iterable of int, optional
        Years to look at; none: all that are there.
    progress : callable, optional
        Called as ``progress(done, total)`` after each result file.

    Returns
    -------
    Summary

    Raises
    ------
    ResultError
        No result of the years asked for, or one that cannot be read.

    Notes
    -----
    POD (probability of detection) = found observed storms / observed storms that the season could have seen. FAR (false
    alarm ratio) = tracks that are no observed storm, nor a further piece of one / tracks: it is about tropical cyclones
    only as far as region, season and thresholds make the tracks so; a vortex that no agency called a storm counts as a
    false alarm. Tracks have no wind; for the FAR of an intensity class, "at least as strong" is by the class's
    `equivalent_vorticity`.
    """
    chosen = results.choose(folder, task, years)
    total, done = sum(len(members) for members in chosen.values()), 0

    def read(year, members):
        nonlocal done
        for member in members:
            yield member, *results.load_matched(results.path(folder, task, year, member))
            done += 1
            if progress is not None:
                progress(done, total)

    return _summary(task, [count_year(year, read(year, members)) for year, members in chosen.items()])


def _summary(task, counts):
    strengths = _equivalent_vorticity(sum(c.matched_peaks for c in counts))
    return Summary(
        task,
        tuple(_year(c.year, c, strengths) for c in counts),
        _year(None, _pooled(counts), strengths),
        tuple(storm for c in counts for storm in _storms(c.year, c.storms)),
        tuple(_members(counts)),
    )


def _equivalent_vorticity(class_peaks):
    """Lower edge of the bin where half of a class's matched tracks are reached, s-1; NaN for a class without any."""
    half = class_peaks.sum(axis=1, keepdims=True) / 2
    median = PEAK_EDGES[np.argmax(np.cumsum(class_peaks, axis=1) >= half, axis=1)]
    return np.where(half[:, 0] > 0, median, np.nan)


def _year(year, counts, strengths):
    found, observed = counts.found.sum(axis=1), counts.observed.sum(axis=1)
    classes = tuple(_class(number, counts, strengths[number]) for number in range(len(CLASSES)))
    return YearStatistics(
        year, len(counts.members), int(observed.max(initial=0)), Spread.of(counts.tracks), Spread.of(found),
        Spread.of(_ratio(found, observed)), Spread.of(_ratio(counts.false_peaks.sum(axis=1), counts.tracks)), classes,
    )  # fmt: skip


def _class(number, counts, strength):
    found, observed = counts.found[:, number], counts.observed[:, number]
    strong = PEAK_EDGES[:-1] >= (strength if np.isfinite(strength) else np.inf)
    false_alarms = _ratio(counts.false_peaks[:, strong].sum(axis=1), counts.peaks[:, strong].sum(axis=1))
    return ClassStatistics(
        CLASSES[number].key, CLASSES[number].label, int(observed.max(initial=0)), Spread.of(found),
        Spread.of(_ratio(found, observed)), float(strength), Spread.of(false_alarms),
    )  # fmt: skip


@dataclass(frozen=True)
class _Pooled:
    """Counts of all years, member number by member number: what `_year` needs of `YearCounts`."""

    members: np.ndarray
    tracks: np.ndarray
    observed: np.ndarray
    found: np.ndarray
    peaks: np.ndarray
    false_peaks: np.ndarray


def _pooled(counts):
    numbers, row = np.unique(np.concatenate([c.members for c in counts]), return_inverse=True)

    def total(name):
        values = np.concatenate([getattr(c, name) for c in counts])
        summed = np.zeros((len(numbers), *values.shape[1:]), np.int64)
        np.add.at(summed, row, values)
        return summed

    return _Pooled(numbers, *map(total, ("tracks", "observed", "found", "peaks", "false_peaks")))


def _storms(year, storms):
    classes = intensity_class(storms.max_wind_kt)
    for i in range(len(storms.sid)):
        yield StormStatistics(
            year, str(storms.sid[i]), str(storms.name[i]), float(storms.max_wind_kt[i]), CLASSES[classes[i]].key,
            int(storms.seen[i]), int(storms.found[i]), float(storms.found[i] / storms.seen[i]),
            float(storms.distance_km[i]), float(storms.distance_std_km[i]), float(storms.lead_hours[i]),
            float(storms.lead_std_hours[i]), float(storms.earliest_hours[i]),
        )  # fmt: skip


def _members(counts):
    pooled = _pooled(counts)
    for i, number in enumerate(pooled.members):
        own = [(c, row) for c in counts for row in np.flatnonzero(c.members == number)]
        found, observed = pooled.found[i].sum(), pooled.observed[i].sum()
        distance = Spread.of([c.distance_km[row] for c, row in own]).mean
        yield MemberStatistics(
            int(number), len(own), float(pooled.tracks[i] / len(own)), int(observed), int(found),
            float(_ratio(found, observed)), float(_ratio(pooled.false_peaks[i].sum(), pooled.tracks[i])), distance,
        )  # fmt: skip


def _ratio(part, whole):
    """part / whole, NaN where there is no whole."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.asarray(whole) > 0, np.divide(part, whole), np.nan)


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
