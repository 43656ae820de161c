"""The engine "dask" with real schedulers and workers: what a run makes of their coming, going and odd environments.

Tasks that something happens to are held by a file (`cluster_tasks.gate`), so that no test depends on how fast this
machine is; seconds are limits for what never comes.
"""

import contextlib
import ctypes
import gc
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.pyro_cluster import pyro_manager
from stormtracks.pyro_cluster.manager.engines.asked import Asked, GuestEntry
from stormtracks.pyro_cluster.manager.engines.dask import silence
from stormtracks.pyro_cluster.manager.engines.dask.cluster import DaskCluster
from stormtracks.pyro_cluster.manager.engines.dask.seat import is_beyond, named
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from stormtracks.pyro_cluster.manager.workers import discovery, heartbeats
from tests.dask_processes import DaskProcesses
from tests.needs import need_module
from tests.processes import alive, children, wait_for

need_module("distributed")

PATIENCE = 60.0


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A scheduler for all tests of this file; each brings its workers."""
    with DaskProcesses(tmp_path_factory.mktemp("dask")) as running:
        yield running


@pytest.fixture
def dask(site):
    """The scheduler, without workers."""
    yield site
    for name in [name for name in site.processes if name != "scheduler"]:
        print(site.log(name)[-2000:])
        site.kill(name)


class Run:
    """A run in this process; `start` it, look at its `text`, `end` it."""

    def __init__(self, folder, scheduler, do, members=4, **given):
        setup = {"data": str(folder), "results": str(folder / "results")}
        given = {"wait": PATIENCE, "engine": "dask", "scheduler": scheduler, "journals": folder / "journals", **given}
        given["settings"] = {"do": do, **given.get("settings", {})}
        self.entry = GuestEntry("tc", given.pop("setup", setup), "tests.dask_tasks:TASKS", given.pop("slots", None))
        self.plan = ManagePlan(2000, 2000, members, given.pop("task", "vort_track"), entry=self.entry, **given)
        self.folder, self.out, self.status = folder, io.StringIO(), None

    @property
    def text(self):
        return self.out.getvalue()

    def start(self):
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        return self

    def end(self):
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), self.text
        print(self.text)
        return self.status

    def waits_for(self, pattern):
        ended = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text):
            assert time.monotonic() < ended and self.thread.is_alive(), f"{pattern!r} is not in {self.text}"
            time.sleep(0.02)

    def begins(self, member):
        """Wait until a member's task, held by the gate, runs on a worker."""
        wait_for((self.folder / f"begun-{member}").exists, PATIENCE, f"member {member}'s task")

    def open(self, *members):
        """Let tasks end that the gate holds: those of some members, or all."""
        for name in [f"open-{member}" for member in members] or ["open"]:
            (self.folder / name).touch()

    def interrupt(self):
        """As Ctrl-C does."""
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(self.thread.ident), ctypes.py_object(pyro_manager.Interrupted)
        )

    def _run(self):
        self.status = pyro_manager.run(self.plan, self.out, self.out)


@pytest.fixture
def run(home, tmp_path, monkeypatch):
    """A run, begun: run(scheduler, what its tasks do, ...) -> `Run`."""
    monkeypatch.setattr(pyro_manager, "on_signals", lambda handler: contextlib.nullcontext())
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.3)
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.5)
    runs = []

    def begin(scheduler, do, **given):
        runs.append(Run(tmp_path, scheduler, do, **given).start())
        return runs[-1]

    yield begin
    for one in runs:  # of a test that failed: the next one's workers are not for it
        if one.thread.is_alive():
            one.interrupt()
            one.end()


@pytest.mark.slow
def test_a_run_is_done(dask, run, tmp_path):
    dask.add()
    dask.add()
    done = run(dask.address, "write_result", members=6)
    assert done.end() == 0
    assert len(list((tmp_path / "results/vort_track/2000").iterdir())) == 6
    assert "1 slot on" in done.text and "without TLS" not in done.text


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(dask, run):
    dask.add("one")
    going = run(dask.address, "gate", members=3, retries=0)
    going.begins(0)
    dask.kill("one")
    going.waits_for("worker one lost: .* outstanding again")
    dask.add("two")
    going.waits_for("worker two joined")
    going.open()
    assert going.end() == 0


@pytest.mark.slow
def test_a_worker_that_its_nanny_brings_back_is_a_new_one(dask, run):
    dask.add("one")
    going = run(dask.address, "killed", members=1, retries=1)
    assert going.end() == 1
    assert "worker one lost: its process has ended; its 1 task is outstanding again" in going.text
    assert "its worker was lost each time (one); last: its process has ended" in going.text
    assert "(a new worker of this name)" in going.text


@pytest.mark.slow
@pytest.mark.parametrize("do", ["sleep", "hang_c"])
def test_what_takes_too_long_is_ended_and_its_worker_is_back(dask, run, do, monkeypatch):
    """Also what keeps the lock of the interpreter, so that its process answers nothing."""
    dask.add("one")
    settings = {"seconds": 100.0, "of": {"1": "empty"}}
    monkeypatch.setattr(silence, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(silence, "SILENT_SECONDS", 1.0)  # it has a nanny that answers
    going = run(dask.address, do, members=2, settings=settings, timeout=3.0, retries=0)
    assert going.end() == 1
    assert "2000 member 0: timeout after attempt 1 on one: no answer within 3 s: its Dask worker was res" in going.text
    assert "lost" not in going.text
    assert re.search("complete +1", going.text)


@pytest.mark.slow
def test_time_that_a_worker_spends_on_tasks_of_others_does_not_count(dask, run, tmp_path):
    name, limit, others = dask.add("one"), 3.0, tmp_path / "others"
    others.mkdir()
    with dask.client() as client:
        dask.wait_for_workers(1)
        going = run(dask.address, "gate", members=2, timeout=limit, settings={"of": {"1": "empty"}})
        going.begins(0)
        theirs = client.submit(subprocess.run, HELD, cwd=str(others), workers=[name], pure=False)
        wait_for(lambda: theirs.key in _keys(client), PATIENCE, "the task of others")
        going.open()
        wait_for((others / "begun").exists, PATIENCE, "the task of others on the worker")
        wait_for(lambda: any("-2000-1-" in str(key) for key in _keys(client)), PATIENCE, "the second task of the run")
        time.sleep(limit + 0.5)  # more than the limit, which must not count
        (others / "open").touch()
        assert going.end() == 0
        theirs.result()
    assert "timeout" not in going.text


@pytest.mark.slow
def test_a_host_that_stands_still_is_noticed_and_comes_back(dask, run, monkeypatch):
    """Dask itself lists its worker for five minutes more."""
    monkeypatch.setattr(silence, "LOOK_SECONDS", 0.3)
    monkeypatch.setattr(silence, "SILENT_SECONDS", 3.0)
    monkeypatch.setattr(silence, "ANSWER_SECONDS", 1.0)
    dask.add("one")
    going = run(dask.address, "gate", members=2, retries=0)
    going.begins(0)
    os.killpg(dask.processes["one"].pid, signal.SIGSTOP)
    going.waits_for("worker one lost: neither it nor its nanny answers: .* outstanding again")
    going.open()
    os.killpg(dask.processes["one"].pid, signal.SIGCONT)
    going.waits_for(r"worker one joined: .* \(a new worker of this name\)")
    assert going.end() == 0
    assert "does not answer: no answer" not in going.text


HELD = ("sh", "-c", "touch begun; while ! [ -e open ]; do sleep 0.02; done")
"""A task that also a scheduler knows which has nothing of this package."""


@pytest.mark.slow
def test_without_a_nanny_a_time_limit_is_refused(dask, run):
    dask.add("one", nanny=False)
    dask.wait_for_workers(1)
    refused = run(dask.address, "sleep")
    assert refused.end() == 2
    assert "has a nanny" in refused.text and "--timeout none" in refused.text
    assert run(dask.address, "sleep", members=1, timeout="none").end() == 0


@pytest.mark.slow
def test_a_worker_without_a_nanny_is_left_out_beside_others(dask, run):
    dask.add("one")
    dask.add("two", nanny=False)
    dask.wait_for_workers(2)
    going = run(dask.address, "sleep", members=2)
    assert going.end() == 0
    assert "worker two at" in going.text and "is not used: it has no nanny" in going.text


@pytest.mark.slow
def test_a_worker_that_is_retired_leaves_in_order(dask, run):
    dask.add("one")
    going = run(dask.address, "gate", retries=0)
    going.begins(0)
    with dask.client() as client:
        client.retire_workers(names=["one"])
    going.waits_for("worker one has stopped and left in order")
    going.open()
    dask.add("two")
    assert going.end() == 0
    assert "lost" not in going.text and "attempt" not in going.text


@pytest.mark.slow
def test_a_worker_whose_queue_ends_it_costs_no_attempt(dask, run):
    """A queue sends SIGTERM, as at the end of an allocation: what it had is outstanding again."""
    dask.add("one")
    going = run(dask.address, "gate", members=2, retries=0)
    going.begins(0)
    dask.kill("one", signal.SIGTERM)
    going.waits_for("worker one (lost|has stopped)")
    going.open()
    dask.add("two")
    assert going.end() == 0
    assert "attempt" not in going.text


@pytest.mark.slow
def test_a_scheduler_that_is_lost_and_comes_back(tmp_path, run):
    with DaskProcesses(tmp_path) as dask:
        dask.add("one")
        going = run(dask.address, "gate", retries=0)
        going.begins(0)
        port = dask.address.rpartition(":")[2]
        dask.kill("scheduler")
        going.waits_for("Dask scheduler lost: .*; tasks that ran there are outstanding again")
        dask.kill("one")
        going.open()
        dask.start_scheduler(port)
        going.waits_for("Dask scheduler is back")
        dask.add("two")
        assert going.end() == 0
    assert "attempt" not in going.text


@pytest.mark.slow
def test_a_scheduler_that_is_lost_ends_the_run_after_its_wait(tmp_path, run):
    with DaskProcesses(tmp_path) as dask:
        dask.add("one")
        dask.wait_for_workers(1)
        going = run(dask.address, "gate", wait=4)
        going.begins(0)
        dask.kill("scheduler")
        assert going.end() == 1
    assert "no worker for 4 s that can do the remaining tasks; start some, such as" in going.text


def test_what_is_no_address_of_a_scheduler_is_refused():
    for text in ("foo", "tcp://foo", "tcp://foo:port", ""):
        with pytest.raises(BadValue, match="write it as its log has it"):
            DaskCluster(Asked(("localhost", 9090), text)).join()


@pytest.mark.slow
def test_a_scheduler_that_is_not_there(run):
    going = run("tcp://127.0.0.1:1", "sleep")
    assert going.end() == 3
    assert "error: no answer from the Dask scheduler tcp://127.0.0.1:1" in going.text


@pytest.mark.slow
def test_what_listens_there_may_be_something_else(run, recwarn):
    with socket.create_server(("127.0.0.1", 0)) as other:
        going = run(f"tcp://127.0.0.1:{other.getsockname()[1]}", "sleep")
        assert going.end() == 3
    assert "but does not answer as a Dask scheduler does" in going.text
    gc.collect()
    assert not [warning for warning in recwarn if "never awaited" in str(warning.message)]


def test_the_address_of_a_dashboard(run):
    going = run("http://10.0.0.7:8787", "sleep")
    assert going.end() == 2
    assert "--scheduler must be the address of a Dask scheduler, not 'http://10.0.0.7:8787' (" in going.text


@pytest.mark.slow
def test_workers_without_the_package_and_of_another_version(dask, run, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/sitecustomize.py").write_text(OTHER)
    dask.add("lacking", lacking=True)
    dask.add("other", environment={"PYTHONPATH": f"{tmp_path}/other:{dask.environment['PYTHONPATH']}"})
    dask.wait_for_workers(2)
    going = run(dask.address, "sleep", wait=10)
    going.waits_for("worker lacking at .* is not used: the package stormtracks is not installed in its env")
    going.waits_for("worker other at .* is not used: it runs stormtracks 0.9, but .*; install that version")
    assert going.end() == 3
    assert "; correct what is said above of those that are not used, or start some" in going.text


OTHER = "import stormtracks.version as version\nversion.code_version = lambda: '0.9'\n"


@pytest.mark.slow
def test_a_folder_that_is_not_there(dask, run, tmp_path):
    dask.add("one")
    dask.wait_for_workers(1)
    setup = {"data": str(tmp_path / "nowhere"), "results": str(tmp_path / "results")}
    going = run(dask.address, "sleep", setup=setup)
    going.waits_for("is not used: the data folder .* does not exist on")
    going.interrupt()
    assert going.end() == 130


@pytest.mark.slow
def test_memory_is_named_as_the_reason(dask, run):
    dask.add("one", "--memory-limit", "400MiB", environment={"DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE": "False"})
    going = run(dask.address, "eat_slowly", members=1, retries=0)
    assert going.end() == 1
    assert "Dask ended it, since it took more memory than its limit allows" in going.text


@pytest.mark.slow
def test_threads_are_not_used_which_is_said_once(dask, run):
    dask.add("one", threads=2)
    dask.add("two", threads=2)
    dask.wait_for_workers(2)
    going = run(dask.address, "sleep", members=6)
    assert going.end() == 0
    assert going.text.count("it has 2 threads, but is given one task at a time") == 1


@pytest.mark.slow
def test_two_runs_with_other_settings_into_one_folder(dask, run):
    dask.add("one")
    dask.add("two")
    dask.wait_for_workers(2)
    first = run(dask.address, "sleep", members=5000)
    first.waits_for("joined")
    second = run(dask.address, "sleep", members=1, settings={"seconds": 0.1}, run="second")
    assert second.end() == 2
    assert "run vort_track_2000-2000 (pid" in second.text and "writes results of other settings" in second.text
    first.interrupt()
    assert first.end() == 130
    assert run(dask.address, "sleep", members=1, settings={"seconds": 0.1}, run="second").end() == 0


@pytest.mark.slow
def test_a_run_is_resumed_and_what_has_gone_is_done_again(dask, run, tmp_path):
    dask.add("one")
    assert run(dask.address, "write_result").end() == 0
    (tmp_path / "results/vort_track/2000/member_001.json").unlink()
    again = run(dask.address, "write_result")
    assert again.end() == 0
    assert "1 result that the journal calls complete is not there any more" in again.text
    dask.kill("one")
    dask.add("two")  # another worker of the entry has the same results
    dask.wait_for_workers(1)
    assert "4 of 4 tasks are complete" in _ended(run(dask.address, "write_result"))


def _ended(run):
    assert run.end() == 0
    return run.text


@pytest.mark.slow
def test_a_chain_of_three_tasks(dask, run, tmp_path):
    dask.add()
    dask.add()
    chain = "vort_track,field_collection,classify"
    assert run(dask.address, "write_result", task=chain).end() == 0
    assert len(list((tmp_path / "results").glob("*/2000/*.json"))) == 12


@pytest.mark.slow
def test_nothing_is_left_at_the_scheduler(dask, run):
    dask.add("one")
    with dask.client() as client:
        going = run(dask.address, "gate", members=3)
        going.begins(0)
        assert _keys(client)
        going.interrupt()
        assert going.end() == 130
        going.open()
        wait_for(lambda: not _keys(client), PATIENCE, "the end of all tasks")
    assert "interrupted. Workers finish their current tasks" in going.text


def _keys(client):
    """What the scheduler has workers do, or keep."""
    return [key for keys in [*client.processing().values(), *client.has_what().values()] for key in keys]


def test_without_dask_it_is_said_what_installs_it(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    going = run(None, "sleep")
    assert going.end() == 2
    assert "--engine dask needs the package distributed" in going.text and "./inv extras dask" in going.text


@pytest.mark.slow
def test_workers_of_this_machine_alone(run, tmp_path):
    before = children(os.getpid())
    going = run(None, "gate", slots=2)
    going.waits_for("2 Dask workers on this machine, which end with the run")
    going.begins(0)
    began = set(children(os.getpid())) - set(before)
    pids = [pid for child in began for pid in (child, *children(child)) if _is_of_dask(pid)]
    assert len(pids) >= 2
    listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True).stdout.splitlines()
    places = [line.split()[3] for line in listening if any(f"pid={pid}," in line for pid in (os.getpid(), *pids))]
    assert places and all(place.startswith("127.0.0.1:") for place in places)
    going.open()
    assert going.end() == 0
    wait_for(lambda: not any(map(alive, pids)), PATIENCE, f"the end of {pids}")


@pytest.mark.slow
def test_ctrl_c_while_workers_of_this_machine_start(home, tmp_path):
    """A terminal sends it to all processes; none of them shows its traceback, and none is left."""
    log = tmp_path / "log"
    with log.open("w") as out:
        manager = subprocess.Popen(
            [sys.executable, "-c", ALONE, tmp_path],
            stdout=out,
            stderr=out,
            env={**os.environ, "STORMTRACKS_HOME": str(home)},
            process_group=0,
        )
    workers = wait_for(lambda: [pid for pid in children(manager.pid) if _is_of_dask(pid)], PATIENCE, "a worker")
    os.killpg(manager.pid, signal.SIGINT)
    assert manager.wait(PATIENCE) == 130
    wait_for(lambda: not any(map(alive, workers)), PATIENCE, "the end of the workers")
    assert log.read_text() == ""


ALONE = """
import sys
from stormtracks.pyro_cluster import pyro_manager
from stormtracks.pyro_cluster.manager.engines.asked import GuestEntry
from stormtracks.pyro_cluster.manager.plan import ManagePlan

if __name__ == "__main__":
    entry = GuestEntry("tc", {"data": sys.argv[1], "results": sys.argv[1]}, "tests.dask_tasks:TASKS", 2)
    sys.exit(pyro_manager.run(ManagePlan(2000, 2000, 2, "vort_track", entry=entry, engine="dask")))
"""


def _is_of_dask(pid):
    """Whether it is a worker; Python's own process that tracks resources ends with the whole program."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@pytest.mark.parametrize(("address", "beyond"), [
    ("tcp://127.0.0.1:8786", False), ("tcp://[::1]:8786", False), ("tls://10.0.0.7:8786", False),
    ("tcp://10.0.0.7:8786", True), ("10.0.0.7:8786", True), ("ws://192.0.2.1:8786", True),
])  # fmt: skip
def test_what_is_without_tls_is_known(address, beyond):
    assert is_beyond(address) == beyond


@given(st.one_of(st.integers(), st.text(), st.none()), st.text(max_size=40))
def test_every_worker_has_a_name_that_can_be_a_workers(name, entry):
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", named(name, "tcp://10.0.0.7:40123", entry))
