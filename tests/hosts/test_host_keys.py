"""Host keys are held against the user's known_hosts, on every hop, and `fab trust-hosts` fills it."""

import paramiko
import pytest
from sshd import make_key

pytestmark = pytest.mark.sshd


def test_an_unknown_host_key_is_refused(operator, sshd, entry):
    operator.configure({"workers": [entry("w1", sshd("w1", trusted=False))]})
    done = operator.fab("workers")
    assert done.returncode == 1
    assert "is not known: run fab trust-hosts" in done.stdout


@pytest.mark.slow
def test_a_changed_host_key_is_refused_everywhere(operator, sshd, entry, tmp_path):
    server, other = sshd("w1", trusted=False), make_key(tmp_path / "other")
    operator.known_hosts.write_text(
        server.known_hosts_line.replace(server.public_key, " ".join(other.with_suffix(".pub").read_text().split()[:2]))
    )
    operator.configure({"workers": [entry("w1", server)]})
    assert "differs from known_hosts: another machine answers" in operator.fab("workers").stdout
    done = operator.fab("trust-hosts", "--yes")
    assert done.returncode == 1
    assert "NOT the key in known_hosts" in done.stdout


@pytest.mark.slow
def test_a_revoked_key_is_no_known_key(operator, sshd, entry):
    server = sshd("w1")
    with operator.known_hosts.open("a") as file:
        file.write(f"@revoked * {server.public_key}\n")
    operator.configure({"workers": [entry("w1", server)]})
    assert "is not known" in operator.fab("workers").stdout


@pytest.mark.slow
def test_the_ssh_config_is_honoured(operator, sshd, entry, tmp_path):
    server = sshd("w1", trusted=False)
    (tmp_path / "my hosts").write_text(server.known_hosts_line)
    (tmp_path / "known").write_text(server.known_hosts_line)
    key = operator.key.rename(tmp_path / "elsewhere")
    (operator.ssh / "config").write_text(
        f"Host alias\n  Hostname {server.address}\n  Port {server.port}\n  IdentityFile {key}\n"
        f"  UserKnownHostsFile {tmp_path / 'known'}\n"
    )
    worker = entry("w1", server) | {"address": "alias"}
    del worker["port"]
    operator.configure({"workers": [worker]})
    assert operator.fab("workers").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "known"), [("[127.0.0.*]:*", True), ("!{name},*", False), ("{hash}", True)])
def test_names_may_be_patterns_or_hashed(operator, sshd, entry, pattern, known):
    server = sshd("w1", trusted=False)
    name = f"[{server.address}]:{server.port}"
    pattern = pattern.format(name=name, hash=paramiko.HostKeys.hash_host(name))
    operator.known_hosts.write_text(f"# a comment\n|broken\n{pattern} {server.public_key}\n")
    operator.configure({"workers": [entry("w1", server)]})
    assert ("is not known" in operator.fab("workers").stdout) != known


@pytest.mark.slow
def test_trust_hosts_asks_and_then_the_host_is_known(operator, sshd, entry):
    server = sshd("w1", trusted=False)
    operator.configure({"workers": [entry("w1", server)]})
    refused = operator.fab("trust-hosts")
    assert refused.returncode == 1
    assert "SHA256:" in refused.stdout
    assert "no terminal for your answer" in refused.stdout
    assert operator.fab("trust-hosts", "--yes").returncode == 0
    assert operator.known_hosts.read_text() == server.known_hosts_line
    assert "is known, ssh-ed25519 SHA256:" in operator.fab("trust-hosts").stdout


@pytest.mark.slow
def test_a_jump_host_is_verified_too(operator, sshd, entry):
    server, jump = sshd("w1"), sshd("jump", trusted=False)
    operator.configure({"workers": [entry("w1", server, jump=f"{jump.address}:{jump.port}")]})
    assert f"host key of 127.0.0.1:{jump.port} is not known" in operator.fab("workers").stdout
    operator.fab("trust-hosts", "--yes")
    assert operator.fab("workers").returncode == 0


@pytest.mark.slow
def test_a_proxy_jump_of_the_ssh_config_is_verified_too(operator, sshd, entry):
    server, jump = sshd("w1"), sshd("jump", trusted=False)
    (operator.ssh / "config").write_text(f"Host 127.0.0.1\n  ProxyJump localhost:{jump.port}\n")
    operator.configure({"workers": [entry("w1", server)]})
    assert f"host key of localhost:{jump.port} is not known" in operator.fab("workers").stdout
    operator.known_hosts.open("a").write(f"[localhost]:{jump.port} {jump.public_key}\n")
    assert operator.fab("workers").returncode == 0
