"""A list fitted on some years and tested on others, beside the rule, in plain values and as tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import label
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import lists, results
from stormtracks.science.arrays import Floats
from stormtracks.science.lists import StormList, Weights
from stormtracks.science.trial.curve import CLASSES_KT, Curve, Interval
from stormtracks.science.trial.fitted import fit, probabilities
from stormtracks.science.trial.matched import MatchedMember, matched_members
from stormtracks.science.trial.steps import HURRICANE_KT, StepSkill, fit_steps, hurricane_points, step_skill

LEAST = (0.1, 0.2, 0.35, 0.5, 0.7)
"""Probabilities from which on a track is listed, in a table."""

RULE = "rule"
_HURRICANE = 0.4
"""Probability from which on a point is a hurricane."""
Years = Mapping[Label, tuple[int, ...]]


@dataclass(frozen=True)
class Row:
    """A list: what it is made by, how many storms a member's has, what it finds, what of it is false."""

    by: str
    listed: float
    pod: Mapping[float, Interval]
    far: Interval


@dataclass(frozen=True)
class Trial:
    """What a trial showed.

    Attributes
    ----------
    fitted, tested : dict of int or str to tuple of int
        Year, or start of a forecast -> members.
    planted : bool
        Whether the storms of the tested years are the truth.
    storms : int
        Storms of 34 kt or more of all tested members.
    told_by : str
        What the rule tells a tropical cyclone by.
    weights : Weights
    rows : tuple of Row
        The rule first, then lists of the fitted function by probability.
    steps : dict of str to StepSkill
        Time steps found and right; see `steps`.
    remarks : tuple of str
        In what tested years are of other data than the fitted ones.
    """

    fitted: Years
    tested: Years
    planted: bool
    storms: int
    told_by: str
    weights: Weights
    rows: tuple[Row, ...]
    steps: Mapping[str, StepSkill]
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "fitted": {str(year): list(members) for year, members in self.fitted.items()},
            "tested": {str(year): list(members) for year, members in self.tested.items()},
            "planted": self.planted,
            "storms": self.storms,
            "told_by": self.told_by,
            "lists": [_plain(row) for row in self.rows],
            "steps": {name: vars(skill) for name, skill in self.steps.items()},
            "fitted_on": dict(self.weights.fitted_on),
            "remarks": list(self.remarks),
        }


def trial(folder: Path, fitted: Years, tested: Years, progress: Callable[[int, int], None] | None = None) -> Trial:
    """Fit on some years and test on others.

    Parameters
    ----------
    folder : Path
        Folder of all results.
    fitted, tested : dict of int or str to tuple of int
        Year, or start of a forecast -> members.
    progress : callable, optional
        Called with (members read, members in all).

    Raises
    ------
    BadValue
        A year is to be fitted and tested; nothing to fit or to test on.
    """
    if both := set(fitted) & set(tested):
        raise BadValue(f"years {', '.join(map(str, label.in_order(both)))} are in --fit and in --test: give each once")
    read = _read(folder, {**fitted, **tested}, progress)
    training, testing = ([one for one in read if one.year in years] for years in (fitted, tested))
    if not testing:
        raise BadValue("there is no year to test on: give results of at least two years, or other years with --test")
    weights = fit(training)
    told, by_rule, by_weights = _scores(weights, testing)
    curves = {RULE: Curve.of(testing, by_rule)} | {"p": Curve.of(testing, by_weights)}
    rows = [_row(RULE, curves[RULE], 1.0)] + [_row(f"rule or p >= {least:g}", curves["p"], least) for least in LEAST]
    return Trial(
        fitted=fitted,
        tested=tested,
        planted=testing[0].planted,
        storms=int((curves["p"].storm_kt >= CLASSES_KT[0]).sum()),
        told_by=told[0][0],
        weights=weights,
        rows=tuple(rows),
        steps=_steps(training, testing, [tc for _, tc in told]),
        remarks=tuple(_on_other_data(weights, testing)),
    )


def _read(folder: Path, years: Years, progress: Callable[[int, int], None] | None) -> list[MatchedMember]:
    read: list[MatchedMember] = []
    for one in matched_members(folder, years):
        read.append(one)
        if progress:
            progress(len(read), sum(map(len, years.values())))
    return read


def _on_other_data(weights: Weights, testing: Sequence[MatchedMember]) -> Iterator[str]:
    """What is to be said of tested members that the weights were not fitted for."""
    others: dict[str, list[tuple[Label, int]]] = {}
    for one in testing:
        for difference in weights.differences(one.member.kind):
            others.setdefault(difference, []).append((one.year, one.ensemble_member))
    for difference, cells in others.items():
        yield f"{results.listed(cells)} of other data than was fitted on: {difference}"
    if len({one.planted for one in testing}) > 1:
        yield "some tested years have planted storms, others best tracks: their figures are not of one kind"


def _scores(
    weights: Weights, members: Sequence[MatchedMember]
) -> tuple[list[tuple[str, StormList]], list[Floats], list[Floats]]:
    """Of each member: what the rule tells by and its list of tropical cyclones; scores of its tracks by both."""
    told, by_rule = [], []
    for one in members:
        member = one.member
        verdict = lists.classes(member.tracks, member.fields, member.axis, grid_degrees=member.grid_degrees)
        told.append((verdict.evidence.name, lists.listed(member.tracks, member.fields, verdict).of("tc")))
        by_rule.append(lists.in_list(verdict.storm_class, "tc").astype(float))
    chances = probabilities(weights, members)
    return told, by_rule, [np.maximum(chance, rule) for chance, rule in zip(chances, by_rule, strict=True)]


def _row(by: str, curve: Curve, least: float) -> Row:
    return Row(by, curve.listed(least), {kt: curve.pod(least, kt) for kt in CLASSES_KT}, curve.far(least))


def _steps(
    training: Sequence[MatchedMember], testing: Sequence[MatchedMember], by_rule: Sequence[StormList]
) -> dict[str, StepSkill]:
    """Time steps by the rule's list, and those of hurricanes by a function of its own."""
    logistic = fit_steps(training)
    nothing = StepSkill(0, 0, 0, 0)
    of_list = [
        step_skill(one.storms, one.member.axis.times, tc.tracks, tc.tropical, right_kt=0.0)
        for one, tc in zip(testing, by_rule, strict=True)
    ]
    of_points = [
        step_skill(one.storms, one.member.axis.times, one.member.tracks, hurricane_points(logistic, one, _HURRICANE))
        for one in testing
    ]
    return {
        f"{HURRICANE_KT:g} kt in the rule's list; right: any tropical cyclone": sum(of_list, nothing),
        f"{HURRICANE_KT:g} kt or not, each point by itself": sum(of_points, nothing),
    }


def _plain(row: Row) -> dict[str, Any]:
    pod = {f"{kt:g}": _values(interval) for kt, interval in row.pod.items()}
    return {"by": row.by, "listed": row.listed, "pod_kt": pod, "far": _values(row.far)}


def _values(interval: Interval) -> list[float | None]:
    return [None if np.isnan(value) else round(value, 4) for value in vars(interval).values()]
