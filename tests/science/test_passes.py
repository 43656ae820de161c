import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest

from stormtracks import disk
from stormtracks.science import passes, pipeline, reanalysis
from stormtracks.science.settings import Settings

FIELDS = ("step", "lat", "lon", "vorticity")


@pytest.fixture
def small_blocks(monkeypatch):
    """Several blocks to a pass, though the season is short."""
    monkeypatch.setattr(passes, "BLOCK_STEPS", 4)


def stages(settings):
    return pipeline.stages(settings)


def member_maxima(folder, member, scratch, settings=Settings()):  # noqa: B008 - frozen
    with reanalysis.open_season(folder, 2005, **settings.keywords(reanalysis.open_season)) as season:
        return passes.member_maxima(season, member, stages(settings), scratch), season.chunks_inflated


def assert_equal(one, other):
    for name in FIELDS:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_a_pass_gives_each_member_what_reading_it_alone_gives(planted, tmp_path, small_blocks):
    for member in range(4):
        together, _ = member_maxima(planted["20crv2c"], member, tmp_path)
        apart, _ = member_maxima(planted["20crv3"], member, tmp_path)
        assert len(together) > 100
        assert_equal(together, apart)


def test_no_chunk_is_inflated_twice(planted, tmp_path, small_blocks):
    inflated = [member_maxima(planted["20crv2c"], member, tmp_path)[1] for member in range(4)]
    steps = 21
    assert inflated == [2 * steps, 0, 0, 0]  # u and v, once


def test_a_description_that_takes_something_else_makes_a_pass_of_its_own(planted, tmp_path):
    def identity(**described):
        with reanalysis.open_season(planted["20crv2c"], 2005, dataset=described) as season:
            return stages(Settings()).identity(season)

    swapped = {"u": "v850", "v": "u850"}
    files = {"files": {"u": "v850_{year}.nc", "v": "u850_{year}.nc"}}
    assert identity() == identity(level=850)
    assert len({identity(), identity(variables=swapped, **files), identity(member="ensemble_member")}) == 3


def _work(folder, member, scratch, counts):
    passes.BLOCK_STEPS = 1
    counts.put(member_maxima(folder, member, scratch)[1])


def test_slots_share_a_pass(planted, tmp_path):
    context = multiprocessing.get_context("fork")
    counts = context.Queue()
    slots = [context.Process(target=_work, args=(planted["20crv2c"], member, tmp_path, counts)) for member in range(3)]
    for slot in slots:
        slot.start()
    inflated = [counts.get(timeout=60) for _ in slots]
    for slot in slots:
        slot.join()
    assert sum(inflated) == 2 * 21


def test_a_block_whose_worker_died_is_done_by_another(planted, tmp_path, small_blocks):
    def die_with_a_lock():
        with reanalysis.open_season(planted["20crv2c"], 2005) as season:
            everyone = passes._Pass(season, stages(Settings()), tmp_path).__enter__()
            lock = disk.lock(everyone.folder / "000004.lock")
            with lock, disk.beside(everyone.folder / "000004.maxima") as part:
                part.write_bytes(b"half")
                os._exit(9)

    dead = multiprocessing.get_context("fork").Process(target=die_with_a_lock)
    dead.start()
    dead.join()
    assert len(list(tmp_path.rglob(".*"))) == 1
    assert_equal(member_maxima(planted["20crv2c"], 2, tmp_path)[0], member_maxima(planted["20crv3"], 2, tmp_path)[0])
    assert list(tmp_path.rglob(".*")) == []


def test_other_settings_are_another_pass_unless_maxima_do_not_depend_on_them(planted, tmp_path):
    member_maxima(planted["20crv2c"], 0, tmp_path)
    assert member_maxima(planted["20crv2c"], 1, tmp_path, Settings(max_speed_m_s1=20))[1] == 0
    stronger, inflated = member_maxima(planted["20crv2c"], 1, tmp_path, Settings(threshold_s1=5e-5))
    assert inflated and stronger.vorticity.min() >= 5e-5


def test_old_passes_are_cleared_but_not_one_in_use(planted, tmp_path):
    with reanalysis.open_season(planted["20crv2c"], 2005) as season:
        first = passes._Pass(season, stages(Settings()), tmp_path)
        with first:
            for threshold in (3e-5, 4e-5, 5e-5, 6e-5):
                with passes._Pass(season, stages(Settings(threshold_s1=threshold)), tmp_path):
                    pass
            assert first.folder.exists()
        with passes._Pass(season, stages(Settings(threshold_s1=7e-5)), tmp_path):
            pass
        assert not first.folder.exists()
    assert len(list((tmp_path / "passes").iterdir())) == passes.KEPT_PASSES


def test_a_pass_does_without_locks(planted, tmp_path, monkeypatch):
    def no_locks(path, **more):
        raise disk.NoLocks(f"{path}: the file system cannot lock files")

    wanted = member_maxima(planted["20crv2c"], 1, tmp_path / "with")[0]
    monkeypatch.setattr(disk, "lock", no_locks)
    assert_equal(member_maxima(planted["20crv2c"], 1, tmp_path / "without")[0], wanted)


def test_a_block_that_cannot_be_written_leaves_nothing(planted, tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="intermediate file cannot be written: No space left on device; free some space"):
        member_maxima(planted["20crv2c"], 0, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.suffix == ".maxima"] == []


@pytest.mark.parametrize("layout", ["20crv2c", "20crv3"])
def test_progress_ends_at_all(planted, tmp_path, small_blocks, layout):
    seen = []
    with reanalysis.open_season(planted[layout], 2005) as season:
        passes.member_maxima(season, 0, stages(Settings()), tmp_path, lambda *progress: seen.append(progress))
    assert seen == sorted(seen) and seen[-1] == (21, 21)
