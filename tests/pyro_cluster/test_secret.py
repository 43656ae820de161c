import contextlib
import ssl
import stat
import subprocess
import sys

import pytest

from stormtracks import private
from stormtracks.pyro_cluster import secret, wire


def test_first_use_makes_one_that_only_its_owner_reads(tmp_path):
    path = secret.ensure(tmp_path / "new" / "secret.pem")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_second_use_keeps_it(tmp_path):
    path = secret.ensure(tmp_path / "secret.pem")
    before = path.read_bytes()
    assert secret.ensure(path).read_bytes() == before


def test_two_first_uses_at_once_agree(tmp_path):
    path = tmp_path / "secret.pem"
    code = f"from stormtracks.pyro_cluster.secret import *; print(fingerprint(ensure({str(path)!r})))"
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {process.communicate()[0].strip() for process in both} == {secret.fingerprint(path)}
    assert list(tmp_path.iterdir()) == [path]


def test_renewed_one_is_another(tmp_path):
    path = secret.ensure(tmp_path / "secret.pem")
    before = secret.fingerprint(path)
    assert secret.fingerprint(secret.renew(path)) != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_fingerprint_tells_nothing_of_the_key(tmp_path):
    path = secret.ensure(tmp_path / "secret.pem")
    assert secret.fingerprint(path).startswith("SHA256:")
    assert secret.fingerprint(path)[7:] not in path.read_text()


def test_readable_by_others_is_refused(tmp_path):
    path = secret.ensure(tmp_path / "secret.pem")
    path.chmod(0o640)
    with pytest.raises(secret.SecretError, match=r"can be read by others \(mode 0640\); run: chmod 600"):
        secret.ensure(path)


def test_missing_one_says_who_brings_it(tmp_path):
    with pytest.raises(secret.SecretError, match=r"no key: .*does not exist.*fab start-workers"):
        secret.check(tmp_path / "secret.pem")


@pytest.mark.parametrize("content", ["", "hello", "-----BEGIN PRIVATE KEY-----\n", "\xe9"])
def test_what_is_no_secret_is_refused(tmp_path, content):
    path = tmp_path / "secret.pem"
    path.touch(0o600)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(secret.SecretError, match="is not a key of stormtracks"):
        secret.ensure(path)


def test_environment_chooses_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path))
    monkeypatch.delenv("STORMTRACKS_SECRET", raising=False)
    assert secret.secret_path() == tmp_path / "secret.pem"
    monkeypatch.setenv("STORMTRACKS_SECRET", str(tmp_path / "other.pem"))
    assert secret.secret_path() == tmp_path / "other.pem"


def test_passes_the_strict_mode_of_later_pythons(tmp_path):
    found = wire.membership(secret.ensure(tmp_path / "secret.pem"))
    server_in, server_out, client_in, client_out = (ssl.MemoryBIO() for _ in range(4))
    for context in (found.server, found.client):
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    server = found.server.wrap_bio(server_in, server_out, server_side=True)
    client = found.client.wrap_bio(client_in, client_out)
    for _ in range(4):
        for side, out, into in ((client, client_out, server_in), (server, server_out, client_in)):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
            into.write(out.read())
    assert client.version() == server.version() == "TLSv1.3"


def test_a_folder_that_others_may_write_takes_no_key(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(private.NotOurs, match=r"written by others .*, or choose another file with STORMTRACKS_SECRET"):
        secret.ensure(tmp_path / "secret.pem")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_cannot_be_written_says_so():
    with pytest.raises(secret.SecretError, match=r"the key cannot be written to /proc/x/secret.pem: .*; free some"):
        secret.ensure("/proc/x/secret.pem")


@pytest.mark.parametrize("kind", ["below a file", "loop", "long"])
def test_a_key_that_cannot_be_looked_at_says_so_and_not_that_there_is_no_nameserver(tmp_path, kind):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    path = tmp_path / {"below a file": "file", "loop": "loop", "long": "x" * 300}[kind] / "secret.pem"
    with pytest.raises(secret.SecretError, match=r"the key .* cannot be read: "):
        wire.nameserver("127.0.0.1", 1, secret=path)
