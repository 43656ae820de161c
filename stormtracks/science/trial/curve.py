"""What a list finds and what of it is false, for every length that it can have."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.label import Label
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.trial.matched import MatchedMember

CLASSES_KT = (34.0, 64.0, 96.0)
"""Storms of so many knots or more: tropical storms, hurricanes, major hurricanes (Saffir-Simpson)."""

REPEATS = 500
_SEED = 20


@dataclass(frozen=True)
class Interval:
    """A share, and the interval that holds it with 90 % certainty; NaN where there is nothing to count."""

    value: float
    low: float
    high: float

    def parts(self, key: str) -> dict[str, float]:
        """Its numbers, by their keys in a table's CSV and JSON."""
        return {key: self.value, f"{key}_low": self.low, f"{key}_high": self.high}

    def __str__(self) -> str:
        return "-" if np.isnan(self.value) else f"{self.value:.2f} ({self.low:.2f}-{self.high:.2f})"


@dataclass(frozen=True)
class Curve:
    """Storms and tracks of members, each with what the list says of it.

    Attributes
    ----------
    storm_score : ndarray of float, shape (nstorms,)
        The highest score of any track of each member's storm; -inf where no track is the storm.
    storm_kt : ndarray of float, shape (nstorms,)
        Its highest wind.
    storm_group : ndarray of int, shape (nstorms,)
        Number of the storm, the same in all members: they stand or fall together.
    track_score : ndarray of float, shape (ntracks,)
    track_false : ndarray of bool, shape (ntracks,)
        Neither a storm nor a piece of one.
    track_group : ndarray of int, shape (ntracks,)
        Number of the member.
    """

    storm_score: Floats
    storm_kt: Floats
    storm_group: Ints
    track_score: Floats
    track_false: Bools
    track_group: Ints

    @classmethod
    def of(cls, members: Sequence[MatchedMember], scores: Sequence[Floats]) -> "Curve":
        """From members and the score of each of their tracks, such as a probability, or 1 for what is listed."""
        storms: list[tuple[Floats, Floats, Ints]] = []
        groups: dict[tuple[Label, str], int] = {}
        for one, score in zip(members, scores, strict=True):
            best = np.full(len(one.matches), -np.inf)
            mine = one.matches.storm_of_track
            np.maximum.at(best, mine[mine >= 0], score[mine >= 0])
            numbers = [groups.setdefault((one.year, str(sid)), len(groups)) for sid in one.matches.sid]
            storms.append((best, one.matches.max_wind_kt.astype(float), np.array(numbers, int)))
        best, strength, group = (np.concatenate(column) for column in zip(*storms, strict=True))
        return cls(
            storm_score=best,
            storm_kt=strength,
            storm_group=group,
            track_score=np.concatenate(scores),
            track_false=np.concatenate([~one.is_storm for one in members]),
            track_group=np.repeat(np.arange(len(members)), [len(score) for score in scores]),
        )

    def pod(self, least: float, kt: float = CLASSES_KT[0]) -> Interval:
        """Probability of detection of storms of so many knots or more by a list of scores of `least` or more."""
        strong = self.storm_kt >= kt
        return _share(self.storm_score[strong] >= least, self.storm_group[strong])

    def far(self, least: float) -> Interval:
        """False alarm ratio of a list of scores of `least` or more."""
        listed = self.track_score >= least
        return _share(self.track_false[listed], self.track_group[listed])

    def listed(self, least: float) -> float:
        """Tracks that a member's list has, on average."""
        return float((self.track_score >= least).sum() / (self.track_group.max(initial=0) + 1))


def _share(true: Bools, group: Ints) -> Interval:
    """Share of what is true, with an interval by bootstrap: groups are drawn whole, since they are alike within."""
    if not len(true):
        return Interval(np.nan, np.nan, np.nan)
    hits, counts = np.bincount(group, true), np.bincount(group)
    hits, counts = hits[counts > 0], counts[counts > 0]
    drawn = np.random.default_rng(_SEED).integers(0, len(counts), (REPEATS, len(counts)))
    shares = hits[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(shares, [0.05, 0.95])
    return Interval(float(true.mean()), float(low), float(high))
