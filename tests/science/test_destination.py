import pytest

from stormtracks.science import destination
from stormtracks.science.errors import InputError


def test_a_place_where_nothing_is_may_be_written(tmp_path):
    assert destination.check(str(tmp_path / "a.csv")) == tmp_path / "a.csv"


def test_a_file_in_the_way_is_refused_unless_it_may_go(tmp_path):
    (tmp_path / "a.csv").touch()
    with pytest.raises(InputError, match=r"a\.csv exists already; choose another name, or replace it with --overwrite"):
        destination.check(tmp_path / "a.csv")
    assert destination.check(tmp_path / "a.csv", overwrite=True) == tmp_path / "a.csv"


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere: no such folder; create it first"):
        destination.check(tmp_path / "nowhere" / "a.csv")
