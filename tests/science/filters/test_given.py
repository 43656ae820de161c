"""What a person gives for a filter: as texts in a command, as texts or values in a notebook."""

import pytest

from stormtracks.errors import BadValue
from stormtracks.science.filters import Filter
from stormtracks.science.filters.given import filter_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ({"region": "0,40,-100,-10"}, {"region": (0, 40, -100, -10)}),
        ({"basin": "na, EP"}, {"basin": ["NA", "EP"]}),
        ({"months": "11-2"}, {"months": [11, 12, 1, 2]}),
        ({"months": "8"}, {"months": 8}),
        ({"min_peak": "8", "min_hours": "48", "min_share": "0.5"}, {"min_peak": 8, "min_hours": 48, "min_share": 0.5}),
    ],
)
def test_a_text_and_the_values_that_it_stands_for_are_the_same_filter(text, value):
    assert filter_of(text) == filter_of(value) != Filter()


def test_what_is_not_given_stays_as_it_was():
    before = Filter(min_hours=48, matched=True)
    assert filter_of({"min_hours": None, "matched": False}, before) == Filter(min_hours=48, matched=False)


@pytest.mark.parametrize("months", ["13", "0-3", "Aug", 13, 8.5, "8-", [None]])
def test_a_message_calls_what_is_given_by_its_name(months):
    with pytest.raises(BadValue, match=r"^--months must be months from 1 to 12"):
        filter_of({"months": months}, called=lambda name: f"--{name}")
