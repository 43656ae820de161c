"""The command line that a worker is started with."""

import os
import sys

import pytest

from stormtracks.on_host import bind, start
from stormtracks.on_host.worker_files import WorkerFiles
from stormtracks.process import Process
from stormtracks.pyro_cluster import pidfile
from stormtracks.pyro_cluster.worker.options import parser

REQUEST = {"name": "w1", "base": "/base", "local": True, "nameserver": {"host": "127.0.0.1", "port": 9090}, "data": "d"}


def test_the_worker_understands_it():
    more = {"results": "/r", "best_tracks": "b.nc", "scratch": "s", "slots": 3, "memory_limit_mb": 100, "tasks": "a:B"}
    command = start.worker_command({**REQUEST, **more, "dataset": {"level": 850}})
    assert command[:3] == [sys.executable, "-m", "stormtracks.pyro_cluster.pyro_worker"]
    options = parser().parse_args(command[3:])
    assert (options.data, options.results, options.best_tracks, options.scratch) == (
        "/base/d",
        "/r",
        "/base/b.nc",
        "/base/s",
    )
    assert (options.name, options.host, options.nameserver) == ("w1", "127.0.0.1", ("127.0.0.1", 9090))
    assert (options.slots, options.memory_limit, options.tasks, options.dataset) == (3, 100, "a:B", '{"level": 850}')


def test_a_prefix_comes_before_it():
    assert start.worker_command({**REQUEST, "prefix": ["nice", "-n", "10"]})[:4] == ["nice", "-n", "10", sys.executable]


@pytest.mark.parametrize(
    ("more", "address"), [({"bind": "10.0.0.7"}, "10.0.0.7"), ({}, "10.0.0.5"), ({"local": True}, "127.0.0.1")]
)
def test_it_binds_where_ssh_reached_the_host_unless_told(monkeypatch, more, address):
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 50000 10.0.0.5 22")
    assert bind.address({**REQUEST, "local": False, **more}) == address


@pytest.mark.parametrize("text", ["", "rubbish", "{line}", "{line} PYRO:a@b:1 many"])
def test_a_damaged_ready_file_tells_no_address(tmp_path, monkeypatch, text):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path))
    files = WorkerFiles.of({"name": "w"})
    with pidfile.PidFile(files.pid):
        files.ready.write_text(text.format(line=files.pid.read_text().strip()))
        assert start.where_it_answers(files, Process.this()) == {"pid": os.getpid(), "uri": None, "slots": None}
