"""Starts of forecasts in a file, and the times of each: which entry of which dimension is which."""

import functools
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from stormtracks.science import calendars, leads
from stormtracks.science.arrays import Times
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import times as times_
from stormtracks.science.reanalysis.dimensions.axes import Axis

_SHOWN = 3


@dataclass(frozen=True)
class Forecasts:
    """The forecasts of a variable.

    Attributes
    ----------
    starts : ndarray of datetime64[s], shape (n,)
        Of each forecast; where members are `lagged`, of each member of the one that there is.
    times : ndarray of datetime64[s], shape (n, nleads)
        When its fields are valid, ascending.
    calendar : str
    start_axis, lead_axis : str
        Dimensions along which starts and leads run; "" for one that is not there.
    lagged : bool
        Whether each member has a start of its own.
    """

    starts: Times
    times: Times
    calendar: str
    start_axis: str
    lead_axis: str
    lagged: bool = False

    @functools.cached_property
    def labels(self) -> list[str]:
        """What the forecasts are called; one of lagged members by the start of the last of them."""
        starts = [self.starts.max()] if self.lagged else self.starts
        return [leads.name(start, self.calendar) for start in starts]

    def one(self, start: str, where: str) -> "Forecast":
        """One of them.

        Raises
        ------
        InputError
            There is none of this start, or it begins before it.
        """
        moment = leads.moment(start, self.calendar)
        own = np.flatnonzero(self.starts == moment)
        if not len(own) or (self.lagged and moment != self.starts.max()):
            raise InputError(f"{where}: has no forecast of {start}; choose from {listed(self.labels)}")
        if self.lagged:
            return Forecast(self.times[int(np.argmax(self.starts))], 0, self.starts)
        place = int(own[0])
        if len(self.times[place]) and self.times[place][0] < self.starts[place]:
            first = calendars.text(self.times[place][0], self.calendar, "m")
            raise InputError(f"{where}: begins at {first}, before its start {start}; correct that start, or its leads")
        return Forecast(self.times[place], place, self.starts[place : place + 1])

    def renamed(self, axes: list[Axis]) -> list[Axis]:
        """The axes of the variable where one forecast of it is read: its times run along the leads."""
        return [replace(axis, role=self._role(axis)) for axis in axes]

    def _role(self, axis: Axis) -> str:
        if axis.dimension == self.lead_axis:
            return "time"
        if axis.dimension == self.start_axis:
            return "start"
        return "lead" if axis.role in ("time", "start") else axis.role  # of length 1


class Forecast(NamedTuple):
    """One forecast of a variable.

    Attributes
    ----------
    times : ndarray of datetime64[s], shape (nleads,)
        Of lagged members those of the last one.
    place : int
        On the axis of starts.
    starts : ndarray of datetime64[s], shape (1,) or (nmembers,)
        One for all members, or of each.
    """

    times: Times
    place: int
    starts: Times


def of_times(start: Times, valid: Times, own: list[Axis], record: Axis | None, calendar: str) -> Forecasts | None:
    """The forecasts that starts and valid times make; None where they are none that can be told apart.

    Parameters
    ----------
    start, valid : ndarray of datetime64[s]
        An axis for each of `own`.
    own : list of Axis
        A variable's dimensions of time.
    record : Axis or None
        The one along which times run where a year is read.
    calendar : str
    """
    if not _at_minutes(start):
        return None
    varies = [place for place in range(start.ndim) if (start != start.take([0], axis=place)).any()]
    long = [place for place, axis in enumerate(own) if axis.size > 1]
    if not varies:
        lead_axis = record.dimension if record is not None else ""
        if len(long) > 1:
            return None
        return Forecasts(start.reshape(-1)[:1], valid.reshape(1, -1), calendar, "", lead_axis)
    along = varies[0]
    others = [place for place in long if place != along]
    starts = np.moveaxis(start, along, 0).reshape(start.shape[along], -1)[:, 0]
    if len(varies) > 1 or len(others) > 1 or len(np.unique(starts)) < len(starts):
        return None
    lead_axis = own[others[0]].dimension if others else _short(own, along)
    found = np.moveaxis(valid, along, 0).reshape(len(starts), -1)
    return Forecasts(starts, found, calendar, own[along].dimension, lead_axis)


def of_members(start: Times, valid: Times, calendar: str, lead_axis: str) -> Forecasts | None:
    """The forecast whose members have starts of their own; None where no label can say when.

    Parameters
    ----------
    start : ndarray of datetime64[s], shape (nmembers,)
    valid : ndarray of datetime64[s], shape (nmembers, nleads)
    calendar : str
    lead_axis : str
    """
    return Forecasts(start, valid, calendar, "", lead_axis, lagged=True) if _at_minutes(start) else None


def check(found: Forecasts, where: str) -> None:
    """Refuse times of a forecast that do not ascend."""
    for each in found.times:
        times_.check_order(each, found.calendar, where)


def listed(labels: list[str]) -> str:
    """Some starts as text: ``2025-06-01T00, 2025-06-08T00 ... 2025-08-31T00 (14)``."""
    if len(labels) <= _SHOWN:
        return ", ".join(labels)
    return f"{', '.join(labels[: _SHOWN - 1])} ... {labels[-1]} ({len(labels):,})"


def _at_minutes(start: Times) -> bool:
    """Whether starts are at whole minutes: no label says the seconds."""
    return bool((start == start.astype("datetime64[m]")).all())


def _short(own: list[Axis], along: int) -> str:
    """The dimension of the one lead that there is; "" where there is none."""
    names = [axis.dimension for place, axis in enumerate(own) if place != along]
    return names[0] if names else ""
