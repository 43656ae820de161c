"""The times that fields are valid at: those of the file, or the start of a forecast plus its lead."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Times
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import given_times, times
from stormtracks.science.reanalysis.dimensions.axes import Axis
from stormtracks.science.reanalysis.dimensions.forecasts import Forecasts, check, listed, of_members, of_times
from stormtracks.science.reanalysis.dimensions.given_times import ROLES, Given, Timed
from stormtracks.science.reanalysis.stated import Stated
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_SAYS_START = re.compile(r"\binit|\breference|\bstart|\banalysis|\bissue|\bbase time|forecast run")
_AGREE = np.timedelta64(300, "s")
"""What may lie between a valid time and the sum of start and lead: both may have been rounded."""


@dataclass(frozen=True)
class Clock:
    """When the fields of a variable are valid.

    Attributes
    ----------
    axes : list of Axis
        Those of the variable; the one along which the times run has the role "time".
    times : ndarray of datetime64[s], shape (nt,)
        Strictly ascending.
    calendar : str
    remark : str
        What was assumed; "" where nothing was.
    forecasts : Forecasts or None
        The starts that there are, and the times of each; None where the fields are not forecasts.
    only_starts : str
        Why these are not times of a year, and what to ask for; "" where they are.
    """

    axes: list[Axis]
    times: Times
    calendar: str
    remark: str = ""
    forecasts: Forecasts | None = None
    only_starts: str = ""


def of_variable(group: Group, variable: Variable, axes: list[Axis], path: Path, said: Stated | None = None) -> Clock:
    """When the fields of a variable are valid.

    Parameters
    ----------
    group : Group
    variable : Variable
    axes : list of Axis
        Of the variable.
    path : Path
        Of its file, for messages.
    said : Stated, optional
        What is said of its forecast beside the file.

    Raises
    ------
    InputError
        There is no time; times cannot be understood; there are two dates of forecasts; the start plus the lead is not
        the valid time that the file states.
    """
    where = f"{path}: {variable.name}"
    given = given_times.of_variable(group, variable, axes, path, said)
    valid, start, remark = _valid(given, axes, where)
    members = next((axis for axis in axes if axis.role == "member" and axis.size > 1), None)
    along = {*valid.dimensions, *(start.dimensions if start else ())}
    if members is not None and members.dimension in along:
        return _of_members(valid, start, axes, members, where)
    own = [axis for axis in axes if axis.role in ROLES or axis.dimension in along]
    record = next((axis for axis in own if axis.size != 1), next((axis for axis in own if axis.role == "time"), None))
    record = record or (own[0] if own else None)
    spread = _spread(valid, own)
    renamed = [_renamed(axis, record) for axis in axes]
    known = None if start is None else of_times(_spread(start, own), spread, own, record, valid.calendar)
    if sum(axis.size > 1 for axis in own) > 1:
        return _of_many(known, own, renamed, spread, valid, where)
    found = spread.reshape(-1)
    times.check_order(found, valid.calendar, f"{path}: {valid.name}")
    return Clock(renamed, found, valid.calendar, remark, known)


def _of_many(
    known: Forecasts | None, own: list[Axis], axes: list[Axis], spread: Times, valid: Timed, where: str
) -> Clock:
    """Many starts by many leads: forecasts, each of which can be read, but no times of a year."""
    long = [axis for axis in own if axis.size > 1]
    sizes = " x ".join(f"{axis.size} {axis.dimension}" for axis in long)
    if known is None:
        first = next((axis for axis in long if axis.role != "lead"), long[0])
        raise InputError(
            f"{where}: has {sizes}, and nothing says which of them are starts of forecasts; select one: "
            f"ncks -d {first.dimension},0 FILE OUT"
        )
    check(known, f"{where}: {valid.name}")
    labels = known.labels
    reason = (
        f"{where}: has {sizes}, many starts by many leads, and a year has one of them at a time; ask for a start: "
        f"--year {labels[0]} (there are {listed(labels)})"
    )
    return Clock(axes, np.unique(spread), valid.calendar, "", known, reason)


def _of_members(valid: Timed, start: Timed | None, axes: list[Axis], members: Axis, where: str) -> Clock:
    """Members with starts of their own: one forecast, named by the last of them, but no times of a year.

    Where they are told for each member and are the same, that is one forecast as any other.
    """
    own = [axis for axis in axes if axis.role in ROLES or axis.dimension in valid.dimensions]
    times_ = [axis for axis in own if axis is not members]
    long = [axis for axis in times_ if axis.size > 1]
    along = set() if start is None else {*start.dimensions} - {members.dimension}
    if start is None or along & {axis.dimension for axis in long} or len(long) > 1:
        raise InputError(
            f"{where}: each of the {members.size} members has times of its own ({valid.name} runs along "
            f"{members.dimension!r}); write the members of each start to files of their own"
        )
    record = next(iter(long or times_), None)
    spread = _spread(valid, [members, *times_]).reshape(members.size, -1)
    starts = _spread(start, [members, *times_]).reshape(members.size, -1)[:, 0]
    name = record.dimension if record else ""
    if (starts == starts[0]).all() and (spread == spread[0]).all():
        times.check_order(spread[0], valid.calendar, f"{where}: {valid.name}")
        alike = Forecasts(starts[:1], spread[:1], valid.calendar, "", name)
        return Clock([_renamed(axis, record) for axis in axes], spread[0], valid.calendar, "", alike)
    known = of_members(starts, spread, valid.calendar, name)
    if known is None:
        raise InputError(f"{where}: the starts of its members are not at whole minutes; correct {start.name!r}")
    check(known, f"{where}: {valid.name}")
    shifts = spread - spread[:1]
    if (shifts != shifts[:, :1]).any():
        raise InputError(
            f"{where}: its members have other leads each; write the members of each start to their own files"
        )
    axes = [_renamed(axis, record) for axis in axes]
    reason = (
        f"{where}: each of its members has a start of its own, so they have no times of a year in common; ask for the "
        f"forecast: --year {known.labels[0]}"
    )
    return Clock(axes, np.unique(spread), valid.calendar, "", known, reason)


def _renamed(axis: Axis, record: Axis | None) -> Axis:
    if axis is record:
        return replace(axis, role="time")
    return replace(axis, role="start") if axis.role == "time" else axis


def _valid(given: Given, axes: list[Axis], where: str) -> tuple[Timed, Timed | None, str]:
    """The valid times, the starts of forecasts if they are known, and what was assumed for them."""
    start, lead = given.start, given.lead
    valid = given.valid
    _refuse_bare_lead(given, axes, where)
    if valid is None and given.time is not None:
        if lead is not None and _is_start(given, axes, where):
            start = start or given.time
        else:
            valid = given.time
    elif valid is not None and start is None and given.time is not None and lead is not None:
        start = given.time
    if start is not None and lead is not None:
        return _sum(start, lead, valid, where), start, ""
    if valid is not None:
        return valid, start, ""
    if start is not None:
        return (
            start,
            None,
            f"the times of {start.name!r} are starts of forecasts and no lead is stated; taken to be analyses",
        )
    if lead is not None and lead.coordinate is not None:
        raise InputError(
            f"{where}: {lead.name!r} lasts (units {lead.says('units')!r}) and nothing says since when; "
            "add the start, or write the times as in 'hours since 1900-01-01'"
        )
    raise InputError(f"{where}: there is no time coordinate; add one with units such as 'hours since 1900-01-01'")


def _refuse_bare_lead(given: Given, axes: list[Axis], where: str) -> None:
    """Refuse a dimension of leads, of whatever length, of which nothing says how long they are."""
    stated = {name for one in given if one is not None for name in one.dimensions}
    for axis in axes:
        if axis.role == "lead" and axis.dimension not in stated and given.valid is None:
            raise InputError(
                f"{where}: nothing says how long the lead along {axis.dimension!r} is; add a coordinate variable with "
                "units such as 'hours', or one of valid times"
            )


def _is_start(given: Given, axes: list[Axis], where: str) -> bool:
    """Whether the coordinate "time" beside a lead is the start of the forecasts, and not the valid time."""
    time, lead = given.time, given.lead
    assert time is not None and lead is not None
    if given.start is not None:  # by CF, "time" is then the valid time, unless it is the start once more
        same = time.values.shape == given.start.values.shape and bool((time.values == given.start.values).all())
        return same and bool(lead.values.astype(int).any())
    if _SAYS_START.search(time.says("long_name")) or not lead.values.astype(int).any():
        return True
    own = {axis.dimension for axis in axes if axis.role == "lead"} & set(lead.dimensions)
    if own - set(time.dimensions):
        return True
    if lead.dimensions and set(lead.dimensions) <= set(time.dimensions):
        return False
    raise InputError(
        f"{where}: {time.name!r} may be the valid time or the start of a forecast with the lead {lead.name!r}; "
        "add a coordinate valid_time, or a forecast_reference_time"
    )


def _sum(start: Timed, lead: Timed, valid: Timed | None, where: str) -> Timed:
    """Start plus lead, which must be the valid time where the file states one."""
    dimensions = tuple(dict.fromkeys((*start.dimensions, *lead.dimensions)))
    total = calendars.later(_along(start, dimensions), _along(lead, dimensions), start.calendar)
    name = f"{start.name} + {lead.name}"
    found = Timed(name, dimensions, total, start.calendar, None)
    if valid is None:
        return found
    both = tuple(dict.fromkeys((*dimensions, *valid.dimensions)))
    apart = abs(_along(found, both) - _along(valid, both))
    if (apart > _AGREE).any():
        raise InputError(
            f"{where}: {valid.name!r} is not {name}: they are {apart.max().astype(int) / 3600:g} hours apart; correct "
            "one of them"
        )
    return valid


def _along(timed: Timed, dimensions: tuple[str, ...]) -> Any:
    """Values with an axis for each of some dimensions, of length 1 where they do not depend on it."""
    own = [name for name in dimensions if name in timed.dimensions]
    values = np.transpose(timed.values, [timed.dimensions.index(name) for name in own])
    sizes = iter(values.shape)
    return values.reshape([next(sizes) if name in own else 1 for name in dimensions])


def _spread(valid: Timed, own: list[Axis]) -> Times:
    """Valid times with an axis for each of a variable's dimensions of time."""
    values = _along(valid, tuple(axis.dimension for axis in own))
    return np.broadcast_to(values, [axis.size for axis in own])
