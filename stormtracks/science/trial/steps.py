"""Time steps of hurricanes: how many are found, and how many of those found are right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.science import lists, sphere
from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.lists.logistic import Logistic
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.trial.matched import MatchedMember

HURRICANE_KT = 64.0
NEAR_KM = 300.0
_LEAST = {"wind_max": 3.0, "pressure_depth": 20.0, "warm_core": 0.5, "vorticity_mean": 1e-6}
"""What describes a point, and below which value it makes no difference."""
_AROUND = (1, 3, 6)
_OLDEST = 40
"""Points of a track after its first and before its last that make no difference."""


@dataclass(frozen=True)
class StepSkill:
    """Counts of time steps.

    Attributes
    ----------
    steps, found : int
        Those of storms that count, and those of them that have a chosen point nearby.
    chosen, right : int
        Chosen points, and those of them that have such a step nearby.
    """

    steps: int
    found: int
    chosen: int
    right: int

    def __add__(self, other: "StepSkill") -> "StepSkill":
        mine, its = vars(self).values(), vars(other).values()
        return StepSkill(*(one + another for one, another in zip(mine, its, strict=True)))

    def __str__(self) -> str:
        found, right = self.found / max(self.steps, 1), self.right / max(self.chosen, 1)
        return f"{found:.2f} of {self.steps:,} found, {right:.2f} of {self.chosen:,} right"


def step_skill(
    storms: BestTracks,
    times: Times,
    tracks: Tracks,
    chosen: Bools,
    *,
    least_kt: float = HURRICANE_KT,
    right_kt: float = HURRICANE_KT,
) -> StepSkill:
    """Compare chosen points of tracks with the time steps of storms.

    Parameters
    ----------
    storms : BestTracks
    times : ndarray of datetime64[s]
        The data's times: others of the storms do not count.
    tracks : Tracks
    chosen : ndarray of bool, shape (npoints,)
    least_kt : float
        Wind of a storm at a time from which on the step is to be found, knots.
    right_kt : float
        Wind from which on a chosen point nearby is right.
    """
    known = np.isin(storms.time, times)
    kt = np.where(np.isnan(storms.wind_kt), -1.0, storms.wind_kt)
    wanted, allowed = known & (kt >= least_kt), known & (kt >= right_kt)
    here = np.flatnonzero(chosen)
    return StepSkill(
        steps=int(wanted.sum()),
        found=int(_near(storms, np.flatnonzero(wanted), tracks, here).sum()),
        chosen=len(here),
        right=int(_near(tracks, here, storms, np.flatnonzero(allowed)).sum()),
    )


def fit_steps(members: Sequence[MatchedMember]) -> Logistic:
    """A logistic function of what is around a point: whether it is a hurricane."""
    values = np.concatenate([_described(one) for one in members])
    return lists.fit(values, np.concatenate([_is_hurricane(one) for one in members]))


def hurricane_points(logistic: Logistic, one: MatchedMember, least: float) -> Bools:
    """Which points of a member's tracks are a hurricane by it, shape (npoints,)."""
    return logistic.probability(_described(one)) >= least


def _is_hurricane(one: MatchedMember) -> Bools:
    tracks, storms = one.member.tracks, one.storms
    true = np.zeros(len(tracks.time), bool)
    strong = np.flatnonzero(storms.wind_kt >= HURRICANE_KT)
    true[:] = _near(tracks, np.arange(len(true)), storms, strong)
    return true


def _described(one: MatchedMember) -> Floats:
    """Features of each point, shape (npoints, n): what is around it and was and will be, its place and its age."""
    tracks, fields = one.member.tracks, one.member.fields
    there = [name for name in _LEAST if name in fields.values]
    values = [np.log(np.maximum(tracks.vorticity, 1e-5))]
    values += [np.log(np.maximum(np.nan_to_num(fields.values[name]), _LEAST[name])) for name in there]
    around = [_mean_around(np.asarray(each, float), tracks, steps) for each in values for steps in _AROUND]
    lat, age = np.abs(tracks.lat), np.arange(len(tracks.time)) - np.repeat(tracks.start, tracks.row_size)
    left = np.repeat(tracks.row_size, tracks.row_size) - age
    ages = [np.minimum(each, _OLDEST) for each in (age, left)]
    return np.column_stack([*values, *around, lat, lat**2, *ages])


def _mean_around(values: Floats, tracks: Tracks, steps: int) -> Floats:
    """Mean over so many points of the same track before and after each."""
    index = np.arange(len(values))
    first = np.maximum(index - steps, np.repeat(tracks.start, tracks.row_size))
    stop = np.minimum(index + steps + 1, np.repeat(tracks.start + tracks.row_size, tracks.row_size))
    total = np.concatenate([[0.0], np.cumsum(values)])
    return (total[stop] - total[first]) / (stop - first)


def _near(ours: Tracks | BestTracks, here: Ints, others: Tracks | BestTracks, there: Ints) -> Bools:
    """Which of our points have one of the others within `NEAR_KM` at the same time, shape (len(here),)."""
    order = there[np.argsort(others.time[there], kind="stable")]
    first = np.searchsorted(others.time[order], ours.time[here], side="left")
    last = np.searchsorted(others.time[order], ours.time[here], side="right")
    mine = np.repeat(np.arange(len(here)), last - first)
    offset = np.arange(len(mine)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    its = order[np.repeat(first, last - first) + offset] if len(mine) else order[:0]
    apart = sphere.distance_km(ours.lat[here][mine], ours.lon[here][mine], others.lat[its], others.lon[its])
    return np.bincount(mine[apart <= NEAR_KM], minlength=len(here)) > 0
