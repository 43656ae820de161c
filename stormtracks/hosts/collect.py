"""Bring results from hosts that do not share our files to here: only what is missing, and whole."""

import hashlib
import json
from pathlib import Path
from typing import IO, Any

from stormtracks import disk
from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts.asking import ask, open_stream, parsed, request
from stormtracks.hosts.links import HostFault, Link
from stormtracks.hosts.outcomes import HostOutcome, Job
from stormtracks.on_host.answers import MARK, OutboxAnswer
from stormtracks.on_host.outbox import RESULT
from stormtracks.on_host.send import CHUNK


def job(cluster: Cluster, folder: Path, overwrite: bool = False) -> Job:
    """A job that fetches a host's results into a folder here."""

    def fetch(link: Link, worker: WorkerHost) -> HostOutcome:
        if worker.shared_files:
            return HostOutcome(worker.name, True, "shares this machine's files: nothing to collect")
        there: OutboxAnswer = ask(link, worker, "outbox", request(cluster, worker), 300.0)
        if worker.local and Path(there["folder"]).resolve() == folder.resolve():
            return HostOutcome(worker.name, True, f"{len(there['results'])} already here, in {folder}")
        missing, other = _compare(folder, there["results"])
        wanted = sorted(missing + other) if overwrite else missing
        if wanted:
            _fetch(link, worker, request(cluster, worker, names=wanted), folder)
        return _outcome(worker, there["results"], wanted, [] if overwrite else other)

    return fetch


def _compare(folder: Path, results: dict[str, int]) -> tuple[list[str], list[str]]:
    """Names that are not here, and names that are here with another size; a name of another kind is refused."""
    for name in results:
        if not RESULT.fullmatch(name):
            raise HostFault(
                f"the host lists {name!r}, which is not a result. Nothing was collected: run fab deploy first"
            )
    missing = [name for name in results if not (folder / name).exists()]
    other = [name for name, size in results.items() if name not in missing and (folder / name).stat().st_size != size]
    return missing, other


def _outcome(worker: WorkerHost, results: dict[str, int], wanted: list[str], other: list[str]) -> HostOutcome:
    text = f"{len(wanted)} collected, {len(results) - len(wanted) - len(other)} already here"
    if other:
        text += f"; {len(other)} differ from the files here, such as {other[0]}. The files here are kept"
        text += "; to replace them, add --overwrite"
    return HostOutcome(worker.name, not other, text, {"collected": wanted, "differ": other})


def _fetch(link: Link, worker: WorkerHost, asked: dict[str, Any], folder: Path) -> None:
    process, _ = open_stream(link, worker, "send", asked)
    lost = []
    try:
        for _ in range(len(asked["names"]) + 1):
            head = _line(process.stdout, worker)
            if head.get("end"):
                break
            if head["name"] not in asked["names"]:
                raise HostFault(
                    f"the host sent {head['name']!r}, which was not requested: run fab deploy, then fab collect"
                )
            if "error" in head:
                lost.append(f"{head['name']}: {head['error']}")
            else:
                _receive(process.stdout, worker, head, folder / head["name"])
    finally:
        process.end()
    if lost:
        raise HostFault(
            f"{len(lost)} result(s) could not be read on the host: {lost[0]}; the others were collected: check the "
            "permissions and the disk there"
        )


def _receive(stream: IO[bytes], worker: WorkerHost, head: dict[str, Any], path: Path) -> None:
    """One file, which appears in its place once its size and SHA-256 are right."""
    with disk.whole(path) as temporary:
        with temporary.open("wb") as file:
            digest = _copy(stream, head["size"], file)
        if _line(stream, worker).get("sha256") != digest:
            raise HostFault(f"{head['name']} was damaged on the way: run fab collect again")


def _copy(stream: IO[bytes], size: int, file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while size:
        chunk = stream.read(min(CHUNK, size))
        if not chunk:
            raise HostFault("the connection ended in the middle of a result: run fab collect again")
        file.write(chunk)
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()


def _line(stream: IO[bytes], worker: WorkerHost) -> dict[str, Any]:
    line = stream.readline()
    if line.startswith(MARK):  # no part of the stream: the action has ended with a fault
        return parsed(line, worker)
    try:
        return json.loads(line)
    except ValueError:
        raise HostFault("the connection ended in the middle of the results: run fab collect again") from None
