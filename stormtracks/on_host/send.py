"""Write results to standard output: a line of JSON, the bytes, and their SHA-256, file after file."""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from typing import IO, Any

from stormtracks.errors import StormtracksError
from stormtracks.on_host.answers import reply
from stormtracks.on_host.outbox import RESULT
from stormtracks.on_host.worker_files import path_of

CHUNK = 2**20


class NotSent(StormtracksError):
    """A file that is not a result, or that changed while it was sent."""


def run(request: Mapping[str, Any]) -> None:
    """Send the results that ``names`` lists; one that is gone, or cannot be read, is reported and passed over."""
    folder = path_of(request, "results")
    reply({"sending": len(request["names"])})
    for name in request["names"]:
        if not RESULT.fullmatch(name):
            raise NotSent(f"{name!r} is not a result")
        try:
            with (folder / name).open("rb") as file:
                _send(name, file)
        except OSError as error:
            _line({"name": name, "error": error.strerror or str(error)})
    _line({"end": True})


def _send(name: str, file: IO[bytes]) -> None:
    size = os.fstat(file.fileno()).st_size
    _line({"name": name, "size": size})
    digest = hashlib.sha256()
    left = size
    while left and (chunk := file.read(min(CHUNK, left))):
        sys.stdout.buffer.write(chunk)
        digest.update(chunk)
        left -= len(chunk)
    if left:  # the other side waits for the rest, and must not take this for the whole file
        raise NotSent(f"{name} became shorter while it was read: run fab collect again")
    _line({"sha256": digest.hexdigest()})


def _line(value: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()
