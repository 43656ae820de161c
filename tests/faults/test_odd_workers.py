"""A worker with the key that says what no worker says, beside an honest one: a real daemon, a real manager."""

import contextlib
import gc
import os
import resource
import socket
import threading
import time

import Pyro4
import pytest

from stormtracks.pyro_cluster import secret, wire
from stormtracks.pyro_cluster.wire import messages, serializer
from stormtracks.version import code_version
from tests.processes import wait_for

STATE = {"worker": "odd", "id": "odd", "host": "h", "pid": 1, "slots": 2, "busy": 0, "stopping": False}

MANY = 300
"""Members: so many that the honest worker cannot have done all of them before the odd one is met."""


@Pyro4.expose
class OddWorker:
    """Described as a worker is; replies, and answers heartbeats, with what it is told to."""

    def __init__(self):
        self.reply, self.pong, self.given, self.answers = {}, STATE, 0, threading.Event()
        self.answers.set()
        self.slots, self.seconds = 2, 0

    def describe(self):
        return {**STATE, "slots": self.slots, "version": code_version(), "tasks": ["work"]}

    def ping(self):
        return self.pong

    def do_work(self, year, ensemble_member, task, options=None):
        self.given += 1
        self.answers.wait(60)
        time.sleep(self.seconds)
        about = {"status": "complete", "year": year, "ensemble_member": ensemble_member, "task": task}
        return {**about, **self.reply} if type(self.reply) is dict and "__class__" not in self.reply else self.reply


@pytest.fixture
def odd(stage):
    """An odd worker, registered; the honest one beside it is started by the test."""
    daemon, made = wire.Daemon("127.0.0.1"), OddWorker()
    thread = threading.Thread(target=daemon.requestLoop, daemon=True)
    thread.start()
    uri = str(daemon.register(made))
    with wire.nameserver("127.0.0.1", stage.port) as nameserver:
        nameserver.register("stormtracks.worker.odd", uri)
    yield made
    daemon.shutdown()
    thread.join(5)


@pytest.fixture
def home_of_a_key(state):
    """A key that was used before, and few files that may be open."""
    wire.membership()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def trap():
    """A port that nobody has a reason to connect to, and what came."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        came = []

        def wait():
            with contextlib.suppress(OSError):
                while True:
                    came.append(door.accept()[0].recv(100))

        threading.Thread(target=wait, daemon=True).start()
        yield door.getsockname()[1], came


def _proxy(port):
    state = (f"PYRO:x@127.0.0.1:{port}", [], ["do_work"], [], 1.0, None, "x", 0)
    return {"__class__": "Pyro4.core.Proxy", "state": state}


EXIT = {"__class__": "builtins.SystemExit", "__exception__": True, "args": [3], "attributes": {}}


@pytest.mark.slow
@pytest.mark.parametrize(
    "reply",
    [5, EXIT, {"path": 2**70, "error": "\ud800", "counts": {"a": {1, 2}}, "seconds": "abc"}],
    ids=["a number", "SystemExit", "odd values"],
)
def test_a_run_beside_an_odd_worker_is_complete(stage, odd, reply):
    odd.reply = reply
    stage.worker("honest", seconds=0.1)
    manager = stage.manage(members=6)
    wait_for(lambda: odd.given)
    output = manager.ends(0)
    assert "all tasks are complete" in output and "member" in output
    assert manager.counts()["complete"] == len(stage.made()) == 6
    assert "joined" in output and " on odd" in output  # what it replied was said


@pytest.mark.slow
def test_no_connection_goes_where_a_reply_says(stage, odd, trap):
    port, came = trap
    odd.reply = _proxy(port)
    stage.worker("honest")
    manager = stage.manage(members=MANY)
    assert "may not hold an object of the class 'Pyro4.core.Proxy'" in manager.ends(0)
    assert came == []


@pytest.mark.slow
def test_a_heartbeat_that_answers_with_an_object_is_a_loss_with_its_reason(stage, odd, trap):
    port, came = trap
    odd.pong = _proxy(port)
    odd.answers.clear()
    manager, began = stage.manage(members=2), time.time()
    wait_for(lambda: odd.given)
    manager.noticed("an odd heartbeat", r"worker odd lost: .*may not hold an object of the class", began, 20)
    odd.answers.set()
    assert came == []


@pytest.mark.slow
def test_a_reply_of_brackets_is_refused_unread(stage, odd, monkeypatch):
    """By a peer that keeps to no limit."""
    for module in (messages, serializer):
        monkeypatch.setattr(module, "MAX_MESSAGE_BYTES", 2**30)
    monkeypatch.setattr(Pyro4.config, "MAX_MESSAGE_SIZE", 0)
    odd.reply = [[]] * 300_000
    stage.worker("honest")
    output = stage.manage(members=MANY).ends(0)
    assert "bytes is too large; at most 262144 are accepted" in output, output


@pytest.mark.slow
@pytest.mark.parametrize(("most", "lacking"), [(36, True), (400, False)])
def test_a_manager_without_files_for_all_slots_says_so_and_loses_no_worker(stage, odd, most, lacking):
    """Soft limits are raised as far as they may be; what is missing then makes slots wait."""
    odd.slots, odd.seconds = 40, 0.02
    limit = (36, most)
    manager = stage.manage(members=80, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit))
    output = manager.ends(0)
    assert ("a slot of odd waits: too many open files: this process may have 36; allow" in output) is lacking
    assert "lost" not in output and "key" not in output


def test_a_lack_of_files_says_nothing_about_the_key(home_of_a_key):
    held = []

    def take_all():
        """Again before each: what earlier tests left open is closed at any time."""
        gc.collect()
        with contextlib.suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))

    try:
        take_all()
        with pytest.raises(OSError, match="Too many open files"):
            secret.check()
        take_all()
        with pytest.raises(wire.OutOfFiles, match="too many open files: this process may have"):
            wire.proxy("PYRO:x@127.0.0.1:1")
        take_all()
        with pytest.raises(wire.OutOfFiles):
            wire.nameserver("localhost", 1)
    finally:
        for descriptor in held:
            os.close(descriptor)
