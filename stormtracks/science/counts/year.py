"""Results of one year -> counts, which is all that is kept of them: 12,000 results must fit in memory as numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.label import Label
from stormtracks.science.arrays import Floats, Ints, Texts
from stormtracks.science.counts.classes import CLASSES, intensity_class
from stormtracks.science.filters import Scope
from stormtracks.science.records import Matches

PEAK_EDGES = np.logspace(-6, -2, 201)
"""Bins of the strongest vorticity of a track, s-1: 4.7 % wide, weaker and stronger ones in the outermost."""
_BINS = len(PEAK_EDGES) - 1


@dataclass(frozen=True)
class YearCounts:
    """What is kept of all members of one year.

    Attributes
    ----------
    year : int or str
    members : ndarray of int64, shape (nmembers,)
    tracks : ndarray of int64, shape (nmembers,)
        Tracks of each member, matched or not.
    observed, found : ndarray of int64, shape (nmembers, nclasses)
        Best tracks that the member's season could have seen, and those that were found.
    matched_peaks : ndarray of int64, shape (nclasses, nbins)
        Histogram of the strongest vorticity of the tracks that match a storm of the class; all members.
    peaks, false_peaks : ndarray of int32, shape (nmembers, nbins)
        The same of all tracks, and of those that match no best track and are not a further piece of one.
    distance_km : ndarray of float64, shape (nmembers,)
        Mean over the found storms of their mean distance; NaN where none was found.
    storms : StormCounts
    """

    year: Label
    members: Ints
    tracks: Ints
    observed: Ints
    found: Ints
    matched_peaks: Ints
    peaks: Ints
    false_peaks: Ints
    distance_km: Floats
    storms: "StormCounts"


@dataclass(frozen=True)
class StormCounts:
    """What is kept of the observed storms of one year, over its members; every array has shape (nstorms,).

    The seasons of `seen` members could have seen the storm, `found` members found it; means and standard deviations
    (NaN with fewer than two) are over the members that found it; `earliest_hours` is the longest lead.
    """

    sid: Texts
    name: Texts
    max_wind_kt: Floats
    seen: Ints
    found: Ints
    distance_km: Floats
    distance_std_km: Floats
    lead_hours: Floats
    lead_std_hours: Floats
    earliest_hours: Floats


def count_year(year: Label, results: Iterable[tuple[int, Floats, Scope]]) -> YearCounts:
    """Count the results of one year.

    Parameters
    ----------
    year : int or str
    results : iterable of (int, ndarray, Scope)
        Member number; strongest vorticity of each of its tracks, s-1; what of the tracks and of the observed storms
        counts.

    Returns
    -------
    YearCounts
    """
    numbers, peaks, scopes = zip(*results, strict=True)
    matches = [scope.matches for scope in scopes]
    count, owner = len(numbers), np.repeat(np.arange(len(numbers)), [len(one) for one in peaks])
    bins = _peak_bin(np.concatenate(peaks))
    kept, false = (np.concatenate([getattr(scope, name) for scope in scopes]) for name in ("kept", "false"))
    classes = intensity_class(np.concatenate([one.max_wind_kt for one in matches]))
    hit, member = np.concatenate([one.hit for one in matches]), _owners(matches)
    strongest = np.concatenate([storm_peaks(*one) for one in zip(peaks, matches, strict=True)])
    return YearCounts(
        year=year,
        members=np.array(numbers),
        tracks=np.bincount(owner[kept], minlength=count),
        observed=_table(member, classes, (count, len(CLASSES))),
        found=_table(member[hit], classes[hit], (count, len(CLASSES))),
        matched_peaks=_table(classes[hit], _peak_bin(strongest[hit]), (len(CLASSES), _BINS)),
        peaks=_table(owner[kept], bins[kept], (count, _BINS)).astype(np.int32),
        false_peaks=_table(owner[false], bins[false], (count, _BINS)).astype(np.int32),
        distance_km=np.array([_mean_distance(one) for one in matches]),
        storms=count_storms(matches),
    )


def _owners(matches: Sequence[Matches]) -> Ints:
    """Whose matches each row is, shape (nrows,)."""
    return np.repeat(np.arange(len(matches)), [len(one) for one in matches])


def _table(row: Ints, column: Ints, shape: tuple[int, int]) -> Ints:
    """How often each pair of a row and a column is there."""
    return np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)


def _mean_distance(matches: Matches) -> float:
    hit = matches.hit
    return float(matches.mean_distance_km[hit].mean()) if hit.any() else np.nan


def storm_peaks(peaks: Floats, matches: Matches) -> Floats:
    """Strongest vorticity of each best track's storm, over all of its tracks, s-1; 0 for a miss."""
    piece = np.flatnonzero(matches.storm_of_track >= 0)
    strongest = np.zeros(len(matches), np.float32)
    np.maximum.at(strongest, matches.storm_of_track[piece], peaks[piece])
    return strongest


def _peak_bin(peaks: Floats) -> Ints:
    return np.clip(np.digitize(peaks, PEAK_EDGES) - 1, 0, _BINS - 1)


def count_storms(matches: Sequence[Matches]) -> StormCounts:
    """What became of each observed storm, over the members' matches."""
    sids = np.concatenate([m.sid for m in matches]).astype(str)
    sid, first, row = np.unique(sids, return_index=True, return_inverse=True)
    hit = np.concatenate([m.hit for m in matches])
    names = np.concatenate([m.name for m in matches]).astype(str)
    winds = np.concatenate([m.max_wind_kt for m in matches])
    distance = np.concatenate([m.mean_distance_km for m in matches])[hit]
    lead = np.concatenate([m.lead_hours for m in matches])[hit]
    distance_km, distance_std_km = _mean_std(distance, row[hit], len(sid))
    lead_hours, lead_std_hours = _mean_std(lead, row[hit], len(sid))
    earliest = np.full(len(sid), -np.inf)
    np.maximum.at(earliest, row[hit], lead)
    return StormCounts(
        sid=sid,
        name=names[first],
        max_wind_kt=winds[first],
        seen=np.bincount(row, minlength=len(sid)),
        found=np.bincount(row[hit], minlength=len(sid)),
        distance_km=distance_km,
        distance_std_km=distance_std_km,
        lead_hours=lead_hours,
        lead_std_hours=lead_std_hours,
        earliest_hours=np.where(np.isfinite(earliest), earliest, np.nan),
    )


def _mean_std(values: Floats, row: Ints, size: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation (of a sample) of the values of each row; NaN where there are too few."""
    number = np.bincount(row, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(row, values, minlength=size) / number
        square = np.bincount(row, (values - mean[row]) ** 2, minlength=size)
        return mean, np.where(number > 1, np.sqrt(square / (number - 1)), np.nan)
