"""Fields of a variable as a table: the axes along which they lie, and the number of the field at each place.

The axes are the sets of values that the fields have: members, starts, leads, levels. All combinations must be there,
each once.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from stormtracks.science.arrays import Ints
from stormtracks.science.reanalysis.stored.grib.scan.product import HOUR

_LARGEST_TABLE = 1 << 24
"""Combinations of members, times and levels: more than there can be in a file that is meant to be whole."""
_NAMED = 2
"""Fields that are named where some are lacking."""

Equal = Callable[[int, int], bool]
"""Whether two fields (numbers of rows) are the same message."""


class Along(NamedTuple):
    """A coordinate: along a dimension of its own, or beside it along that of another.

    Attributes
    ----------
    kind : str
        "number", "time", "start", "lead", "pressure" or "level".
    values : ndarray, shape (n,)
        Numbers, seconds since 1970 or of a lead, Pa or the unit of the levels.
    along : str
        The kind of its dimension.
    """

    kind: str
    values: np.ndarray
    along: str


class Fields(NamedTuple):
    """The fields of one variable, an entry each; arrays of shape (n,).

    Attributes
    ----------
    row : ndarray of int
        Number in the file.
    number : ndarray of int
        Of the member; -1: it is of none.
    start : ndarray of int
        Seconds since 1970.
    lead : ndarray of int
        Seconds.
    level : ndarray of float
        Pa, or the unit of its kind; NaN where it has none.
    """

    row: Ints
    number: Ints
    start: Ints
    lead: Ints
    level: np.ndarray


def once(own: Fields, equal: Equal, level: str) -> tuple[Fields, str, str]:
    """The fields without those that are there again, what is said of these, and why they cannot be used.

    Parameters
    ----------
    own : Fields
    equal : callable
        Asked about fields of the same place.
    level : str
        Kind of the levels: "pressure", "level", or "" where there is one only.
    """
    levels = np.where(np.isnan(own.level), -1.0, own.level)
    order = np.lexsort((own.row, levels, own.lead, own.start, own.number))
    same = np.ones(max(len(order) - 1, 0), bool)
    for values in (own.number, own.start, own.lead, levels):
        same &= values[order][1:] == values[order][:-1]
    again = np.flatnonzero(same)
    if not len(again):
        return own, "", ""
    for place in again:
        if not equal(int(own.row[order[place]]), int(own.row[order[place + 1]])):
            where = _at(own, int(order[place]), level)
            return own, "", f"two different fields are of {where}; keep one of them: grib_copy -w KEY=VALUE IN OUT"
    kept = np.sort(order[np.concatenate([[True], ~same])])
    fields = "1 field is" if len(again) == 1 else f"{len(again):,} fields are"
    said = f"{fields} in the file more than once, equal byte for byte, and read once"
    return Fields(*(values[kept] for values in own)), said, ""


def laid_out(own: Fields, level: str, issued: bool) -> tuple[list[Along], list[Along], Ints]:
    """Axes, coordinates beside them, and the table of rows (-1 where there is no field).

    Of all ways to lay fields out, the first that leaves no place empty; else the fullest one.

    Parameters
    ----------
    own : Fields
    level : str
        As in `once`.
    issued : bool
        Whether they are of a forecast, whatever their lead.
    """
    best, fullest = None, -1.0
    for axes, beside, columns in _ways(own, level, issued):
        rows = _table(own, axes, columns)
        filled = share(rows)
        if filled == 1:
            return axes, beside, rows
        if filled > fullest:
            best, fullest = (axes, beside, rows), filled
    assert best is not None  # start by lead is always a way
    return best


def share(rows: Ints) -> float:
    """How much of a table is filled, 0 to 1; 0 of one that is too large to be made."""
    return 0.0 if rows.size > _LARGEST_TABLE else np.count_nonzero(rows >= 0) / rows.size


def hole(axes: list[Along], rows: Ints) -> str:
    """Which fields of a table are lacking, and what to do; "" where none is."""
    if rows.size > _LARGEST_TABLE:
        return f"its fields are a few of {rows.size:,} combinations; make files of a few members, starts or leads each"
    lacking = np.argwhere(rows < 0)
    if not len(lacking):
        return ""
    named = " and ".join(_place(axes, place) for place in lacking[:_NAMED].tolist())
    more = len(lacking) - _NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    return (
        f"there is no field of {named}{rest}; of {rows.size:,} combinations {rows.size - len(lacking):,} are there: "
        "fetch what is lacking, or leave out what is not whole (grib_copy -w KEY=VALUE IN OUT)"
    )


def _ways(own: Fields, level: str, issued: bool) -> Iterable[tuple[list[Along], list[Along], list[np.ndarray]]]:
    """Ways to lay fields out: by time, by start and lead, by members that each have a start of their own.

    Last by valid time, for what is a series although starts and leads are not a table: analyses of 00 and 12 with
    forecasts for the times between (ERA-Interim), lagged members with the same valid times.
    """
    numbers, starts, leads = np.unique(own.number), np.unique(own.start), np.unique(own.lead)
    members = [Along("number", numbers, "number")] if numbers[-1] >= 0 else []
    levels = _levels(own, level)
    tail = [own.level] if levels else []
    head = [own.number] if members else []
    pairs = np.unique(np.stack([own.start, own.lead]), axis=1)
    if len(pairs[0]) == len(starts):
        pairs = pairs[:, np.argsort(pairs.sum(axis=0), kind="stable")]  # a later start may have an earlier time
        times = pairs.sum(axis=0)
        # two pairs may have one time: the starts tell them apart, and the times are refused where they are asked for
        # the first field of a forecast, in a file of its own, may be called an analysis
        is_forecast = leads.any() or issued or len(starts) == 1
        beside = [Along("start", pairs[0], "time"), Along("lead", pairs[1], "time")] if is_forecast else []
        if len(np.unique(times)) == len(times):
            yield [*members, Along("time", times, "time"), *levels], beside, [*head, own.start + own.lead, *tail]
    axes = [Along("start", starts, "start"), Along("lead", leads, "lead")]
    yield [*members, *axes, *levels], [], [*head, own.start, own.lead, *tail]
    if len(starts) > 1 and len(np.unique(np.stack([own.number, own.start]), axis=1)[0]) == len(numbers) > 1:
        own_starts = np.array([own.start[np.argmax(own.number == number)] for number in numbers])
        beside = [Along("start", own_starts, "number")]
        yield [*members, Along("lead", leads, "lead"), *levels], beside, [*head, own.lead, *tail]
    valid = own.start + own.lead
    if len(starts) > 1 and len(leads) > 1 and len(np.unique(np.stack([*head, valid, *tail]), axis=1)[0]) == len(valid):
        yield [*members, Along("time", np.unique(valid), "time"), *levels], [], [*head, valid, *tail]


def _levels(own: Fields, level: str) -> list[Along]:
    return [] if not level or np.isnan(own.level).all() else [Along(level, np.unique(own.level), level)]


def _table(own: Fields, axes: list[Along], columns: Sequence[np.ndarray]) -> Ints:
    shape = [len(axis.values) for axis in axes]
    if math.prod(shape) > _LARGEST_TABLE:
        return np.broadcast_to(np.int64(-1), shape)
    places = [np.searchsorted(axis.values, column) for axis, column in zip(axes, columns, strict=True)]
    rows = np.full(shape, -1, np.int64)
    rows[tuple(places)] = own.row
    return rows


def _place(axes: list[Along], place: list[int]) -> str:
    return ", ".join(_said(axis.kind, axis.values[at]) for axis, at in zip(axes, place, strict=True))


def _at(own: Fields, place: int, level: str) -> str:
    said = [_said("number", own.number[place])] if own.number[place] >= 0 else []
    said.append(_said("start", own.start[place]))
    if own.lead[place]:
        said.append(_said("lead", own.lead[place]))
    if level and not math.isnan(own.level[place]):
        said.append(_said(level, own.level[place]))
    return ", ".join(said)


def _said(kind: str, value: Any) -> str:
    if kind in ("time", "start"):
        time = str(np.datetime64(int(value), "s")).replace("T", " ")[:16]
        return time if kind == "time" else f"start {time}"
    if kind == "lead":
        return f"lead {value / HOUR:g} h"
    if kind == "number":
        return f"member {value}"
    return f"{value / 100:g} hPa" if kind == "pressure" else f"level {value:g}"
