"""Bring results from hosts that do not share our files to here: only what is missing, and whole."""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from stormtracks import disk
from stormtracks.config import Cluster, WorkerHost
from stormtracks.errors import StormtracksError
from stormtracks.hosts.asking import ask, parsed, request, stream
from stormtracks.hosts.bounded_output import BoundedOutput
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.on_host.answers import MARK, OutboxAnswer
from stormtracks.on_host.outbox import RESULT
from stormtracks.readable import size as in_bytes

MOST_BYTES = 4 * 10**9
"""No result is larger."""
MARGIN_BYTES = 64 * 2**20
"""Kept free beside what is collected."""


Check = Callable[[Path, str], object]
"""Given a file and the name of the result that it should be; a StormtracksError says that it is not."""


def errand(cluster: Cluster, folder: Path, overwrite: bool = False, check: Check | None = None) -> Errand:
    """An errand that fetches a host's results into a folder here, each of them once it has passed the check, if any."""

    def fetch(link: Link, worker: WorkerHost) -> HostOutcome:
        if worker.shared_files:
            return HostOutcome(worker.name, True, "shares this machine's files: nothing to collect")
        there: OutboxAnswer = ask(link, worker, "outbox", request(cluster, worker), 300.0)
        if worker.local and Path(there["folder"]).resolve() == folder.resolve():
            return HostOutcome(worker.name, True, f"{len(there['results'])} already here, in {folder}")
        missing, other = compare(folder, there["results"])
        wanted = sorted(missing + other) if overwrite else missing
        if wanted:
            sizes = {name: there["results"][name] for name in wanted}
            coming = _Coming(
                sizes, folder, check if worker.tasks is None else None
            )  # others' files are not ours to read
            _fetch(link, worker, request(cluster, worker, names=wanted), coming)
        return _outcome(worker, there["results"], wanted, [] if overwrite else other)

    return fetch


def compare(folder: Path, results: object) -> tuple[list[str], list[str]]:
    """Names that are not here, and names that are here with another size; what is not a result is refused."""
    missing, other = [], []
    for name, size in results.items() if isinstance(results, dict) else [(results, None)]:
        if not (isinstance(name, str) and RESULT.fullmatch(name)):
            raise HostFault(
                f"the host lists {name!r:.100}, which is not a result. Nothing was collected: run fab deploy first"
            )
        if type(size) is not int or not 0 <= size <= MOST_BYTES:
            raise HostFault(
                f"the host says that {name} has {size!r:.60} bytes, which no result has. Nothing was collected: check "
                "the disk there"
            )
        here = _size(f"{folder}/{name}")
        if here is None:
            missing.append(name)
        elif here != size:
            other.append(name)
    return missing, other


def _size(path: str) -> int | None:
    """Bytes of a file, None where there is none. Not by a Path: there may be many thousands."""
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except FileNotFoundError:
        return None


def _outcome(worker: WorkerHost, results: dict[str, int], wanted: list[str], other: list[str]) -> HostOutcome:
    text = f"{len(wanted)} collected, {len(results) - len(wanted) - len(other)} already here"
    if other:
        text += f"; {len(other)} differ from the files here, such as {other[0]}. The files here are kept"
        text += "; to replace them, add --overwrite"
    return HostOutcome(worker.name, not other, text, {"collected": wanted, "differ": other})


class _Coming:
    """The results that a host still has to bring: their sizes, where they go, and the check that each has to pass."""

    def __init__(self, sizes: dict[str, int], folder: Path, check: Check | None) -> None:
        self.sizes = sizes
        self.folder = folder
        self.check = check
        self.needed = sum(sizes.values())

    def take(self, name: str) -> int:
        """The size of the next one, for which there is room."""
        if name not in self.sizes:
            raise HostFault(f"the host sent {name!r:.100}, which was not requested: run fab deploy, then fab collect")
        self.make_sure_of_room()
        size = self.sizes.pop(name)
        self.needed -= size
        return size

    def make_sure_of_room(self) -> None:
        existing = next(folder for folder in (self.folder, *self.folder.parents) if folder.exists())
        free = shutil.disk_usage(existing).free
        if free < self.needed + MARGIN_BYTES:
            raise HostFault(
                f"the results need {in_bytes(self.needed)}, but {self.folder} has only {in_bytes(free)} free: free "
                "some space, or choose another folder with --to"
            )


def _fetch(link: Link, worker: WorkerHost, asked: dict[str, Any], coming: _Coming) -> None:
    lost = []
    coming.make_sure_of_room()
    with stream(link, worker, "send", asked) as (output, _):
        while coming.sizes:
            head = _line(output, worker)
            if head.get("end"):
                break
            name = str(head.get("name"))
            size = coming.take(name)
            if "error" in head:
                lost.append(f"{name}: {head['error']!s:.300}")
            elif refused := _receive(output, worker, name, size, head, coming):
                lost.append(refused)
    if coming.sizes:
        raise HostFault(
            f"the host did not send {len(coming.sizes)} of the results that it lists, such as {min(coming.sizes)}: run "
            "fab deploy, then fab collect"
        )
    if lost:
        raise HostFault(
            f"{len(lost)} result(s) could not be read on the host: {lost[0]}; the others were collected: check the "
            "permissions and the disk there"
        )


def _receive(
    output: BoundedOutput, worker: WorkerHost, name: str, size: int, head: dict[str, Any], coming: _Coming
) -> str | None:
    """One file, which appears in its place once size, SHA-256 and content are right; why its content is not."""
    if head.get("size") != size:
        raise HostFault(f"{name} has changed on the host since it was listed: run fab collect again")
    with contextlib.suppress(_NotTaken), disk.whole(coming.folder / name) as temporary:
        with temporary.open("wb") as file:
            digest = _copy(output, size, file)
        if _line(output, worker).get("sha256") != digest:
            raise HostFault(f"{name} was damaged on the way: run fab collect again")
        refused = _refusal(temporary, name, coming.check)
        if refused:
            raise _NotTaken  # so that the file does not get its name
        return None
    return refused


class _NotTaken(Exception):
    """A file came as it was sent, but is not the result that it should be."""


def _refusal(path: Path, name: str, check: Check | None) -> str | None:
    try:
        if check:
            check(path, name)
    except StormtracksError as error:
        return str(error).replace(str(path), name)
    return None


def _copy(output: BoundedOutput, size: int, file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while size:
        piece = output.piece(size)
        if not piece:
            raise HostFault("the connection ended in the middle of a result: run fab collect again")
        file.write(piece)
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()


def _line(output: BoundedOutput, worker: WorkerHost) -> dict[str, Any]:
    line = output.line()
    if line.startswith(MARK):  # no part of the stream: the action has ended with a fault
        return parsed(line, worker)
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(line)
        if isinstance(found, dict):
            return found
    raise HostFault("the connection ended in the middle of the results: run fab collect again")
