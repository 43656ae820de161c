"""What lies around the points of a member's tracks; or of all members' in one pass over all fields."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.passes import blocks
from stormtracks.science.passes.folder import Table
from stormtracks.science.passes.points import UNKNOWN, TrackPoints, in_time
from stormtracks.science.passes.roster import PointsOf, Roster
from stormtracks.science.passes.runs import most_steps, runs, steps_in_cache, within
from stormtracks.science.passes.shared_pass import Progress, SharedPass, reported
from stormtracks.science.records import Block, Grid, TimeAxis


class Fields(Protocol):
    """What a pass asks of the fields of a season and of how they are sampled.

    Attributes
    ----------
    axis : TimeAxis
    grid : Grid
        Of the finest fields: it says how many are read at a time.
    members : int
    block : Block
        What one stored chunk holds.
    cuts : ndarray of bool, shape (nt,)
        Before which steps reading may begin or end with no stored chunk decoded twice.
    features : tuple of str
        What is sampled.
    beside : int
        How many numbers of missing values there are of each member and time.
    """

    axis: TimeAxis
    grid: Grid
    members: int
    block: Block
    cuts: Bools
    features: tuple[str, ...]
    beside: int

    @property
    def identity(self) -> Any:
        """What the features depend on, the points apart: plain values that are the same only if they are."""

    def sample(
        self, start: int, stop: int, members: slice | Sequence[int], field: Ints, points: TrackPoints
    ) -> Mapping[str, Floats]:
        """The features of points; `field` counts the steps and members, members fastest."""

    def missing_values(self, steps: slice) -> Ints:
        """How many values of all members were missing at some steps, shape (members, beside * number of steps)."""

    def note_missing(self, steps: slice, member: int, missing: Ints) -> None:
        """Take over how many values of a member were missing when another slot read it."""


def member_fields(
    fields: Fields,
    ensemble_member: int,
    points: TrackPoints,
    points_of: PointsOf,
    scratch: Path,
    progress: Progress | None = None,
) -> dict[str, Floats]:
    """The features of the points of one member.

    Parameters
    ----------
    fields : Fields
    ensemble_member : int
        As the schedule counts, from 0.
    points : TrackPoints
        Of the member's own result.
    points_of : callable
        Those of the other members, so that one pass over the files serves all.
    scratch : Path
        Folder on a local disk for passes over all members.
    progress : callable, optional
        Called with (times done, times in all).

    Returns
    -------
    dict of str to ndarray of float32, shape (npoints,)
    """
    report = progress or (lambda done, total: None)
    if fields.block.members == 1:
        steps = runs(fields.cuts, steps_in_cache(fields.grid), most_steps(fields.grid, 1, fields.block))
        return _joined(fields, [_alone(fields, one, ensemble_member, points) for one in reported(steps, report)])
    work = _FieldsOfAll(fields)
    with SharedPass(work, scratch) as everyone:
        work.roster = Roster(everyone.folder, everyone.identity, fields.members, points_of)
        work.roster.put(ensemble_member, points)
        everyone.finish(report)
        parts: list[Mapping[str, Floats]] = []
        for one, beside, table in everyone.tables(ensemble_member):
            if np.array_equal(beside[: len(UNKNOWN)], points.within(one).digest):
                fields.note_missing(one, ensemble_member, beside[len(UNKNOWN) :])
                parts.append({name: table[name] for name in fields.features})
            else:  # its result was made otherwise than the others' points
                parts.append(_alone(fields, one, ensemble_member, points))
        return _joined(fields, parts)


class _FieldsOfAll:
    """What a pass over all fields does: the features of all points that are known.

    Beside each member's stand the digest of its points, and how many values its fields lack.
    """

    kind = "fields"
    roster: Roster

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.axis = fields.axis
        self.members = fields.members
        self.cuts, self.most = fields.cuts, most_steps(fields.grid, fields.members, fields.block)
        self.columns: Mapping[str, str] = dict.fromkeys(fields.features, "<f4")

    @property
    def identity(self) -> str:
        return json.dumps([blocks.FORMAT, self.kind, list(self.columns), self.fields.identity], sort_keys=True)

    def beside(self, times: int) -> int:
        return len(UNKNOWN) + self.fields.beside * times

    def do(self, steps: slice) -> Table:
        known = {member: points.within(steps) for member, points in sorted(self.roster.known().items())}
        digests = [known[member].digest if member in known else UNKNOWN for member in range(self.members)]
        owner = np.repeat(list(known), [len(points) for points in known.values()])
        points = TrackPoints.joined(list(known.values()))
        order = in_time(points.step, len(self.axis))  # and by member at each time
        points, owner = points.take(order), owner[order]
        count = max(1, steps_in_cache(self.fields.grid) // self.members)  # few members: some times at once
        found = [self._steps(one, points, owner) for one in within(steps, self.cuts, count, self.most)]
        beside = np.concatenate([digests, self.fields.missing_values(steps)], axis=1)
        return _joined(self.fields, found), owner, beside

    def lacks(self, steps: slice, member: int, beside: Ints) -> bool:
        unknown = not beside[: len(UNKNOWN)].any()
        if unknown:  # whoever did the block did not know this member; then others may be known by now too
            self.roster.ask_again()
        return unknown

    def _steps(self, steps: slice, points: TrackPoints, owner: Ints) -> Mapping[str, Floats]:
        """The features of all members' points of some times."""
        at = points.at(steps)
        its = points.take(at)
        field = (its.step - steps.start) * self.members + owner[at]
        return self.fields.sample(steps.start, steps.stop, slice(None), field, its)


def _alone(fields: Fields, steps: slice, member: int, points: TrackPoints) -> Mapping[str, Floats]:
    """The features of some steps of one member, from its files."""
    its = points.within(steps)
    return fields.sample(steps.start, steps.stop, [member], its.step - steps.start, its)


def _joined(fields: Fields, parts: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([part[name] for part in parts]) for name in fields.features}
