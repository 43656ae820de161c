"""Best tracks that are kept are those of the file, and are read anew where anything about it is another."""

import dataclasses
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from stormtracks.science import ibtracs
from stormtracks.science.records import BestTracks
from stormtracks.science.tasks import kept_best_tracks

SAMPLE = Path(__file__).resolve().parents[3] / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"
JUNE, DECEMBER = np.datetime64("2005-06-01", "s"), np.datetime64("2005-12-01", "s")
CUT = {"empty": lambda kept: b"", "cut": lambda kept: kept[:-1], "changed": lambda kept: kept[:-1] + b"x"}
CUT |= {"of another kind": lambda kept: b"another " + kept}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def read(monkeypatch):
    """How often a file of best tracks was read."""
    times = []
    really = ibtracs.load

    def load(*arguments, **keywords):
        times.append(arguments)
        return really(*arguments, **keywords)

    monkeypatch.setattr(kept_best_tracks.ibtracs, "load", load)
    return times


def load(path=SAMPLE, start=JUNE, stop=DECEMBER, wind_source="usa"):
    return kept_best_tracks.load(ibtracs.input_file(path), start, stop, wind_source)


def assert_same(found, other):
    for field in dataclasses.fields(BestTracks):
        one, two = getattr(found, field.name), getattr(other, field.name)
        if field.name == "remarks":
            assert one == two
        else:
            assert (one.dtype, one.tobytes()) == (two.dtype, two.tobytes()), field.name


@pytest.mark.parametrize("start", [JUNE, np.datetime64("1700-01-01", "s")], ids=["a season", "no storm"])
def test_they_are_those_of_the_file(home, read, start):
    stop = start + np.timedelta64(180, "D")
    from_file = ibtracs.load(SAMPLE, start, stop)
    read.clear()
    for _ in range(2):
        assert_same(load(start=start, stop=stop), from_file)
    assert len(read) == 1


def test_what_was_assumed_is_kept_with_them(home, tmp_path):
    table = tmp_path / "storms.csv"
    table.write_text("track_id,time,lat,lon,wind\n2005236N23285,2005-08-24 00:00:00,23.1,-75.1,30\n")
    assert ibtracs.load(table, JUNE, DECEMBER).remarks
    for _ in range(2):
        assert_same(load(table), ibtracs.load(table, JUNE, DECEMBER))


def test_another_window_agency_or_file_is_read(home, read, tmp_path):
    copy = shutil.copy2(SAMPLE, tmp_path / "copy.nc")
    for more in ({}, {"wind_source": "wmo"}, {"stop": JUNE}, {"path": copy}):
        load(**more)
    os.utime(copy, ns=(1, 1))
    load(copy)
    assert len(read) == 5


def test_the_first_and_the_last_time_are_kept_too(home, read):
    file, whole = ibtracs.input_file(SAMPLE), ibtracs.load(SAMPLE)
    load()
    read.clear()
    for _ in range(2):
        assert kept_best_tracks.span(file, "usa") == (whole.time.min(), whole.time.max())
    assert len(read) == 1


def test_a_file_without_a_storm_has_no_first_time(home, read, tmp_path):
    table = tmp_path / "storms.csv"
    table.write_text("track_id,time,lat,lon,wind\n2005236N23285,2005-08-24 00:00:00,,,30\n")
    for _ in range(2):
        assert kept_best_tracks.span(ibtracs.input_file(table), "usa") is None
    assert len(read) == 1


@pytest.mark.parametrize("replaced", [True, False], ids=["replaced", "written to"])
def test_another_file_of_the_same_size_and_time_is_read(home, tmp_path, replaced):
    table, other = tmp_path / "storms.csv", tmp_path / "other.csv"
    text = "track_id,time,lat,lon,wind\n2005236N23285,2005-08-24 00:00:00,23.1,-75.1,30\n"
    table.write_text(text)
    assert load(table).lat.tolist() == [23.1]
    before = table.stat()
    time.sleep(0.02)  # longer than a file system's clock stands still
    written = other if replaced else table
    written.write_text(text.replace("23.1", "24.1"))
    os.utime(written, ns=(before.st_atime_ns, before.st_mtime_ns))
    written.replace(table)
    assert load(table).lat.tolist() == [24.1]


def test_a_file_that_changes_meanwhile_is_not_kept(home, tmp_path):
    copy = shutil.copy2(SAMPLE, tmp_path / "copy.nc")
    before = ibtracs.input_file(copy)
    os.utime(copy, ns=(1, 1))
    kept_best_tracks.load(before, JUNE, DECEMBER, "usa")
    assert not list(home.rglob("*.storms"))


@pytest.mark.parametrize("damage", CUT)
def test_what_is_damaged_is_read_anew(home, read, damage):
    whole = load()
    (file,) = home.rglob("*.storms")
    file.write_bytes(CUT[damage](file.read_bytes()))
    assert_same(load(), whole)
    load()
    assert len(read) == 2


def test_only_we_may_have_written_it(home, read, give_away):
    load()
    (file,) = home.rglob("*.storms")
    assert file.stat().st_mode & 0o777 == 0o600
    give_away(file)
    load()
    assert len(read) == 2


def test_where_nothing_can_be_kept_the_file_is_read(tmp_path, monkeypatch):
    (tmp_path / "home").write_text("in the way")
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))
    assert len(load()) == 30


def test_the_oldest_go(home, monkeypatch):
    monkeypatch.setattr(kept_best_tracks, "_MOST_FILES", 2)
    for day in range(4):
        load(stop=DECEMBER + np.timedelta64(day, "D"))
    assert len(list(home.rglob("*.storms"))) == 2
