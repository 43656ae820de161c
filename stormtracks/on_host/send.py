"""Write results to standard output: a line of JSON, the bytes, and their SHA-256, file after file."""

import hashlib
import json
import os
import sys

from stormtracks.on_host.answers import reply
from stormtracks.on_host.outbox import RESULT
from stormtracks.on_host.worker_files import configured

CHUNK = 2**20


def run(request):
    """Send the results that ``names`` lists; one that is gone, or cannot be read, is told and passed over."""
    folder = configured(request, "results")
    reply({"sending": len(request["names"])})
    for name in request["names"]:
        if not RESULT.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a result")
        try:
            with (folder / name).open("rb") as file:
                _send(name, file)
        except OSError as error:
            _line({"name": name, "error": error.strerror or str(error)})
    _line({"end": True})


def _send(name, file):
    size = os.fstat(file.fileno()).st_size
    _line({"name": name, "size": size})
    digest, left = hashlib.sha256(), size
    while left and (chunk := file.read(min(CHUNK, left))):
        sys.stdout.buffer.write(chunk)
        digest.update(chunk)
        left -= len(chunk)
    if left:  # it was cut off while it was read: the other side waits for the rest, and must not take it for whole
        raise ValueError(f"{name} became shorter while it was read")
    _line({"sha256": digest.hexdigest()})


def _line(value):
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()
