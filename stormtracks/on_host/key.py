"""Put the cluster's key in its place, readable by its owner only."""

import base64
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks.on_host.answers import KeyAnswer
from stormtracks.pyro_cluster import secret


def run(request: Mapping[str, Any]) -> KeyAnswer:
    """Replace the key unless it is the same; ``pem``: its content, Base64."""
    content = base64.b64decode(request["pem"])
    path = secret.secret_path()
    before = read(path)
    if before != content:
        secret.put(path, content)
    elif stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)
    secret.check(path)
    fingerprint = secret.fingerprint(path)
    if before == content:
        return {"state": "kept", "fingerprint": fingerprint, "path": str(path)}
    return {"state": "copied" if before is None else "replaced", "fingerprint": fingerprint, "path": str(path)}


def state(fingerprint: str) -> str:
    """How the key here compares with one of this fingerprint: same, other, missing, or what is wrong with it."""
    if not secret.secret_path().exists():
        return "missing"
    try:
        secret.check()
        return "same" if secret.fingerprint() == fingerprint else "other"
    except secret.SecretError as error:
        return str(error)


def read(path: Path) -> bytes | None:
    """The content of a key's file; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
