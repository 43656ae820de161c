"""What a connection does and does not do, over a real sshd."""

import subprocess

import fabric
import pytest
from needs import need
from processes import wait_for
from sshd import PrivateSshd

from stormtracks.config import Cluster, Nameserver, WorkerHost
from stormtracks.hosts import links
from stormtracks.hosts.links import HostFault
from stormtracks.hosts.outcomes import HostOutcome, everywhere

pytestmark = pytest.mark.sshd


@pytest.fixture
def config(operator, monkeypatch):
    """Fabric's configuration of the operator."""
    monkeypatch.setenv("HOME", str(operator.home))
    return fabric.Config()


def worker(server, name="w1", **more):
    return WorkerHost(name, server.address, port=server.port, **more)


@pytest.fixture
def agent(tmp_path, operator, monkeypatch):
    """An SSH agent of the operator's."""
    need("ssh-agent", "ssh-add")
    socket = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    add = ["ssh-add", "-q", operator.key]  # the socket is there a moment before the agent listens
    wait_for(lambda: subprocess.run(add, stderr=subprocess.DEVNULL).returncode == 0, what="the agent")
    yield
    process.terminate()
    process.wait()


@pytest.mark.parametrize("asked", [False, True])
def test_an_agent_is_forwarded_only_when_asked(sshd, config, agent, asked):
    with links.link(worker(sshd("w1"), forward_agent=asked), config) as link:
        done = link.run("ssh-add -L")
    assert (done.status == 0) == asked
    assert done.output.startswith(b"ssh-ed25519 ") == asked


def test_forwarding_in_the_ssh_config_is_not_asking(operator, sshd, config, agent):
    (operator.ssh / "config").write_text("Host *\n  ForwardAgent yes\n")
    with links.link(worker(sshd("w1")), fabric.Config()) as link:
        assert link.run("exec printenv SSH_AUTH_SOCK").status == 1


@pytest.mark.parametrize("local", [False, True])
def test_input_output_and_status_arrive(sshd, config, local):
    host = WorkerHost("here", launch="local") if local else worker(sshd("w1"))
    with links.link(host, config) as link:
        done = link.run("wc -c; echo oh >&2; exit 3", [b"x" * 100_000] * 30)
    assert (done.status, int(done.output), done.errors) == (3, 3_000_000, "oh\n")


@pytest.mark.parametrize("local", [False, True])
def test_a_command_that_hangs_is_given_up(sshd, config, local):
    host = WorkerHost("here", launch="local") if local else worker(sshd("w1"))
    with links.link(host, config) as link, pytest.raises(HostFault, match=r"no answer within 0\.3 s"):
        link.run("exec sleep 60", seconds=0.3)


def test_a_program_that_reads_nothing_may_answer(sshd, config):
    with links.link(worker(sshd("w1")), config) as link:
        assert link.run("echo enough", [b"x" * 10**6] * 5).output == b"enough\n"


@pytest.mark.slow
def test_what_start_up_files_print_is_no_answer(operator, sshd, entry):
    operator.configure({"workers": [entry("w1", sshd("w1", greeting="welcome to w1: {} no news "))]})
    assert operator.fab("workers").returncode == 0


def test_a_busy_sshd_is_asked_again(operator, sshd, config, tmp_path):
    server = PrivateSshd(tmp_path / "busy", operator.key)
    server.config.write_text(server.config.read_text().replace("MaxStartups 100", "MaxStartups 2:50:3"))
    operator.trust(server)
    hosts = tuple(worker(server, f"w{number}", results=f"r{number}") for number in range(8))
    cluster = Cluster(Nameserver(), hosts, tmp_path, tmp_path)
    with server:
        found = everywhere(
            cluster, lambda link, host: HostOutcome(host.name, link.run("exec true").status == 0, ""), config, 8
        )
    assert [one.text for one in found if not one.ok] == []


def test_a_private_key_that_is_not_there_is_told(sshd, config, tmp_path):
    with pytest.raises(HostFault, match=r"the private key for .* does not exist: .*no_key"):
        links.link(worker(sshd("w1"), identity=str(tmp_path / "no_key")), config)
