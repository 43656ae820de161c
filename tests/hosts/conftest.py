"""An operator, private sshds and a nameserver, all gone afterwards."""

import contextlib
import subprocess
import sys

import pytest
from fab import ROOT, Operator
from processes import wait_for
from sshd import PrivateSshd, free_port


@pytest.fixture
def operator(tmp_path):
    tmp_path.chmod(0o700)
    return Operator(tmp_path)


@pytest.fixture
def sshd(operator, tmp_path):
    """Start private sshds: sshd("w1", trusted=True, **options) -> PrivateSshd."""
    with contextlib.ExitStack() as running:

        def start(name, trusted=True, **options):
            server = running.enter_context(PrivateSshd(tmp_path / name, operator.key, **options))
            if trusted:
                operator.trust(server)
            return server

        yield start


@pytest.fixture
def entry(operator):
    """A worker of hosts.yaml behind an sshd, with this checkout as its code and a task table of its own."""

    def describe(name, server, **more):
        data = server.folder / "data"
        data.mkdir(exist_ok=True)
        return {
            "name": name,
            "address": server.address,
            "port": server.port,
            "code": str(ROOT),
            "python": sys.executable,
            "slots": 1,
            "tasks": "tests.cluster_tasks:TASKS",
            "data": str(data),
            "results": str(server.folder / "results"),
            **more,
        }

    return describe


@pytest.fixture
def nameserver(operator):
    """A running nameserver of the operator's: its section of hosts.yaml. Workers that are left at the end are ended."""
    port = free_port()
    process = operator.run(
        "-m", "stormtracks.pyro_cluster.pyro_nameserver", "--port", port, stdout=subprocess.PIPE, text=True
    )
    assert "nameserver at" in process.stdout.readline()
    yield {"host": "localhost", "port": port}
    operator.fab("stop-workers", "--now")
    process.terminate()
    process.communicate(timeout=10)
    wait_for(lambda: process.poll() is not None)
