"""How long after the start of its forecast something is valid: lead times, from what a result says of its start."""

from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science import calendars
from stormtracks.science.arrays import Floats, Times

KEY = "forecast"
"""Of a result's provenance: it is there where the result is one of a forecast."""


class Forecast(TypedDict):
    """What a result says of the forecast that it is of, plain values.

    `start` is the member's own, as a label; `calendar` that of its dates.
    """

    start: str
    calendar: str


def moment(start: Label, calendar: str) -> np.datetime64:
    """The date of a start's label, datetime64[s], in a calendar.

    Raises
    ------
    BadValue
        It is not a date of the calendar.

    Examples
    --------
    >>> from stormtracks.science import leads
    >>> str(leads.moment("2025-06-01T0630", "standard"))
    '2025-06-01T06:30:00'
    """
    text = str(start)
    return calendars.of_text(text if len(text) < 14 else f"{text[:13]}:{text[13:]}", calendar)


def name(start: np.datetime64, calendar: str) -> str:
    """The label of a start, which is at a whole minute."""
    return str(label.of(calendars.text(start, calendar, "m")))


def hours(times: Times, start: np.datetime64, calendar: str) -> Floats:
    """Hours from a start to each of some times in their calendar, float64 in the shape of the times."""
    return calendars.elapsed_hours(np.concatenate([[start], times]), calendar)[1:]


def of_times(times: Times, provenance: Mapping[str, Any]) -> Floats | None:
    """The lead of each time of a result, hours; None where it is not one of a forecast.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science import leads
    >>> provenance = {"forecast": {"start": "2024-02-28T00", "calendar": "noleap"}}
    >>> leads.of_times(np.array(["2024-02-28T06", "2024-03-01T00"], "datetime64[s]"), provenance).tolist()
    [6.0, 24.0]
    """
    of = provenance.get(KEY)
    return None if of is None else hours(times, moment(of["start"], of["calendar"]), of["calendar"])
