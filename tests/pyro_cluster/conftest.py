"""Each test's own cluster: its state, its key, its processes, all gone afterwards."""

import subprocess
import sys
import threading

import pytest

from stormtracks.pyro_cluster import secret


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder for the state of this test's cluster, with a secret in it."""
    folder = tmp_path / "state"
    monkeypatch.setenv("STORMTRACKS_HOME", str(folder))
    monkeypatch.delenv("STORMTRACKS_SECRET", raising=False)
    secret.ensure()
    return folder


@pytest.fixture
def serve():
    """Run daemons in threads: serve(daemon) -> daemon."""
    running = []

    def start(daemon):
        thread = threading.Thread(target=daemon.requestLoop, daemon=True)
        thread.start()
        running.append((daemon, thread))
        return daemon

    yield start
    for daemon, thread in running:
        daemon.shutdown()
        thread.join(5)


@pytest.fixture
def launch(home):
    """Start a module of the cluster as a process: launch("pyro_nameserver", "--port", "0") -> Popen."""
    yield from launching()


@pytest.fixture(scope="module")
def lasting_launch(tmp_path_factory):
    """As `launch`, with a state of its own, for processes that serve all tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORMTRACKS_HOME", str(tmp_path_factory.mktemp("state")))
        patch.delenv("STORMTRACKS_SECRET", raising=False)
        secret.ensure()
        yield from launching()


def launching():
    """Yields a function that starts processes, and ends them afterwards."""
    started = []

    def start(module, *arguments, **options):
        command = [sys.executable, "-m", f"stormtracks.pyro_cluster.{module}", *map(str, arguments)]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, **options}
        process = subprocess.Popen(command, start_new_session=True, **options)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
