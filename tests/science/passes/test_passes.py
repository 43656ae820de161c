import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from stormtracks import disk, private
from stormtracks.science import passes, pipeline, reanalysis
from stormtracks.science.passes import blocks, shared_pass
from stormtracks.science.passes import folder as pass_folder
from stormtracks.science.passes.stages import COLUMNS, gathered, maxima_pass
from stormtracks.science.records import Maxima
from stormtracks.science.settings import Settings

pytestmark = pytest.mark.usefixtures("kernel")

FIELDS = ("step", "lat", "lon", "vorticity")


@pytest.fixture
def small_blocks(monkeypatch):
    """Several blocks to a pass, though the season is short."""
    monkeypatch.setattr(shared_pass, "BLOCK_STEPS", 4)


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


def test_a_block_that_was_just_seen_whole_is_opened_once(planted, tmp_path, small_blocks, monkeypatch):
    member_maxima(planted["20crv2c"], 0, tmp_path)
    opened, really = [], private.open_file
    monkeypatch.setattr("stormtracks.private.open_file", lambda path: opened.append(path) or really(path))
    member_maxima(planted["20crv2c"], 1, tmp_path)
    assert sorted(opened) == sorted(tmp_path.rglob("*.maxima"))


def test_blocks_that_are_gone_are_done_again(planted, tmp_path, small_blocks):
    whole, _ = member_maxima(planted["20crv2c"], 1, tmp_path)
    for block in tmp_path.rglob("*.maxima"):
        block.unlink()
    again, inflated = member_maxima(planted["20crv2c"], 1, tmp_path)
    assert inflated == 2 * 21
    assert_equal(again, whole)


def test_a_description_that_takes_something_else_makes_a_pass_of_its_own(planted, tmp_path):
    def identity(**described):
        with reanalysis.open_season(planted["20crv2c"], 2005, dataset=described) as season:
            return stages(Settings()).identity(season)

    swapped = {"u": "v850", "v": "u850"}
    files = {"files": {"u": "v850_{year}.nc", "v": "u850_{year}.nc"}}
    assert identity() == identity(level=850)
    assert len({identity(), identity(variables=swapped, **files), identity(member="ensemble_member")}) == 3


def _work(folder, member, scratch, counts):
    shared_pass.BLOCK_STEPS = 1
    counts.put(member_maxima(folder, member, scratch)[1])


@pytest.mark.slow
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
            everyone = maxima_pass(season, stages(Settings()), tmp_path).__enter__()
            lock = disk.lock(everyone.folder.path / "000004.lock")
            with lock, disk.beside(everyone.folder.path / "000004.maxima") as part:
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
        first = maxima_pass(season, stages(Settings()), tmp_path)
        with first:
            for threshold in (3e-5, 4e-5, 5e-5, 6e-5, 8e-5):
                with maxima_pass(season, stages(Settings(threshold_s1=threshold)), tmp_path):
                    pass
            assert first.folder.path.exists()
        with maxima_pass(season, stages(Settings(threshold_s1=7e-5)), tmp_path):
            pass
        assert not first.folder.path.exists()
    assert len(list((tmp_path / "passes").iterdir())) == pass_folder.KEPT_PASSES


def test_a_pass_does_without_locks(planted, tmp_path, monkeypatch):
    def no_locks(path, **more):
        raise disk.NoLocks(f"{path}: the file system cannot lock files")

    wanted = member_maxima(planted["20crv2c"], 1, tmp_path / "with")[0]
    monkeypatch.setattr(disk, "lock", no_locks)
    assert_equal(member_maxima(planted["20crv2c"], 1, tmp_path / "without")[0], wanted)


DAMAGE = {
    "zeros": lambda block: block.write_bytes(bytes(block.stat().st_size)),
    "cut in half": lambda block: os.truncate(block, block.stat().st_size // 2),
    "records missing": lambda block: os.truncate(block, block.stat().st_size - 240),
    "a flipped bit": lambda block: block.write_bytes(block.read_bytes()[:-500] + b"\xff" + block.read_bytes()[-499:]),
    "empty": lambda block: os.truncate(block, 0),
    "of 1.0": lambda block: block.write_bytes(np.arange(5).astype("<i8").tobytes() + bytes(400)),
    "others may write it": lambda block: block.chmod(0o666),
    "a link": lambda block: block.symlink_to(block.rename(block.with_suffix(".moved"))),
    "a pipe": lambda block: (block.unlink(), os.mkfifo(block)),
    "a folder": lambda block: (block.unlink(), (block / "in").mkdir(parents=True)),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_block_that_does_not_prove_itself_is_made_anew(planted, tmp_path, small_blocks, damage, caplog):
    wanted = [member_maxima(planted["20crv3"], member, tmp_path)[0] for member in range(4)]
    member_maxima(planted["20crv2c"], 0, tmp_path)
    block = next(tmp_path.rglob("000008.maxima"))
    DAMAGE[damage](block)
    for member in range(4):
        assert_equal(member_maxima(planted["20crv2c"], member, tmp_path)[0], wanted[member])
    assert [record.message.split(" ")[0] for record in caplog.records] == [str(block)] * (damage != "gone")
    assert all("; it is made anew" in record.message for record in caplog.records)


def test_all_blocks_of_a_pass_damaged_are_made_anew_once(planted, tmp_path, small_blocks):
    wanted, inflated = member_maxima(planted["20crv2c"], 3, tmp_path)
    for block in tmp_path.rglob("*.maxima"):
        os.truncate(block, 700)
    assert [member_maxima(planted["20crv2c"], member, tmp_path)[1] for member in range(3)] == [inflated, 0, 0]
    assert_equal(member_maxima(planted["20crv2c"], 3, tmp_path)[0], wanted)


def test_a_disk_that_damages_whatever_is_written_is_named(planted, tmp_path, monkeypatch):
    write = disk.write_whole
    monkeypatch.setattr(disk, "write_whole", lambda path, content, **more: write(path, content[:-1], **more))
    with pytest.raises(blocks.Unproven, match=r"000000.maxima is cut, each time that it is made: check that disk"):
        member_maxima(planted["20crv2c"], 0, tmp_path)


def _hold(path, ready):
    lock = disk.lock(path)
    ready.set()
    time.sleep(60)
    lock.release()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["000004.lock", "in_use"])
def test_a_frozen_holder_of_a_lock_is_not_waited_for_for_ever(
    planted, tmp_path, small_blocks, monkeypatch, name, caplog
):
    monkeypatch.setattr(pass_folder, "LOCK_SECONDS", 0.1)
    monkeypatch.setattr(pass_folder, "IN_USE_SECONDS", 0.1)
    with reanalysis.open_season(planted["20crv2c"], 2005) as season:
        folder = private.folder(maxima_pass(season, stages(Settings()), tmp_path).folder.path)
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    frozen = context.Process(target=_hold, args=(folder / name, ready), daemon=True)
    frozen.start()
    assert ready.wait(30)
    os.kill(frozen.pid, signal.SIGSTOP)
    found = member_maxima(planted["20crv2c"], 1, tmp_path)[0]
    frozen.kill()
    assert_equal(found, member_maxima(planted["20crv3"], 1, tmp_path)[0])
    assert ["is held for more than 0.1 s, perhaps by a frozen slot" in record.message for record in caplog.records] == [
        True
    ]


@pytest.mark.parametrize("what", ["passes", "passes/2005"])
@pytest.mark.parametrize("how", ["another user's", "open to others", "a link"])
def test_a_pass_in_a_folder_that_another_user_may_change_is_refused(planted, tmp_path, give_away, what, how):
    member_maxima(planted["20crv2c"], 0, tmp_path)
    [folder] = tmp_path.glob(f"{what}*")
    if how == "another user's":
        give_away(folder)
    elif how == "open to others":
        folder.chmod(0o777)
    else:
        folder.symlink_to(folder.rename(tmp_path / "elsewhere"))
    with pytest.raises(private.NotOurs, match=rf"{folder} .*, or set 'scratch' to a folder of your own"):
        member_maxima(planted["20crv2c"], 1, tmp_path)


def test_a_pass_is_for_us_alone_whatever_the_umask(planted, tmp_path):
    before = os.umask(0)
    try:
        member_maxima(planted["20crv2c"], 0, tmp_path)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "passes").rglob("*")} == {0}
    assert member_maxima(planted["20crv2c"], 1, tmp_path)[1] == 0  # and is believed


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


@pytest.mark.parametrize("sizes", [[], [0], [3, 0, 100_000, 7], [1] * 40])
def test_maxima_are_gathered_one_after_the_other(sizes):
    rng = np.random.default_rng(2)
    parts = [
        Maxima(rng.integers(0, 9, size).astype("i4"), rng.random(size), rng.random(size), rng.random(size, np.float32))
        for size in sizes
    ]
    found = gathered(iter(parts))
    for name, kind in COLUMNS.items():
        column = getattr(found, name)
        assert column.dtype == kind and column.flags.owndata
        assert column.tolist() == [value for part in parts for value in getattr(part, name).tolist()]
