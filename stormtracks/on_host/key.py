"""Put the cluster's secret in its place, readable by its owner only."""

import base64
import os
import tempfile
from pathlib import Path

from stormtracks.pyro_cluster import secret


def run(request):
    """Replace the secret unless it is the same; ``pem``: its content, Base64."""
    content = base64.b64decode(request["pem"])
    place = secret.secret_path()
    before = read(place)
    if before != content:
        _write(place, content)
    place.chmod(0o600)
    secret.check(place)
    state = "kept" if before == content else "brought" if before is None else "replaced"
    return {"state": state, "fingerprint": secret.fingerprint(place), "path": str(place)}


def state(fingerprint):
    """How the secret here stands to one with this fingerprint: same, other, missing, or what is wrong with it."""
    if not secret.secret_path().exists():
        return "missing"
    try:
        secret.check()
        return "same" if secret.fingerprint() == fingerprint else "other"
    except secret.SecretError as error:
        return str(error)


def read(place):
    """The content of a secret's file; None where there is none."""
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None


def _write(place, content):
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")  # 0600 from its first byte
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink()
        raise
