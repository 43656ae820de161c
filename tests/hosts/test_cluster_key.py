"""`fab push-key` and `renew-key`: the cluster's secret on the hosts."""

import pytest

pytestmark = pytest.mark.sshd


@pytest.mark.slow
def test_the_secret_is_brought_once_and_only_its_owner_reads_it(operator, sshd, entry):
    server = sshd("w1")
    operator.configure({"workers": [entry("w1", server)]})
    there, here = server.home / ".stormtracks" / "secret.pem", operator.state / "secret.pem"
    assert "w1 ok     copied: " in operator.fab("push-key").stdout
    assert there.read_bytes() == here.read_bytes()
    assert (there.stat().st_mode & 0o777, there.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    there.chmod(0o644)
    assert "w1 ok     kept: " in operator.fab("push-key").stdout
    assert there.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_it_is_renewed_by_one_command(operator, sshd, entry):
    server = sshd("w1")
    operator.configure({"workers": [entry("w1", server)]})
    operator.fab("push-key")
    before = (operator.state / "secret.pem").read_bytes()
    said = operator.fab("renew-key").stdout
    assert "restart the nameserver and the workers" in said
    assert "w1 ok     replaced: " in said
    assert (server.home / ".stormtracks" / "secret.pem").read_bytes() == (operator.state / "secret.pem").read_bytes()
    assert (operator.state / "secret.pem").read_bytes() != before
    assert "PRIVATE" not in said


@pytest.mark.slow
def test_a_worker_that_has_the_old_secret_is_told_from_one_that_answers(operator, sshd, entry, nameserver):
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", sshd("w1"))]})
    operator.fab("start-workers")
    operator.fab("renew-key")
    again = operator.fab("start-workers")
    assert again.returncode == 1
    assert "but this machine cannot reach it: " in again.stdout
    assert "key" in again.stdout
    assert "stopped gracefully" in operator.fab("stop-workers").stdout


@pytest.mark.slow
def test_check_tells_another_clusters_secret(operator, sshd, entry):
    server = sshd("w1")
    operator.configure({"workers": [entry("w1", server)]})
    operator.fab("push-key")
    (operator.state / "secret.pem").unlink()
    assert "key: this key belongs to another cluster: run fab push-key to replace it" in operator.fab("check").stdout
