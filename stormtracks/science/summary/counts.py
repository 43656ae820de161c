"""Results of one year -> counts, which is all that is kept of them: 12,000 results must fit in memory as numbers."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.summary.classes import CLASSES, intensity_class

PEAK_EDGES = np.logspace(-6, -2, 201)
"""Bins of the strongest vorticity of a track, s-1: 4.7 % wide, weaker and stronger ones in the outermost."""


@dataclass(frozen=True)
class YearCounts:
    """What is kept of all members of one year.

    Attributes
    ----------
    year : int
    members : ndarray of int64, shape (nmembers,)
    tracks : ndarray of int64, shape (nmembers,)
        Tracks of each member, matched or not.
    observed, found : ndarray of int64, shape (nmembers, nclasses)
        Best tracks that the member's season could have seen, and those that were found.
    matched_peaks : ndarray of int64, shape (nclasses, nbins)
        How many tracks matched to a storm of the class had which strongest vorticity; all members.
    peaks, false_peaks : ndarray of int32, shape (nmembers, nbins)
        The same of all tracks, and of those that are no best track's, nor a further piece of one.
    distance_km : ndarray of float64, shape (nmembers,)
        Mean over the found storms of their mean distance; NaN where none was found.
    storms : StormCounts
    """

    year: int
    members: np.ndarray
    tracks: np.ndarray
    observed: np.ndarray
    found: np.ndarray
    matched_peaks: np.ndarray
    peaks: np.ndarray
    false_peaks: np.ndarray
    distance_km: np.ndarray
    storms: "StormCounts"


@dataclass(frozen=True)
class StormCounts:
    """What is kept of the observed storms of one year, over its members; every array has shape (nstorms,).

    `seen` members' seasons could have seen the storm, `found` found it; means and standard deviations (NaN with fewer
    than two) are over the members that found it; `earliest_hours` is the longest lead.
    """

    sid: np.ndarray
    name: np.ndarray
    max_wind_kt: np.ndarray
    seen: np.ndarray
    found: np.ndarray
    distance_km: np.ndarray
    distance_std_km: np.ndarray
    lead_hours: np.ndarray
    lead_std_hours: np.ndarray
    earliest_hours: np.ndarray


def count_year(year, results):
    """Count the results of one year, one after another.

    Parameters
    ----------
    year : int
    results : iterable of (int, Tracks, Matches)
        Member number, its tracks, its matches; each is let go before the next is asked for.

    Returns
    -------
    YearCounts
    """
    members, matches, counts = [], [], []
    for member, tracks, matched in results:
        members.append(member)
        matches.append(matched)
        counts.append(_count_member(tracks, matched))
    tracks, observed, found, class_peaks, peaks, false_peaks, distance = zip(*counts, strict=True)
    return YearCounts(
        year, np.array(members), np.array(tracks), np.stack(observed), np.stack(found), np.sum(class_peaks, axis=0),
        np.stack(peaks), np.stack(false_peaks), np.array(distance), _count_storms(matches),
    )  # fmt: skip


def peak_vorticity(tracks):
    """Strongest vorticity of each track, s-1, shape (ntracks,)."""
    return tracks.vorticity[tracks.peak]


def _count_member(tracks, matches):
    classes, hit = intensity_class(matches.max_wind_kt), matches.hit
    bins = _peak_bin(peak_vorticity(tracks))
    matched = matches.storm_of_track >= 0
    class_peaks = np.zeros((len(CLASSES), len(PEAK_EDGES) - 1), np.int64)
    np.add.at(class_peaks, (classes[hit], bins[matches.track[hit]]), 1)
    return (
        len(tracks),
        np.bincount(classes, minlength=len(CLASSES)),
        np.bincount(classes[hit], minlength=len(CLASSES)),
        class_peaks,
        _histogram(bins),
        _histogram(bins[~matched]),
        matches.mean_distance_km[hit].mean() if hit.any() else np.nan,
    )


def _peak_bin(peaks):
    return np.clip(np.digitize(peaks, PEAK_EDGES) - 1, 0, len(PEAK_EDGES) - 2)


def _histogram(bins):
    return np.bincount(bins, minlength=len(PEAK_EDGES) - 1).astype(np.int32)


def _count_storms(matches):
    sids = np.concatenate([m.sid for m in matches]).astype(str)
    sid, first, row = np.unique(sids, return_index=True, return_inverse=True)
    hit = np.concatenate([m.hit for m in matches])
    names = np.concatenate([m.name for m in matches]).astype(str)
    winds = np.concatenate([m.max_wind_kt for m in matches])
    distance = np.concatenate([m.mean_distance_km for m in matches])[hit]
    lead = np.concatenate([m.lead_hours for m in matches])[hit]
    earliest = np.full(len(sid), -np.inf)
    np.maximum.at(earliest, row[hit], lead)
    return StormCounts(
        sid, names[first], winds[first],
        np.bincount(row, minlength=len(sid)), np.bincount(row[hit], minlength=len(sid)),
        *_mean_std(distance, row[hit], len(sid)), *_mean_std(lead, row[hit], len(sid)),
        np.where(np.isfinite(earliest), earliest, np.nan),
    )  # fmt: skip


def _mean_std(values, row, size):
    """Mean and standard deviation (of a sample) of the values of each row; NaN where there are too few."""
    number = np.bincount(row, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(row, values, minlength=size) / number
        square = np.bincount(row, (values - mean[row]) ** 2, minlength=size)
        return mean, np.where(number > 1, np.sqrt(square / (number - 1)), np.nan)
