"""Disks that are full, and folders that go: while saving, while journaling, while logging."""

import re
import shutil
import time

import pytest
from needs import need

from tests.faults.stage import NOTICED, fill, small_disk

pytestmark = [pytest.mark.netns, pytest.mark.slow]


@pytest.fixture(autouse=True)
def small_disks():
    need("mount", "umount", root=True)


def test_a_disk_that_stays_full_under_the_results_ends_the_run_with_the_files_name_and_leaves_nothing(stage):
    with small_disk(stage.results("w")) as disk:
        stage.worker("w")
        filler = fill(disk)
        output = stage.manage("work", "--wait", 0.3).ends(1)
        assert re.search(r"stopped: every worker failed for .*, w at last with: OSError: \[Errno 28\] No space", output)
        assert re.search(r"outstanding +3\n", output)
        assert stage.made() == {}
        assert [path.name for path in disk.rglob("*") if path.is_file()] == ["filler"]
        filler.unlink()
        assert re.search(r"complete +3\n", stage.manage().ends(0))
        assert len(stage.made()) == 3


@pytest.mark.parametrize(
    ("tasks", "seconds"),
    [(60, 0.2), pytest.param(100, 2.0, marks=pytest.mark.slow), pytest.param(400, 2.0, marks=pytest.mark.slow)],
)
def test_a_disk_that_all_share_and_that_is_full_for_a_while_costs_no_task(stage, tasks, seconds):
    with small_disk(stage.folder / "workers", "8m") as disk:
        stage.worker("a", seconds=0.01), stage.worker("b", seconds=0.01)
        manager = stage.manage(members=tasks)
        manager.until(lambda counts: counts["complete"] >= 10)
        filler = fill(disk)
        manager.until_logged("paused: every worker fails, ")
        time.sleep(seconds)
        filler.unlink()
        output = manager.ends(0)
        assert len(stage.made()) == tasks and "resumed" in output
        assert output.count("No space left on device") < 30


def test_a_full_disk_on_one_host_leaves_its_tasks_to_the_others(stage):
    with small_disk(stage.results("full")) as disk:
        stage.worker("full"), stage.worker("good", seconds=0.1)
        fill(disk)
        output = stage.manage(members=8).ends(0)
        assert len(re.findall("attempt 1 failed on full and will be repeated: OSError", output)) >= 1
        assert {name for names in stage.made().values() for name in names} == {"good"}


@pytest.mark.slow
def test_a_full_disk_under_the_journal_pauses_the_run(stage):
    with small_disk(stage.state / "runs", "8m") as disk:
        stage.worker("w", seconds=0.3)
        manager = stage.manage(years=2, members=20)
        manager.until(lambda counts: counts["complete"] >= 2)
        at, filler = time.time(), fill(disk)
        manager.until_logged(
            "disk is full; check the disk. No tasks are given out until the journal can be written again"
        )
        NOTICED.append(("journal: disk full", time.time() - at))
        time.sleep(1.0)  # meanwhile tasks end, and their ends wait to be written
        filler.unlink()
        manager.until_logged("the journal can be written again")
        assert re.search(r"complete +40\n", manager.ends(0))
        assert len(stage.made()) == 40


def test_a_full_disk_under_the_logs_stops_nothing(stage):
    with small_disk(stage.folder / "logs", "64k") as disk:
        stage.worker("w", "--log", disk / "w.log", wait=False)
        manager_log = (disk / "manager.log").open("w")
        fill(disk)
        manager = stage.manage(years=10, members=20, stdout=manager_log)
        assert manager.wait(60) == 0
        manager_log.close()
        assert len(stage.made()) == 200


def test_a_results_folder_that_goes_is_not_made_anew_elsewhere(stage):
    """A disk that is unmounted leaves an empty folder behind: what is written there is on the wrong disk."""
    with small_disk(stage.results("w")):
        stage.worker("w", seconds=0.2)
        manager = stage.manage("work", "--wait", 0.3, members=30)
        manager.until(lambda counts: counts["complete"] >= 2)
    output = manager.ends(1)
    assert re.search(r"results folder \S+ is not the one that this worker started with", output), output
    assert stage.made() == {}


def test_a_results_folder_that_is_removed_is_said(stage):
    stage.worker("w", seconds=0.2)
    manager = stage.manage("work", "--wait", 0.3, members=30)
    manager.until(lambda counts: counts["complete"] >= 2)
    shutil.rmtree(stage.results("w"), ignore_errors=True)
    shutil.rmtree(stage.results("w"), ignore_errors=True)
    output = manager.ends(1)
    # A task that was under way may have made it anew: then it is another one.
    assert re.search(r"results folder \S+ is (gone|not the one that this worker started with)", output), output
