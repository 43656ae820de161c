"""What candidates are called: by their place in the usual consensus of the folder, whatever is left out after."""

import numpy as np
import pytest
from ensembles import member_result
from storm_lists import save_lists

from stormtracks.science.consensus import consensus
from stormtracks.science.consensus.year_consensus import consensus_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_lists(tmp_path_factory.mktemp("results"))


def test_candidates_are_numbered_in_the_order_of_genesis(folder):
    agreed = consensus(folder, 2005)
    assert agreed.candidate_name[agreed.candidate].tolist() == ["C2005-001"]
    assert set(agreed.candidate_name[~agreed.candidate].tolist()) == {""}


def test_those_of_a_list_say_so(folder):
    assert consensus(folder, 2005, list="tc").candidate_name.tolist() == ["", "", "", "TC2005-001"]


@pytest.mark.parametrize("other", [{"min_share": 0.9}, {"members": [0, 1]}, {"list": "tc", "min_share": 0.0}])
def test_another_consensus_has_other_candidates_without_a_name(folder, other):
    agreed = consensus(folder, 2005, **other)
    assert agreed.candidate.any()
    assert set(agreed.candidate_name.tolist()) == {""}


def test_all_members_by_their_numbers_are_the_usual_consensus(folder):
    assert "C2005-001" in consensus(folder, 2005, members=range(4)).candidate_name


def test_of_forecasts_the_start_is_in_the_name():
    made = [member_result(member) for member in range(2)]
    agreed = consensus_of("2005-08-01T00", range(2), [one.tracks for one in made], [one.matches for one in made])
    assert "C2005-08-01T00-001" in agreed.candidate_name


def test_some_storms_of_a_consensus_keep_their_names(folder):
    for agreed in (consensus(folder, 2005), consensus(folder, 2005, list="tc")):
        rows = np.flatnonzero(agreed.candidate)
        some = agreed.take(rows)
        assert some.candidate_name.tolist() == agreed.candidate_name[rows].tolist()
        assert some.time.tolist() == agreed.time[agreed.of_rows(rows)].tolist()
        assert some.held_by.tolist() == agreed.held_by[rows].tolist()
        for before, after in zip(agreed.storm_of, some.storm_of, strict=True):
            assert (after >= 0).tolist() == np.isin(before, rows).tolist()
            assert np.array_equal(rows[after[after >= 0]], before[after >= 0])
        every = agreed.take(np.ones(len(agreed), bool))
        assert all(np.array_equal(one, other) for one, other in zip(every.storm_of, agreed.storm_of, strict=True))


def test_a_list_consensus_cuts_each_of_its_columns(folder):
    agreed = consensus(folder, 2005, list="tc")
    last = agreed.take([3])
    arrays = {name: value for name, value in vars(last).items() if isinstance(value, np.ndarray) and name != "members"}
    assert {len(value) for value in arrays.values()} == {1, len(last.time)}
    assert last.probability.tolist() == agreed.probability[[3]].tolist()
    assert len(last.heads) == 1
