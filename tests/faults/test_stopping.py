"""Workers that are taken away, and code that changes under them: what becomes of their tasks, and what is said."""

import os
import re
import shutil
import signal
import sqlite3
import time

import pytest

from stormtracks import version
from tests.faults.stage import CHECKOUT
from tests.processes import alive, children, wait_for

pytestmark = pytest.mark.slow


def test_what_cannot_end_in_time_is_given_back_before_the_worker_is_killed(stage):
    """TERM, then KILL, twice in the same task: it is nobody's failure, and is done where it can be."""
    manager = stage.manage("work", "--retries", 0, members=1)
    for number in range(2):
        doomed = stage.worker(f"doomed{number}", "--grace", 0.3, slots=1, seconds=60)
        stage.until_begun(1, f"doomed{number}")
        slots = children(doomed.pid)
        doomed.terminate()
        manager.until_logged(f"worker doomed{number} has stopped and left in order")
        doomed.kill()
        doomed.wait()
        assert "1 running task(s) are given back" in doomed.output()
        assert not any(map(alive, slots))
    stage.worker("other", slots=1)
    output = manager.ends(0)
    assert re.search(r"complete +1\n", output)
    assert "failed on" not in output and "lost" not in output


def test_what_ends_in_time_is_complete(stage):
    worker = stage.worker("w", "--grace", 30, slots=1, seconds=0.8)
    manager = stage.manage(members=2)
    stage.until_begun(1)
    worker.terminate()
    assert worker.wait(20) == 0
    assert "2000 member" in worker.output() and "given back" not in worker.output()
    assert len(stage.made()) == 1
    manager.terminate()
    manager.wait(20)


@pytest.fixture
def copied(tmp_path):
    """A checkout of its own, that may be changed."""
    shutil.copytree(CHECKOUT / "stormtracks", tmp_path / "copy" / "stormtracks")
    shutil.copytree(CHECKOUT / "tests", tmp_path / "copy" / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "copy"


@pytest.mark.slow
def test_code_that_changes_under_a_worker_does_no_task_and_is_said(stage, copied):
    worker = stage.worker("w", slots=2, seconds=0.3, inside=["env", "-C", copied, f"PYTHONPATH={copied}"])
    manager = stage.manage("work", "--any-version", "--wait", 2, members=40)
    manager.until(lambda counts: counts["complete"] >= 2)
    with (copied / "stormtracks" / "process.py").open("a") as source:
        source.write("# changed\n")
    first, second = sorted(children(worker.pid))
    os.kill(first, signal.SIGKILL)
    manager.until_logged("worker w: the code changed under this worker: start it again (it is ")
    assert worker.runs()
    os.kill(second, signal.SIGKILL)
    output = manager.ends(1)
    assert "lost: the code changed under this worker: start it again" in output
    assert len(_versions(manager)) == 1


def _versions(manager):
    """What the complete tasks were done by."""
    journal = max(manager.runs_folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
    with sqlite3.connect(journal) as db:
        rows = db.execute("SELECT DISTINCT code_version FROM tasks WHERE status = 'complete'").fetchall()
    return {version for (version,) in rows}


def test_a_frozen_slot_is_said_by_the_manager(stage, tmp_path):
    impatient = tmp_path / "impatient"
    impatient.mkdir()
    (impatient / "sitecustomize.py").write_text(
        "from stormtracks.pyro_cluster.worker.slots import stalls, watch\n"
        "stalls._STATES['T'] = (0.5, stalls._STATES['T'][1])\n"
        "watch.LOOK_SECONDS = 0.2\n"
    )
    worker = stage.worker("w", slots=1, seconds=1.5, inside=["env", f"PYTHONPATH={impatient}:{CHECKOUT}"])
    manager = stage.manage(members=1)
    stage.until_begun(1)
    at = time.time()
    os.kill(children(worker.pid)[0], signal.SIGSTOP)
    pattern = "worker w: slot 0 with 2000 member 0 gets nowhere: it has been stopped"
    manager.noticed("slot: SIGSTOP, beside its limit", pattern, at, 12)
    os.kill(children(worker.pid)[0], signal.SIGCONT)
    manager.ends(0)
    assert wait_for(lambda: "slot 0 gets on again" in worker.output())


def test_a_worker_whose_slots_run_other_code_than_it_says_is_set_aside(stage, copied):
    with (copied / "stormtracks" / "process.py").open("a") as source:
        source.write("# changed\n")
    said = version.code_version()
    stage.worker("w", "--code-version", said, slots=1, inside=["env", "-C", copied, f"PYTHONPATH={copied}"])
    manager = stage.manage("work", "--wait", 1, members=4)
    output = manager.ends(1)
    assert re.search(rf"worker w is set aside: its slots run stormtracks \S+, though it says {re.escape(said)}", output)
    assert len(stage.made()) == 1
    assert said not in _versions(manager)
