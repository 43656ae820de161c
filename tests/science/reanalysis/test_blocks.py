"""Whole stored chunks are read at a time, whether they hold steps or members, and none is decoded twice."""

import numpy as np
import pytest

from stormtracks.science import passes, pipeline, reanalysis
from stormtracks.science.passes import shared_pass
from stormtracks.science.reanalysis import further_field
from stormtracks.science.records import Block
from stormtracks.science.settings import Settings

pytestmark = pytest.mark.usefixtures("kernel")

CHUNK = 6
STEPS = 20


@pytest.fixture
def long_chunks(recipe, winds):
    """Writes a season whose chunks hold some steps, and some members of 3."""

    def write(steps, members):
        create = {"zlib": True, "chunksizes": (steps, members, 7, 12)}
        return winds(recipe(members=(1, 2, 3), hours=np.arange(0, 6.0 * STEPS, 6.0), create=create))

    return write


def found(folder, member, scratch):
    """The maxima of a member, which steps were read at a time, and how many chunks were decoded."""
    read = []
    with reanalysis.open_season(folder, 2005) as season:
        before = season.read
        season.read = lambda start, stop, members: read.append((start, stop)) or before(start, stop, members)
        maxima = passes.member_maxima(season, member, pipeline.stages(Settings(threshold_s1=1e-6)), scratch)
        return maxima, read, season.chunks_inflated


def test_a_member_is_read_in_whole_chunks(long_chunks, tmp_path, monkeypatch):
    monkeypatch.setattr("stormtracks.science.passes.stages.steps_in_cache", lambda grid: 4)
    long_chunks(CHUNK, 1)
    with reanalysis.open_season(tmp_path, 2005) as season:
        assert season.block == Block(CHUNK, 1, kept=True) and np.flatnonzero(season.cuts).tolist() == [0, 6, 12, 18]
    maxima, read, chunks = found(tmp_path, 1, tmp_path / "scratch")
    assert read == [(0, 6), (6, 12), (12, 18), (18, 20)] and chunks == 2 * 4
    long_chunks(1, 1)
    by_steps, read, _ = found(tmp_path, 1, tmp_path / "scratch")
    assert read[0] == (0, 4) and len(maxima) > 10
    for name in ("step", "lat", "lon", "vorticity"):
        np.testing.assert_array_equal(getattr(maxima, name), getattr(by_steps, name))


def test_a_pass_takes_blocks_of_whole_chunks(long_chunks, tmp_path, monkeypatch):
    monkeypatch.setattr(shared_pass, "BLOCK_STEPS", 4)
    long_chunks(CHUNK, 3)
    maxima, read, chunks = found(tmp_path, 1, tmp_path / "scratch")
    assert read == [(0, 6), (6, 12), (12, 18), (18, 20)] and chunks == 2 * 4
    assert found(tmp_path, 2, tmp_path / "scratch")[1:] == ([], 0)
    long_chunks(1, 1)
    np.testing.assert_array_equal(maxima.vorticity, found(tmp_path, 1, tmp_path / "scratch")[0].vorticity)


def test_a_season_that_begins_within_a_chunk(long_chunks, tmp_path):
    long_chunks(CHUNK, 1)
    with reanalysis.open_season(tmp_path, 2005, season=("09-02", "09-04")) as season:
        assert season.axis.times[0] == np.datetime64("2005-09-02")
        assert np.flatnonzero(season.cuts).tolist() == [0, 2, 8]


def test_files_that_lie_between_one_another_are_cut_where_no_chunk_of_either_is(
    recipe, write_file, fields_of, tmp_path
):
    for name, first in (("morning", 0.0), ("evening", 12.0)):
        made = recipe(hours=np.arange(first, 24.0 * 6, 24.0), create={"zlib": True, "chunksizes": (3, 7, 12)})
        write_file(tmp_path / f"{name}.nc", dict(zip("uv", fields_of(made), strict=True)), made)
    with reanalysis.open_season(tmp_path, 2005) as season:
        assert len(season.axis) == 12 and np.flatnonzero(season.cuts).tolist() == [0, 6]


def test_a_field_at_more_times_than_the_winds_is_cut_where_the_winds_pass_into_its_next_chunk():
    chunks_of_eight = np.arange(24) % 8 == 0
    every_second = np.arange(0, 24, 2)
    assert np.flatnonzero(further_field._cuts_at(chunks_of_eight, every_second)).tolist() == [0, 4, 8]
    lacking_two = np.array([0, 2, -1, -1, 9, 11])
    assert np.flatnonzero(further_field._cuts_at(chunks_of_eight, lacking_two)).tolist() == [0, 2, 3, 4]


def test_chunks_that_are_too_large_to_be_kept(long_chunks, tmp_path, monkeypatch):
    monkeypatch.setattr("stormtracks.science.reanalysis.stored.netcdf.source._CACHE_BYTES", 100)
    long_chunks(CHUNK, 1)
    with reanalysis.open_season(tmp_path, 2005) as season:
        assert season.block == Block(CHUNK, 1, kept=False)
