"""Several members: a file per member in formats that have no place for them, numbers that occur once."""

import itertools

import huracanpy
import pandas as pd
import pytest
from ensembles import save_ensemble

from stormtracks.science.errors import InputError
from stormtracks.science.export import FORMATS, Selection, write, write_members

ALONE = [name for name, kind in FORMATS.items() if not kind.has_members]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_ensemble(tmp_path_factory.mktemp("results"), 3, (2005, 2006))


def test_these_formats_have_no_place_for_the_member():
    assert ALONE == ["imilast", "track", "tempest", "trackjson"]


@pytest.mark.parametrize("file_format", ALONE)
def test_a_file_per_member(folder, tmp_path, file_format):
    written = write_members(folder, tmp_path / "tracks.txt", file_format)
    assert [path.name for path in written] == ["tracks_m000.txt", "tracks_m001.txt", "tracks_m002.txt"]
    beside = {f"{path.name}.about.json" for path in written}
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written} | beside


@pytest.mark.parametrize("file_format", ALONE)
def test_one_file_of_several_members_is_refused(folder, tmp_path, file_format):
    with pytest.raises(InputError, match=f"{file_format} has no place for the member.*3 members.*leave out --one-file"):
        write(folder, tmp_path / "tracks.txt", file_format)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("selection", [Selection(members=(2,)), Selection(years=(2005,), members=(0,))])
def test_one_member_is_one_file_as_it_is_called(folder, tmp_path, file_format, selection):
    assert write_members(folder, tmp_path / "tracks.txt", file_format, selection) == [tmp_path / "tracks.txt"]


def test_numbers_occur_once_and_are_those_of_csv(folder, tmp_path):
    of_csv = pd.read_csv(write(folder, tmp_path / "tracks.csv", "csv"))
    files = [huracanpy.load(str(path), source="track") for path in write_members(folder, tmp_path / "t.txt", "track")]
    numbers = [set(file.track_id.values.tolist()) for file in files]
    assert not any(one & other for one, other in itertools.combinations(numbers, 2))
    assert numbers == [set(rows.track_id) for _, rows in of_csv.groupby("member")]


@pytest.mark.parametrize("file_format", ALONE)
def test_a_file_in_the_way_of_one_member_stops_all(folder, tmp_path, file_format):
    (tmp_path / "tracks_m001.txt").write_text("mine")
    with pytest.raises(InputError, match=r"tracks_m001.txt exists already"):
        write_members(folder, tmp_path / "tracks.txt", file_format)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
