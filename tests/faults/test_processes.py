"""Processes that end, hang or meet another of their kind: what becomes of the run, and how soon it is reported."""

import fcntl
import os
import pty
import re
import signal
import termios
import time

import pytest

from tests.faults.stage import CHECKOUT, NOTICED
from tests.processes import children, wait_for

pytestmark = pytest.mark.slow

DEAD_SECONDS = 2.0
"""Promised: a dead process is noticed within 1 s; one more for a machine that does other things besides."""
SILENT_SECONDS = 12.0
"""The same for a silent process; promised are 10 s."""


def test_a_worker_killed_in_a_task_is_noticed_at_once(stage):
    doomed, other = stage.worker("doomed", seconds=0.4), stage.worker("other", seconds=0.4)
    manager = stage.manage(years=2, members=8)
    manager.until(lambda counts: counts["complete"])
    stage.until_begun(2, "doomed")
    at = time.time()
    doomed.kill()
    pattern = "worker doomed lost: .*; its 2 tasks are outstanding again"
    manager.noticed("worker: kill -9 in a task", pattern, at, DEAD_SECONDS)
    assert re.search(r"complete +16", manager.ends(0))
    assert len(stage.made()) == 16
    assert other.runs()


def test_a_worker_killed_between_tasks_is_noticed_at_once(stage):
    stage.worker("busy", seconds=4.0)
    manager = stage.manage(members=2)
    stage.until_begun(2)
    idle = stage.worker("idle")
    manager.until_logged("worker idle joined")
    at = time.time()
    idle.kill()
    manager.noticed("worker: kill -9 between tasks", "worker idle lost: ", at, DEAD_SECONDS)
    manager.ends(0)


def test_a_worker_that_is_asked_to_stop_and_killed_soon_after_takes_no_task_with_it(stage):
    """As queues do it that want their hosts back: more often than a task may lose its worker."""
    manager = stage.manage("work", "--retries", 0, members=1)
    for number in range(2):
        worker = stage.worker(f"w{number}", slots=1, seconds=30)
        stage.until_begun(1, f"w{number}")  # not only given: a worker that is stopping refuses what reaches it then
        at = time.time()
        worker.terminate()
        manager.noticed("worker: asked to stop", f"worker w{number} is stopping after its 1 running task", at, 1.0)
        worker.kill()
        manager.until_logged(f"worker w{number} has stopped and left in order")
        manager.until(lambda counts: not counts["working"])
    stage.worker("stays")
    output = manager.ends(0)
    assert "lost" not in output and len(stage.made()) == 1


def test_slots_that_crash_leave_and_eat_all_memory_cost_one_attempt_each(stage):
    worker = stage.worker("w", "--memory-limit", 300)
    manager = stage.manage("stumble", members=4)
    output = manager.ends(0)
    for member, message in enumerate(("killed by SIGSEGV", "killed by SIGKILL", "exited with status 3", "MemoryError")):
        assert len(re.findall(rf"2000 member {member}: attempt 1 failed on w and .*{message}", output)) == 1, output
    assert len(stage.made()) == 4
    assert worker.runs()


def test_a_killed_slot_is_noticed_at_once(stage):
    worker = stage.worker("w", slots=1, seconds=1.5)
    manager = stage.manage(members=2)
    stage.until_begun(1)
    at = time.time()
    os.kill(_slot_of(worker), signal.SIGKILL)
    pattern = r"attempt 1 failed on w and will be repeated: the slot's process was killed by SIGKILL"
    manager.noticed("slot: kill -9 in a task", pattern, at, DEAD_SECONDS + 1)
    manager.ends(0)


def test_a_task_that_hangs_in_c_is_ended_at_its_timeout_and_the_rest_goes_on(stage):
    stage.worker("w")
    manager = stage.manage("hang", "--timeout", 1, "--retries", 0, members=6)
    output = manager.ends(1)
    assert re.search(r"1 x timeout: no answer within 1 s: its process was stopped \(2000/0; on w\)", output)
    assert re.search(r"complete +5\n", output)
    assert len(stage.made()) == 5


def test_poison_is_f_and_names_its_victims_and_the_others_live(stage):
    workers = [stage.worker(f"w{n}", slots=1, seconds=0.1, wait=False) for n in range(5)]
    for number, worker in enumerate(workers):
        worker.until_logged(f"worker w{number} ready")
    manager = stage.manage("poison", members=12)
    output = manager.ends(1)
    victims = re.search(r"1 x failure: its worker was lost each time \((w\d, w\d, w\d)\); last: ", output)
    assert victims, output
    assert re.search(r"complete +11\n", output)
    assert sum(worker.runs() for worker in workers) == 2
    assert len(stage.made()) == 11


@pytest.mark.slow
def test_half_of_twenty_workers_lost_at_once(stage):
    workers = [stage.worker(f"w{n:02d}", slots=1, seconds=0.5, wait=False) for n in range(20)]
    for number, worker in enumerate(workers):
        wait_for(lambda worker=worker, n=number: f"worker w{n:02d} ready" in worker.output(), 90, f"worker {number}")
    manager = stage.manage(years=10, members=12)
    manager.until(lambda counts: counts["working"] == 20)
    at = time.time()
    for worker in workers[::2]:
        worker.kill()
    for number in range(0, 20, 2):
        fault = "half of 20 workers: kill -9 at once"
        manager.noticed(fault, f"worker w{number:02d} lost: ", at, DEAD_SECONDS + 2)
    assert re.search(r"complete +120\n", manager.ends(0))
    assert len(stage.made()) == 120


@pytest.mark.slow
def test_a_nameserver_that_comes_back_empty_stops_nothing(stage):
    stage.worker("first", seconds=0.5)
    manager = stage.manage(years=4, members=20)
    manager.until(lambda counts: counts["complete"])
    at = time.time()
    stage.nameserver.kill()
    manager.noticed("nameserver: kill -9", "nameserver lost: .*; running tasks continue", at, 10)
    done = manager.counts()["complete"]
    manager.until(lambda counts: counts["complete"] > done + 2)
    at = time.time()
    stage.start_nameserver()
    manager.noticed("nameserver: back, empty", "nameserver is back", at, 10)
    stage.worker("second", slots=8, seconds=0.05)
    manager.until_logged("worker second joined")
    manager.ends(0)
    assert len(stage.made()) == 80


@pytest.mark.slow
def test_a_worker_whose_manager_is_gone_ends_its_task_says_so_and_serves_the_next(stage, tmp_path):
    impatient = tmp_path / "impatient"
    impatient.mkdir()
    (impatient / "sitecustomize.py").write_text(
        "from stormtracks.pyro_cluster.worker import callers\ncallers.MANAGER_SILENT_SECONDS = 1.0\n"
    )
    worker = stage.worker("w", inside=["env", f"PYTHONPATH={impatient}:{CHECKOUT}"])
    stage.hold("w")
    manager = stage.manage(members=4)
    stage.until_begun(2)
    manager.kill()
    worker.until_logged("2 task(s) still running, then ready for the next manager")
    stage.release("w")
    wait_for(lambda: len(stage.made()) == 2, what="the end of what was begun")
    assert worker.output().count("still running") == 1
    stage.manage(members=4).ends(0)
    assert len(stage.made()) == 4


def test_a_closed_terminal_ends_the_manager_and_the_same_command_goes_on(stage):
    stage.worker("w", seconds=0.3)
    near, far = pty.openpty()
    manager = stage.manage(members=20, preexec_fn=_take_terminal, stdin=far, stdout=far, stderr=far)
    os.close(far)
    manager.until(lambda counts: counts["complete"] >= 2)
    at = time.time()
    os.close(near)
    manager.ends(130, 10)
    NOTICED.append(("manager: terminal closed, until its end", time.time() - at))
    assert re.search(r"complete +20 \(", stage.manage(members=20).ends(0))


def test_two_runs_share_the_workers(stage):
    worker = stage.worker("w", slots=2, seconds=0.2)
    both = [stage.manage("work", "--run", name, members=8) for name in ("one", "two")]
    for manager in both:
        assert re.search(r"complete +8", manager.ends(0))
    assert len(stage.made()) == 8
    assert worker.output().count("busy in") < 60


def test_a_worker_of_another_version_is_left_out_in_a_line(stage):
    stage.worker("old", "--code-version", "0.9.0+1234")
    output = stage.manage("work", "--wait", 2).ends(3)
    assert (
        len(
            re.findall(r"worker old at \S+ is not used: it runs stormtracks 0.9.0\+1234, but the manager runs ", output)
        )
        == 1
    )
    assert "run fab deploy" in output
    assert stage.made() == {}
    stage.manage("work", "--any-version").ends(0)


@pytest.mark.slow
def test_a_name_taken_over_while_its_worker_was_frozen(stage, tmp_path):
    """The frozen one, thawed, does no harm: its results are whole, and the name stays with the one that answers."""
    first = stage.worker("w", seconds=1.0)
    manager = stage.manage(members=30)
    stage.until_begun(2)
    at = time.time()
    os.killpg(first.pid, signal.SIGSTOP)
    second = stage.worker("w", seconds=0.1, home=_other_home(stage.state, tmp_path))
    manager.noticed("worker: SIGSTOP", "worker w lost: .*; its 2 tasks are outstanding again", at, SILENT_SECONDS)
    os.killpg(first.pid, signal.SIGCONT)
    manager.ends(0)
    first.until_logged("not registered: the name stormtracks.worker.w is in use by ")
    assert len(stage.made()) == 30
    assert first.runs() and second.runs()


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_workers_clock_an_hour_off_decides_nothing(stage, tmp_path, seconds):
    stage.worker("w", inside=_clock_off(tmp_path, seconds), seconds=0.1)
    output = stage.manage(members=6).ends(0)
    assert re.search(r"complete +6\n", output)
    assert "lost" not in output
    assert "wrong key" not in output


def test_the_managers_clock_may_be_wrong_and_put_right(stage, tmp_path):
    stage.worker("w", seconds=0.1)
    first = stage.manage(members=30, inside=_clock_off(tmp_path, 3600))
    first.until(lambda counts: counts["complete"])
    first.kill()
    assert re.search(r"complete +30 \(", stage.manage(members=30).ends(0))


def _clock_off(tmp_path, seconds):
    """A prefix of a command, in which Python's clock is then wrong; the kernel's clock is that of all hosts.

    Python does not decide whether the key's certificate is valid: that is from 2000 to 9999.
    """
    (tmp_path / "off").mkdir()
    (tmp_path / "off" / "sitecustomize.py").write_text(CLOCK.format(seconds=seconds))
    return ["env", f"PYTHONPATH={tmp_path / 'off'}:{CHECKOUT}"]


CLOCK = """
import time
right = time.time
time.time = lambda: right() + {seconds}
time.time_ns = lambda: int(time.time() * 10**9)
"""


def _other_home(state, tmp_path):
    """Another host's state folder, with the same key."""
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "secret.pem").write_bytes((state / "secret.pem").read_bytes())
    (other / "secret.pem").chmod(0o600)
    return other


def _take_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _slot_of(worker):
    return wait_for(lambda: children(worker.pid))[0]
