import dataclasses

import numpy as np
import pytest
from storm_lists import save_lists, storm_list

from stormtracks.science import results
from stormtracks.science.errors import InputError
from stormtracks.science.summary.agreement import Storms, agreement, agreement_table, compare


def storms(member=0, rows=(0, 1, 2, 3), stronger=0.0):
    one = storm_list(member)[0].take(np.array(rows, int))
    return Storms(one.tracks, one.intensity_max.astype(float) + stronger, one.pressure_lowest.astype(float))


def test_a_list_agrees_with_itself():
    made = agreement(storms(), storms())
    assert made.one.tolist() == made.other.tolist() == [0, 1, 2, 3]
    assert len(made.only_one) == len(made.only_other) == 0
    np.testing.assert_allclose(made.distance_km, 0, atol=1e-6)


def test_storms_in_one_list_only_and_differences_of_the_others():
    made = agreement(storms(rows=(0, 1, 3)), storms(member=1, rows=(1, 2, 3), stronger=5.0))
    assert (made.one.tolist(), made.other.tolist()) == ([1, 2], [0, 2])
    assert (made.only_one.tolist(), made.only_other.tolist()) == ([0], [1])
    np.testing.assert_allclose(made.wind_difference, 5.0, atol=1e-5)
    assert 40 < made.distance_km.mean() < 250


def test_it_does_not_matter_which_list_is_the_first():
    one, other = storms(rows=(0, 1)), storms(member=1, stronger=3.0)
    there, back = agreement(one, other), agreement(other, one)
    assert there.one.tolist() == back.other.tolist()
    np.testing.assert_allclose(there.wind_difference, -back.wind_difference)


def test_each_storm_has_one_partner():
    twice = storms()
    doubled = dataclasses.replace(
        twice,
        tracks=dataclasses.replace(
            twice.tracks,
            row_size=np.tile(twice.tracks.row_size, 2),
            **{n: np.tile(getattr(twice.tracks, n), 2) for n in ("time", "lat", "lon", "vorticity", "maximum")},
        ),
        wind=np.tile(twice.wind, 2),
        pressure=np.tile(twice.pressure, 2),
    )
    made = agreement(twice, doubled)
    assert len(made.one) == 4 and len(made.only_other) == 4


def test_nothing_agrees_with_nothing():
    nothing = storms(rows=())
    made = agreement(nothing, storms())
    assert len(made.one) == 0 and len(made.only_other) == 4


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    return save_lists(here, years=(2005, 2006)), save_lists(there, classes=(1, 1, 0, 1, 0))


def test_members_are_compared_with_themselves(folders):
    (row,) = compare(*folders)
    assert (row["year"], row["compared"]) == ("2005", "4 members")
    assert (row["both"].mean, row["only_here"].mean, row["only_there"].mean) == (3, 1, 0)
    assert row["distance_km"].mean == pytest.approx(0, abs=1e-3) and row["wind_kt"].mean == 0
    assert agreement_table([row]).texts()[0][:5] == ("2005", "4 members", "3.0", "1.0", "0.0")


def test_folders_with_other_members_are_compared_by_consensus(folders, tmp_path):
    save_lists(tmp_path, members=2)
    (row,) = compare(tmp_path, folders[1], years=[2005])
    assert row["compared"] == "consensus" and row["both"].mean == 3 and row["only_here"].mean == 1


def test_folders_without_a_common_year_are_refused(folders):
    with pytest.raises(InputError, match="no common year"):
        compare(*folders, years=[2006])
    assert results.years(folders[0], "classify") == [2005, 2006]
