"""A stage for each test; what was measured is shown at the end."""

import pytest

from stormtracks.pyro_cluster import secret
from tests.faults.stage import NOTICED, Stage
from tests.namespaces import HostCluster
from tests.sshd import make_key


@pytest.fixture
def state(tmp_path, monkeypatch):
    """The folder of this test's state, with a key in it."""
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("STORMTRACKS_SECRET", raising=False)
    secret.ensure()
    return tmp_path / "state"


@pytest.fixture
def stage(state, tmp_path):
    """Everything on this machine."""
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    """Three hosts, for all tests of a module."""
    folder = tmp_path_factory.mktemp("hosts")
    with HostCluster(folder, make_key(folder / "key")) as made:
        yield made


@pytest.fixture
def far(state, tmp_path, hosts):
    """Nameserver and manager here, beyond loopback; workers to be started on `hosts`."""
    made = Stage(tmp_path, hosts.address)
    yield made
    for host in hosts.hosts:
        host.restore()
        host.unblock_pyro()
    made.close()


def pytest_terminal_summary(terminalreporter):
    if NOTICED:
        terminalreporter.section("faults: time to notice")
        for fault in dict(NOTICED):
            longest = max(seconds for name, seconds in NOTICED if name == fault)
            terminalreporter.line(f"{longest:6.2f} s  {fault}")
