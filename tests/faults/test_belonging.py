"""A run belongs to its results: what is gone is done again, what is another project's is never met, nor overwritten."""

import contextlib
import re
import shutil
import sqlite3

import pytest

from stormtracks.pyro_cluster.journal import runs
from tests.faults.stage import Stage
from tests.processes import wait_for

pytestmark = pytest.mark.slow

ALL = r"complete +{}\b"


@pytest.fixture
def done(stage):
    """A stage with a worker, on which a run of three tasks is complete."""
    worker = stage.worker("w")
    stage.manage().ends(0)
    return stage, worker


def again(stage, *more, status=0, **extent):
    return stage.manage("work", *more, **extent).ends(status)


def test_a_result_that_is_gone_is_done_again_and_said(done):
    stage, _ = done
    gone = stage.results("w") / "work" / "2000" / "member_001.txt"
    gone.unlink()
    output = again(stage)
    assert "1 result that the journal calls complete is not there any more; it is done again" in output
    assert re.search(r"complete +3 \(2 from before\)", output) and gone.exists()
    assert re.search(r"complete +3 \(3 from before\)", again(stage))


def test_all_results_gone_are_done_again(done):
    stage, _ = done
    shutil.rmtree(stage.results("w") / "work")
    assert "3 results that the journal calls complete are not there any more; they are done again" in again(stage)
    assert len(stage.made()) == 3


def test_results_of_a_worker_that_is_away_are_not_called_there(done):
    """Not known is not there: exit status 1 and who is away; then the worker comes back, or they are done again."""
    stage, worker = done
    worker.kill()
    worker.wait()
    stage.worker("other")
    output = again(stage, "--wait", 0.5, status=1)
    assert "all tasks are complete, but 3 results were not looked for: worker w is away. Start it" in output
    assert stage.made() == {(2000, n): ["w"] for n in range(3)}
    output = again(stage, "--redo-away")
    assert "3 results that the journal calls complete are on workers that are away (w); they are done again" in output
    assert stage.made() == {(2000, n): ["other", "w"] for n in range(3)}


def test_a_worker_that_comes_back_is_waited_for_and_asked(done):
    stage, worker = done
    worker.kill()
    worker.wait()
    (stage.results("w") / "work" / "2000" / "member_002.txt").unlink()
    manager = stage.manage("work", "--wait", 30)
    manager.until_logged("3 results were not looked for: worker w is away")
    stage.worker("w")
    output = manager.ends(0)
    assert "1 result that is complete is not there any more; done again" in output
    assert len(stage.made()) == 3


def test_a_worker_with_another_results_folder_is_refused_and_the_advice_works(done, tmp_path):
    stage, worker = done
    worker.kill()
    worker.wait()
    (tmp_path / "second").mkdir()
    stage.worker("w", "--results", tmp_path / "second")
    output = again(stage, status=2)
    here, there = stage.results("w"), tmp_path / "second"
    assert f"worker w: when it took part in run work_2000-2000, 'results' was {here}, now {there}." in output
    assert not any(there.glob("work/*/*"))
    name = re.search(r"with --run (\S+),", output)[1]
    again(stage, "--run", name)
    assert len(list(there.glob("work/*/*"))) == 3
    again(stage, "--overwrite")


def test_a_worker_that_comes_later_with_another_results_folder_is_not_used(done, tmp_path):
    stage, worker = done
    worker.kill()
    worker.wait()
    manager = stage.manage("work", "--wait", 20, members=4)
    manager.until_logged("tasks are complete")
    (tmp_path / "second").mkdir()
    stage.worker("w", "--results", tmp_path / "second")
    manager.until_logged("is not used: when it took part in run work_2000-2000, 'results' was")


def test_results_go_to_a_folder_of_the_run_and_are_found_there(done):
    stage, _ = done
    again(stage, "--results", "motion/first")
    assert len(list((stage.results("w") / "motion" / "first" / "work" / "2000").iterdir())) == 3
    output = again(stage, "--results", "motion/first")
    assert "run work_2000-2000-motion-first: " in output and re.search(r"3 \(3 from before\)", output)
    (stage.results("w") / "motion" / "first" / "work" / "2000" / "member_000.txt").unlink()
    assert "1 result that the journal calls complete is not there any more" in again(stage, "--results", "motion/first")
    output = again(stage, "--results", "../elsewhere", status=2)
    assert "--results '../elsewhere' does not lie below the results folder" in output


def test_a_journal_of_the_first_version_is_found_where_it_matches_and_left_alone_where_not(done, tmp_path):
    stage, worker = done
    journal = stage.state / "runs" / "work_2000-2000.sqlite"
    _as_of_1_0(journal)
    assert re.search(r"3 \(3 from before\)", again(stage))
    assert runs.read("work_2000-2000", journal.parent).places["w"]["results"] == str(stage.results("w"))
    _as_of_1_0(journal)
    worker.kill()
    worker.wait()
    (tmp_path / "second").mkdir()
    stage.worker("w", "--results", tmp_path / "second")
    assert "run work_2000-2000-other: work 2000-2000, 3 members; 0 of 3 tasks are complete" in again(stage)


def _as_of_1_0(journal):
    with contextlib.closing(sqlite3.connect(journal)) as db:
        db.execute("DROP TABLE places")
        for table, columns in {"run": ("hosts", "results"), "tasks": ("recipe", "digest")}.items():
            for column in columns:
                db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.commit()


def test_two_runs_of_other_settings_do_not_write_into_one_folder_at_once(stage):
    """Both with --overwrite, as results would be replaced without end; of the same settings they may."""
    stage.worker("w", seconds=0.6)
    first = stage.manage("work", "--overwrite", "--run", "first", "--set", "kind=1", members=3)
    stage.until_begun(1)
    second = stage.manage("work", "--overwrite", "--run", "second", "--set", "kind=2", members=4)
    output = second.ends(2)
    assert re.search(r"worker w: run first \(pid \d+ on \S+\) writes results of other settings into \S+ now", output)
    again(stage, "--overwrite", "--run", "third", "--set", "kind=1", members=1)
    first.ends(0)
    again(stage, "--overwrite", "--run", "second", "--set", "kind=2", members=1)


def test_a_run_whose_manager_was_killed_is_in_nobodys_way_once_its_tasks_have_ended(stage):
    stage.worker("w", seconds=3.0)
    first = stage.manage("work", "--run", "first", "--set", "kind=1", members=2)
    stage.until_begun(1)
    first.kill()
    first.wait()
    second = ["--overwrite", "--run", "second", "--set", "kind=2", "--wait", 20]
    assert "run first" in again(stage, *second, status=2, members=1)
    wait_for(lambda: not any(stage.results("w").glob("work/*/.*.part")), what="the tasks under way")
    again(stage, *second, members=1)


def test_a_shared_results_folder_is_looked_at_through_another_worker(state, tmp_path):
    stage = Stage(tmp_path)
    try:
        shared = ["--results", stage.results("shared")]
        stage.results("shared").parent.mkdir(parents=True)
        first = stage.worker("first", *shared)
        again(stage)
        first.kill()
        first.wait()
        stage.worker("second", *shared)
        assert re.search(r"3 \(3 from before\)", again(stage))
    finally:
        stage.close()
