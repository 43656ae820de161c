import numpy as np
import pytest
from matplotlib.figure import Figure

from stormtracks.science import calendars
from stormtracks.science.plots import Print
from stormtracks.science.plots.dates import date_axis, day, months, period


@pytest.mark.parametrize(
    ("first", "last", "days", "span"),
    [
        ("2005-08-23T18", "2005-08-31T06", "23–31 Aug 2005", "Aug 2005"),
        ("2005-08-28", "2005-09-02", "28 Aug to 2 Sep 2005", "Aug–Sep 2005"),
        ("2005-12-30", "2006-01-06", "30 Dec 2005 to 6 Jan 2006", "Dec 2005–Jan 2006"),
        ("2005-12-30T00", "2005-12-30T18", "30 Dec 2005", "Dec 2005"),
    ],
)
def test_times_as_a_title_says_them(first, last, days, span):
    first, last = np.datetime64(first, "s"), np.datetime64(last, "s")
    assert period(first, last).replace("\u00a0", " ") == days
    assert months(first, last) == span


def test_a_date_axis_says_the_month_that_it_shows_and_not_the_next():
    axes = Figure().add_subplot()
    date_axis(axes, Print(), np.datetime64("2005-08-21", "s"), np.datetime64("2005-08-31T18", "s"))
    axes.figure.canvas.draw()
    assert axes.get_xlabel() == "Aug 2005 (UTC)"
    said = [label.get_text() for label in axes.get_xticklabels()]
    assert "Sep" not in said and {"23", "25", "27"} <= set(said) | {"21"}
    assert axes.xaxis.get_offset_text().get_text() == ""


def test_dates_of_months_of_thirty_days_are_their_own():
    first, last = (calendars.of_date(2005, 2, number, "360_day") for number in (26, 30))
    assert day(last, "360_day") == "30 Feb"
    assert period(first, last, "360_day").replace("\u00a0", " ") == "26–30 Feb 2005"
    march = calendars.of_date(2005, 3, 1, "360_day")
    assert months(first, march, "360_day") == "Feb–Mar 2005"


@pytest.mark.parametrize(
    ("calendar", "first", "last", "expected"),
    [
        ("360_day", (2005, 2, 27), (2005, 3, 3), ["27", "28", "29", "30", "Mar", "2", "3"]),
        ("360_day", (2005, 2, 3), (2005, 3, 28), ["11", "21", "Mar", "11", "21"]),
        ("noleap", (2004, 2, 27), (2004, 3, 2), ["27", "28", "Mar", "2"]),
        ("360_day", (2005, 1, 1), (2006, 12, 30), ["Jan", "Apr", "Jul", "Oct"] * 2),
    ],
)
def test_an_axis_has_days_that_the_calendar_has(calendar, first, last, expected):
    axes = Figure().add_subplot()
    date_axis(axes, Print(), calendars.of_date(*first, calendar), calendars.of_date(*last, calendar), calendar)
    axes.figure.canvas.draw()
    said = [label.get_text() for label in axes.get_xticklabels()]
    assert said == expected
    low, high = axes.get_xlim()
    assert all(low <= place <= high for place in axes.get_xticks())
