"""What a line of a run is called; starts of forecasts as a person types them."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks import label, starts
from stormtracks.errors import BadValue

MOMENTS = st.datetimes(datetime.datetime(1000, 1, 1), datetime.datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
LABELS = st.integers(1, 9999) | MOMENTS.map(lambda moment: label.of(f"{moment:%Y-%m-%dT%H:%M}"))


@given(LABELS)
def test_a_label_is_read_back_from_its_name(one):
    assert label.of(one) == label.of_name(label.name(one)) == one
    assert label.is_written_start(one) == label.is_start(one) == isinstance(one, str)


@given(st.lists(MOMENTS))
def test_starts_are_in_the_order_of_time(moments):
    named = [label.of(f"{moment:%Y%m%d%H%M}") for moment in moments]
    assert label.in_order(named) == [label.of(f"{moment:%Y%m%d%H%M}") for moment in sorted(set(moments))]


ODD = ["2025-13-01T00", "2025-06-01T24", "../x", "", "2025-06", "20000", "٢٠٢٥-06-01", "٢٠٢٥", "2025-06-01T00\n2"]


ODD += [True, 2025.0, None, [], 0, 10_000, -1]
HUGE = {"long text": "9" * 10**7, "large": 10**5000, "small": -(10**5000)}


@pytest.mark.parametrize(
    "value", [*map(pytest.param, ODD), *(pytest.param(one, id=name) for name, one in HUGE.items())]
)
def test_what_is_no_label_is_refused_in_a_short_message(value):
    with pytest.raises(BadValue, match="must be a year from 1 to 9999, or the start of a forecast") as caught:
        label.of(value)
    assert len(str(caught.value)) < 200
    assert not label.is_written_start(value)


@given(st.lists(MOMENTS, min_size=1, max_size=8))
def test_a_list_of_starts_is_read_as_it_is_written(moments):
    ordered = label.in_order(label.of(f"{moment:%Y-%m-%dT%H:%M}") for moment in moments)
    assert starts.read(starts.written(ordered)) == tuple(ordered)


@given(MOMENTS, st.integers(1, 400), st.integers(1, 40))
def test_starts_that_are_equally_far_apart_are_written_as_a_range(first, hours, number):
    first = first.replace(year=2000, minute=30)
    moments = [first + datetime.timedelta(hours=hours * count) for count in range(number)]
    ordered = [label.of(f"{moment:%Y-%m-%dT%H:%M}") for moment in moments]
    text = starts.written(ordered)
    assert starts.read(text) == tuple(ordered)
    assert (".." in text) == (number > 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2025", "must be starts of forecasts such as 2025-06-01T00,.*, not '2025'"),
        ("2025-06-01,", "must be starts of forecasts such as .*, not ''"),
        ("2025-06-01..2025-06-30", "does not say the time between the starts; add it, such as /7d"),
        ("2025-06-01..2025-06-30/0d", "does not say the time between"),
        ("2025-06-30..2025-06-01/7d", "goes backwards"),
        ("2025-02-30..2025-06-01/7d", "2025-02-30T00 is not a date"),
        ("1000-01-01..9999-01-01/1h", "starts; give at most 10,000"),
        ("x..y/1d", "must be starts of forecasts"),
    ],
)
def test_what_names_no_starts_is_refused(text, message):
    with pytest.raises(BadValue, match=message):
        starts.read(text)
