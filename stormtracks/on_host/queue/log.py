"""Show what the jobs of an entry write, each line behind its job; the queue is not asked."""

import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks.detached import last_lines
from stormtracks.on_host.answers import LogAnswer, reply
from stormtracks.on_host.queue.arrays import ledger, outputs

FOLLOW_SECONDS = 0.5
MOST_JOBS = 20
"""Those that wrote last."""
MOST_PIECE = 2**20


def run(request: Mapping[str, Any]) -> LogAnswer | None:
    """Answer with the last ``lines`` of each job; with ``follow``, write what is added until the asker has gone."""
    folder = ledger.output_folder(request["name"])
    newest = outputs.written(folder)[-MOST_JOBS:]
    lines = [f"{path.stem}  {line}" for path in newest for line in last_lines(path, request["lines"])]
    answer = LogAnswer(path=str(folder), lines=lines)
    if not request.get("follow"):
        return answer
    positions = {path: _size(path) for path in outputs.written(folder)}
    reply(answer)
    _follow(folder, positions)
    return None


def _follow(folder: Path, positions: dict[Path, int]) -> None:
    """Standard input ends when the asking side has gone. A job that begins meanwhile is followed from its start."""
    while not select.select([sys.stdin], [], [], FOLLOW_SECONDS)[0]:
        for path in outputs.written(folder)[-MOST_JOBS:]:
            added = _added(path, positions.get(path, 0))
            positions[path] = positions.get(path, 0) + len(added)
            for line in added.splitlines():
                sys.stdout.buffer.write(path.stem.encode() + b"  " + line + b"\n")
        sys.stdout.buffer.flush()


def _added(path: Path, position: int) -> bytes:
    """Whole lines that a file has more; of a line without end, what there is."""
    try:
        with path.open("rb") as file:
            file.seek(position)
            added = file.read(MOST_PIECE)
    except OSError:
        return b""
    end = added.rfind(b"\n") + 1
    return added if len(added) == MOST_PIECE and not end else added[:end]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
