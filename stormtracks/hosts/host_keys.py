"""The host keys that the user's own SSH knows, which every connection is held to."""

import base64
import fnmatch
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import fabric
import paramiko

USER_FILES = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
SYSTEM_FILES = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"


def verify(connection: fabric.Connection) -> None:
    """Let a Fabric connection, and each host that it jumps through, accept known host keys only.

    Fabric itself accepts any key and reads no known_hosts.
    """
    while isinstance(connection, fabric.Connection):
        for kind, key in known(connection).items():
            connection.client.get_host_keys().add(key_name(connection), kind, key)
        connection.client.set_missing_host_key_policy(paramiko.RejectPolicy())
        connection = connection.gateway


def known(connection: fabric.Connection) -> dict[str, paramiko.PKey]:
    """The keys that known_hosts has for a connection's host: kind -> key, the first of each kind, no revoked one.

    Keys that a certificate authority vouches for (@cert-authority) are not among them.
    """
    name = connection.ssh_config.get("hostkeyalias") or key_name(connection)
    keys: dict[str, paramiko.PKey] = {}
    revoked = set()
    for words in _lines(files(connection)):
        if words[0] == "@revoked" and len(words) > 3:
            revoked.add(words[3])
        elif not words[0].startswith("@") and _means(words[0].split(","), name):
            entry = _entry(words)
            if entry:
                keys.setdefault(entry.get_name(), entry)
    return {kind: key for kind, key in keys.items() if key.get_base64() not in revoked}


def files(connection: fabric.Connection) -> list[Path]:
    """The known_hosts files that ~/.ssh/config names for a host, else OpenSSH's own; the first is the user's."""
    named = connection.ssh_config
    words = [
        *named.get("userknownhostsfile", USER_FILES).split(),
        *named.get("globalknownhostsfile", SYSTEM_FILES).split(),
    ]
    return [Path(word.strip('"')).expanduser() for word in words if word != "none"]


def key_name(connection: fabric.Connection) -> str:
    """The name that known_hosts has a host's keys under."""
    port = int(connection.port)
    return connection.host if port == paramiko.config.SSH_PORT else f"[{connection.host}]:{port}"


def fingerprint(key: paramiko.PKey) -> str:
    """A key's fingerprint as OpenSSH shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def trust(connection: fabric.Connection, key: paramiko.PKey) -> None:
    """Add a host's key to the user's known_hosts."""
    path = files(connection)[0]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = path.read_text() if path.exists() else ""
    name = connection.ssh_config.get("hostkeyalias") or key_name(connection)
    end_of_line = "" if not before or before.endswith("\n") else "\n"
    with path.open("a") as file:
        file.write(f"{end_of_line}{name} {key.get_name()} {key.get_base64()}\n")


def _lines(paths: Iterable[Path]) -> Iterator[list[str]]:
    """The words of each line of known_hosts files."""
    for path in paths:
        for line in path.read_text(errors="replace").splitlines() if path.is_file() else []:
            words = line.split()
            if len(words) > 2 and not words[0].startswith("#"):
                yield words


def _means(patterns: Iterable[str], name: str) -> bool:
    """Whether the host names of a line, which may be hashed or have wildcards or a ``!`` in front, mean this host."""
    found = False
    for pattern in patterns:
        if pattern.startswith("|1|"):
            found |= paramiko.HostKeys.hash_host(name, pattern) == pattern
        elif fnmatch.fnmatchcase(name, pattern.lstrip("!").replace("[", "[[]")):
            if pattern.startswith("!"):
                return False
            found = True
    return found


def _entry(words: list[str]) -> paramiko.PKey | None:
    """The key of a line; None for a kind that is not known, and for a damaged one."""
    try:
        entry = paramiko.hostkeys.HostKeyEntry.from_line(" ".join(words[:3]))
    except paramiko.SSHException:
        return None
    return entry.key if entry else None
