"""Show a worker's log."""

import os
import select
import sys

from stormtracks.on_host.answers import reply
from stormtracks.on_host.worker_files import WorkerFiles

FOLLOW_SECONDS = 0.5
BYTES_A_LINE = 400


def run(request):
    """Answer with the log's last ``lines``; with ``follow``, write what is added until whoever asked has gone."""
    path = WorkerFiles.of(request).log
    answer = {"path": str(path), "lines": tail(path, request["lines"])}
    if not request.get("follow"):
        return answer
    position = path.stat().st_size if path.exists() else 0
    reply(answer)
    _follow(path, position)
    return None


def tail(path, count, start=0) -> list[str]:
    """The last lines of a file, of what it has from byte `start` on; none where there is no file."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(start, size - count * BYTES_A_LINE))
        return file.read().decode(errors="backslashreplace").splitlines()[-count:]


def _follow(path, position):
    """Standard input ends when whoever asked has gone, also when the log is silent."""
    while not select.select([sys.stdin], [], [], FOLLOW_SECONDS)[0]:
        size = path.stat().st_size if path.exists() else 0
        if size < position:  # a new log
            position = 0
        if size > position:
            with path.open("rb") as file:
                file.seek(position)
                added = file.read(size - position)
            position += len(added)
            sys.stdout.buffer.write(added)
            sys.stdout.buffer.flush()
