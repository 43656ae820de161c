"""The index of a folder's results: what it knows is what they say, whatever happened to it or to them."""

import dataclasses
import os
import shutil

import numpy as np
import pytest
import storm_lists
from ensembles import member_result
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stormtracks.science import heads, results
from stormtracks.science.errors import InputError, ResultError
from stormtracks.science.index import column_file, piece, stored
from stormtracks.science.index.of_folder import Index, learn
from stormtracks.science.records import Matches


@pytest.fixture
def folder(tmp_path):
    return storm_lists.save_lists(tmp_path / "results", members=3, years=(2005, 2006))


def same(season, folder, task="vort_track"):
    """Whether a season is what its results say."""
    for number, entry in enumerate(season.entries):
        path = results.path(folder, task, season.year, entry.ensemble_member)
        if task == "classify":
            header, storms = results.load_list(path)
            known, matches, track_id = storms.heads, storms.matches, storms.track_id
            assert season.of(number).further["tc_first"].tolist() == storms.tc_first.tolist()
        else:
            header, tracks, matches = results.load_headed(path)
            known, track_id = heads.of(tracks, matches), np.arange(len(tracks))
        found = season.of(number)
        assert (entry.member_label, entry.counts) == (header.member_label, header.counts)
        assert found.track_id.tolist() == track_id.tolist()
        for name in heads.COLUMNS:
            np.testing.assert_array_equal(getattr(found.heads, name), getattr(known, name), name)
        for field in dataclasses.fields(Matches):
            np.testing.assert_array_equal(getattr(found.matches, field.name), getattr(matches, field.name))
    return True


def reads(monkeypatch):
    """The results that are opened from now on."""
    opened, real = [], results.load_headed
    monkeypatch.setattr(results, "load_headed", lambda path: opened.append(path.name) or real(path))
    return opened


def pieces(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("member_*.columns"))


@pytest.mark.parametrize("task", ["vort_track", "classify"])
def test_it_says_what_the_results_say(folder, task):
    made = Index(folder).season(task, 2006)
    again = Index(folder).season(task, 2006)  # from its file
    assert same(made, folder, task) and same(again, folder, task)
    assert again.members.tolist() == [0, 1, 2] and again.member_of_track.tolist() == made.member_of_track.tolist()
    assert repr(again) == f"<Season: 2006: 3 results, {len(again.heads)} tracks>"


def test_saving_leaves_a_piece_that_a_reader_takes_in(folder, monkeypatch):
    assert len(pieces(folder)) == 12
    opened = reads(monkeypatch)
    assert Index(folder).refresh() == 12
    assert opened == [] and pieces(folder) == []
    assert same(Index(folder).season("vort_track", 2005), folder)


def test_each_result_is_read_once_without_pieces(folder, monkeypatch):
    shutil.rmtree(folder / piece.FOLDER)
    opened = reads(monkeypatch)
    for _ in range(2):
        assert same(Index(folder).season("vort_track", 2005).of_members([0, 2]), folder)
    assert opened[:3] == ["member_000.nc", "member_001.nc", "member_002.nc"]
    assert len(opened) == 3 + 2 * 2  # those of `same`


@pytest.mark.parametrize("with_piece", [True, False])
def test_a_result_that_is_replaced_is_seen_under_an_open_index(folder, with_piece):
    index = Index(folder)
    before = index.season("vort_track", 2005)
    results.save(member_result(1, missing=(0, 1)), folder)
    if not with_piece:
        shutil.rmtree(folder / piece.FOLDER)
    after = index.season("vort_track", 2005)
    assert len(after.heads) == len(before.heads) - 2
    assert same(after, folder) and same(Index(folder).season("vort_track", 2005), folder)


def test_a_piece_of_another_file_is_not_believed(folder):
    place = results.path(folder, "vort_track", 2005, 1)
    other = piece.place(folder, "vort_track", 2005, 1).read_bytes()
    results.save(member_result(1, missing=(0,)), folder)
    piece.place(folder, "vort_track", 2005, 1).write_bytes(other)
    assert same(Index(folder).season("vort_track", 2005), folder)
    os.utime(place, ns=(1, 1))  # the same size, another time
    assert same(Index(folder).season("vort_track", 2005), folder)


def test_new_and_removed_results_are_seen(folder):
    index = Index(folder)
    index.refresh()
    results.save(member_result(7, 2005), folder)
    results.path(folder, "vort_track", 2005, 0).unlink()
    assert index.season("vort_track", 2005).members.tolist() == [1, 2, 7]
    assert same(Index(folder).season("vort_track", 2005), folder)
    for member in (1, 2, 7):
        results.path(folder, "vort_track", 2005, member).unlink()
    with pytest.raises(ResultError, match="no result of vort_track of 2005 any more; open the folder again"):
        index.season("vort_track", 2005)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_a_damaged_file_of_the_index_is_as_good_as_none(tmp_path_factory, data):
    folder = storm_lists.save_lists(tmp_path_factory.mktemp("damaged"), members=2)
    Index(folder).refresh()
    place = piece.year_place(folder, "vort_track", 2005)
    content = bytearray(place.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    place.write_bytes(content[: data.draw(st.sampled_from([len(content), at]))])
    assert same(Index(folder).season("vort_track", 2005), folder)


def test_what_is_not_an_index_is_none(tmp_path):
    place = tmp_path / "a.columns"
    for content in (b"", b"PK\x03\x04", b"[]", column_file.FORMAT, column_file.FORMAT + bytes(8)):
        place.write_bytes(content)
        assert stored.load(place) is None
    for about, columns in (({"version": 99}, {}), ({}, {}), ({"version": stored.VERSION}, {"row_size": np.zeros(3)})):
        column_file.save(place, about, columns)
        assert stored.load(place) is None
    assert stored.load(tmp_path / "nothing.columns") is None


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=5),
        hnp.arrays(
            st.sampled_from(["f4", "f8", "i4", "i8", "i1", "?", "M8[s]", "U3"]),
            hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4),
        ),
        max_size=4,
    ),
    st.integers(0, 10**6),
    st.integers(1, 255),
)
def test_columns_are_as_they_were_saved_or_not_proved(tmp_path_factory, columns, at, change):
    place = tmp_path_factory.mktemp("columns") / "one.columns"
    column_file.save(place, {"what": ["é", 1]}, columns)
    about, found = column_file.load(place)
    assert about == {"what": ["é", 1]} and found.keys() == columns.keys()
    for name, values in columns.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_array_equal(found[name], values)
    content = bytearray(place.read_bytes())
    content[at % len(content)] ^= change
    place.write_bytes(content)
    with pytest.raises(column_file.Unproven):
        column_file.load(place)


def test_objects_are_not_read_from_a_file(tmp_path):
    column_file.save(tmp_path / "one.columns", {}, {"a": np.array([None])})
    with pytest.raises(column_file.Unproven, match=r"has a column of kind '\|O'"):
        column_file.load(tmp_path / "one.columns")


def test_a_folder_that_cannot_be_written_is_read_all_the_same(folder, monkeypatch):
    shutil.rmtree(folder / piece.FOLDER)
    (folder / piece.FOLDER).write_text("no folder can be here")
    results.save(member_result(1, missing=(0,)), folder)
    assert same(Index(folder).season("vort_track", 2005), folder)


@pytest.mark.parametrize("task", ["vort_track", "classify"])
def test_a_result_that_comes_from_elsewhere_is_known_on_arrival(folder, tmp_path, monkeypatch, task):
    here, arriving = tmp_path / "here", tmp_path / "arriving.part"
    shutil.copy(results.path(folder, task, 2005, 1), arriving)
    learn(arriving, here)
    place = results.path(here, task, 2005, 1)
    place.parent.mkdir(parents=True)
    arriving.rename(place)
    monkeypatch.setattr("stormtracks.science.index.of_folder._read", None)
    assert same(Index(here).season(task, 2005), here, task)


def test_a_result_of_another_task_leaves_no_piece(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("stormtracks.science.index.of_folder.TASKS", ())
    learn(results.path(folder, "vort_track", 2005, 1), tmp_path / "here")
    assert not (tmp_path / "here").exists()


def test_a_damaged_result_is_named(folder):
    place = results.path(folder, "vort_track", 2005, 1)
    place.write_bytes(place.read_bytes()[:2000])
    with pytest.raises(ResultError, match=r"vort_track/2005/member_001\.nc: cannot be read as a result"):
        Index(folder).season("vort_track", 2005)


def test_members_of_two_calendars_are_refused(folder):
    odd = member_result(1)
    results.save(dataclasses.replace(odd, tracks=dataclasses.replace(odd.tracks, calendar="360_day")), folder)
    with pytest.raises(InputError, match=r"the members of 2005 have different calendars \(360_day, proleptic_greg"):
        Index(folder).season("vort_track", 2005)


def test_forecasts_and_seasons_without_tracks(tmp_path):
    made = member_result(0, missing=(0, 1, 2, 3))
    nothing = made.tracks.take(np.zeros(len(made.tracks), bool))
    matches = dataclasses.replace(made.matches, storm_of_track=np.zeros(0, np.int32))
    results.save(dataclasses.replace(made, year="2005-08-01T00", tracks=nothing, matches=matches), tmp_path)
    season = Index(tmp_path).season("vort_track", "2005-08-01T00")
    assert same(season, tmp_path) and same(Index(tmp_path).season("vort_track", season.year), tmp_path)
    assert len(season.heads) == 0 and len(season.matches) == 3


def test_the_oldest_seasons_leave_the_memory_first(folder, monkeypatch):
    monkeypatch.setattr("stormtracks.science.index.of_folder.MOST_TRACKS", 1)
    index = Index(folder)
    assert same(index.season("vort_track", 2005), folder) and same(index.season("vort_track", 2006), folder)
    assert list(index._kept) == [("vort_track", 2006)]
