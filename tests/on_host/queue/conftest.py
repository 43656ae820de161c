"""Actions of `on_host.queue` in this process, with a queue that answers what a test says."""

import os

import pytest
from broken_queue import BrokenQueue

from stormtracks.on_host.queue.arrays import ledger
from stormtracks.pyro_cluster import secret


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The folder of the state."""
    tmp_path.chmod(0o700)
    folder = tmp_path / "state"
    monkeypatch.setenv("STORMTRACKS_HOME", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    return folder


@pytest.fixture
def queue(home, tmp_path, monkeypatch):
    """Commands of a Slurm that answers what it is told to."""
    broken = BrokenQueue(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{broken.folder}:{os.environ['PATH']}")
    broken.says("sbatch", "7\n")
    return broken


@pytest.fixture
def request_of(home):
    """A request to an action, as `fab` sends it."""

    def make(**more):
        return {
            "name": "big",
            "entry": "big",
            "launch": "slurm",
            "jobs": 3,
            "slots": 2,
            "code": "/home/ada/code",
            "python": "python3",
            "local": True,
            "base": "/",
            "nameserver": {"host": "localhost", "port": 9090},
            "version": "1",
            "fingerprint": secret.fingerprint(secret.ensure()),
            **more,
        }

    return make


@pytest.fixture
def mark(home):
    """The mark of the entry's jobs, from now on."""
    with ledger.opened("big") as (known, save):
        save()
        return known.mark
