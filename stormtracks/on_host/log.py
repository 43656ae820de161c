"""Show a worker's log."""

import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks.detached import last_lines
from stormtracks.on_host.answers import LogAnswer, reply
from stormtracks.on_host.worker_files import WorkerFiles

FOLLOW_SECONDS = 0.5


def run(request: Mapping[str, Any]) -> LogAnswer | None:
    """Answer with the log's last ``lines``; with ``follow``, write what is added until the asking side has gone."""
    path = WorkerFiles.of(request).log
    answer = LogAnswer(path=str(path), lines=last_lines(path, request["lines"]))
    if not request.get("follow"):
        return answer
    position = path.stat().st_size if path.exists() else 0
    reply(answer)
    _follow(path, position)
    return None


def _follow(path: Path, position: int) -> None:
    """Standard input ends when the asking side has gone, also while nothing is written to the log."""
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
