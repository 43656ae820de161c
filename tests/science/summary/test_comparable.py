"""The years and members of the row of all years: each of the members has each of the years."""

from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.summary.comparable import comparable, remark

THERE = st.dictionaries(st.integers(2000, 2006), st.sets(st.integers(0, 5), min_size=1), min_size=1)


@given(THERE)
def test_each_of_the_members_has_each_of_the_years(there):
    years, members = comparable(there)
    assert years and members and list(members) == sorted(members)
    assert all(set(members) <= there[year] for year in years)
    assert len(years) * len(members) >= max(map(len, there.values()))  # no single year would have been more


@given(THERE)
def test_what_is_left_out_is_said_with_its_number(there):
    years, members = comparable(there)
    left = sum(map(len, there.values())) - len(years) * len(members)
    said = remark(there)
    assert (said.results if said else 0) == left


@given(THERE)
def test_years_that_all_members_have_are_taken(there):
    everyone = set().union(*there.values())
    whole = [year for year in there if there[year] == everyone]
    assert not whole or comparable(there) == (tuple(whole), tuple(sorted(everyone)))


def test_a_remark_names_members_and_years():
    assert remark({2005: [0, 1], 2006: [0, 1]}) is None
    assert str(remark({2005: [0, 1, 2], 2006: [0, 1, 3]})) == (
        "no year has all members: the figures over all years leave out members 2, 3 (2 results)"
    )
    assert "leave out year 2007 and member 1" in str(remark({2005: [0], 2006: [0], 2007: [1]}))
