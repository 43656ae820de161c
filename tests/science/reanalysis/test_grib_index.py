"""The index of a GRIB file in the user's folder: found again, proven, made anew, and never needed."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs import need_extra

from stormtracks import private
from stormtracks.science.reanalysis.stored.grib import catalogue, index
from stormtracks.science.reanalysis.stored.grib.scan import headers
from stormtracks.science.reanalysis.stored.grib.source import Source
from tests.science.reanalysis.grib_messages import winds

need_extra("grib")

STEPS = range(0, 60, 6)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A file with twenty fields, in a folder of its own; the index is elsewhere."""
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(index, "_in_memory", type(index._in_memory)())
    path = tmp_path / "data" / "x.grib"
    path.parent.mkdir()
    path.write_bytes(winds(*STEPS))
    return path


def times(path):
    """What is found in a file, as by a process that has not met it."""
    index._in_memory.clear()
    source = Source(path)
    found = source.root.variables["time"].stored().tolist()
    source.close()
    return found


def test_the_second_opening_reads_no_message(data, monkeypatch):
    first = times(data)
    monkeypatch.setattr(headers, "scan", None)
    monkeypatch.setattr(catalogue, "of_file", None)
    assert times(data) == first and len(first) == len(STEPS)
    assert list(data.parent.iterdir()) == [data]  # nothing beside the data


def test_other_data_under_the_same_name_are_scanned(data):
    times(data)
    data.write_bytes(winds(*STEPS[:9]))
    assert len(times(data)) == 9


def test_an_index_that_cannot_be_written_is_not_needed(data, monkeypatch):
    def refused(*names):
        raise private.StateUnwritable("the state cannot be written")

    monkeypatch.setattr(private, "state", refused)
    assert len(times(data)) == len(STEPS)


def test_an_index_that_others_could_have_written_is_not_believed(data, monkeypatch):
    times(data)
    place = index.place(data)
    place.chmod(0o666)
    asked = []
    monkeypatch.setattr(index.catalogue, "of_file", lambda *of: asked.append(1) or scan(*of))
    assert len(times(data)) == len(STEPS) and asked


scan = catalogue.of_file


def test_a_damaged_index_is_made_anew(data, tmp_path_factory):
    whole = times(data)
    place = index.place(data)
    kept = place.read_bytes()

    @given(at=st.integers(0, len(kept) - 1), by=st.integers(0, 255))
    @settings(max_examples=25)
    def damaged(at, by):
        place.write_bytes(kept[:at] + (bytes([kept[at] ^ by]) + kept[at + 1 :] if by else b""))
        place.chmod(0o600)
        assert times(data) == whole

    damaged()
    assert place.read_bytes() == kept


def test_an_index_of_another_version_is_made_anew_without_a_word(data, caplog):
    times(data)
    place = index.place(data)
    kept = place.read_bytes()
    place.write_bytes(b"stormtracks index of GRIB 1\n" + kept[len(index.FORMAT) :])
    assert len(times(data)) == len(STEPS) and place.read_bytes() == kept and not caplog.records
    place.write_bytes(kept[:-1])
    assert len(times(data)) == len(STEPS) and "is damaged; it is made anew" in caplog.text


def test_the_oldest_indices_go_where_all_take_too_much(data, monkeypatch):
    times(data)
    size = index.place(data).stat().st_size
    monkeypatch.setattr(index, "MOST_BYTES", int(1.5 * size))
    other = data.with_name("y.grib")
    other.write_bytes(data.read_bytes())
    os.utime(index.place(data), (0, 0))
    times(other)
    assert [path.name for path in index.place(data).parent.iterdir()] == [index.place(other).name]
