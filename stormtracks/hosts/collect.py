"""Bring results from hosts that do not share our files to here: only what is missing, and whole."""

import contextlib
import hashlib
import json
import os
from pathlib import Path

from stormtracks.hosts.asking import ask, open_stream, request
from stormtracks.hosts.links import HostFault
from stormtracks.hosts.outcomes import HostOutcome
from stormtracks.on_host.outbox import RESULT
from stormtracks.on_host.send import CHUNK


def job(cluster, folder, overwrite=False):
    """A job that fetches a host's results into a folder here."""

    def fetch(link, worker):
        if worker.shared_files:
            return HostOutcome(worker.name, True, "shares our files: nothing to collect")
        there = ask(link, worker, "outbox", request(cluster, worker), 300.0)
        if worker.local and Path(there["folder"]).resolve() == folder.resolve():
            return HostOutcome(worker.name, True, f"{len(there['results'])} here already, in {folder}")
        missing, other = _compare(folder, there["results"])
        wanted = sorted(missing + other) if overwrite else missing
        if wanted:
            _fetch(link, worker, request(cluster, worker, names=wanted), folder)
        return _outcome(worker, there["results"], wanted, [] if overwrite else other)

    return fetch


def _compare(folder, results):
    """Names that are not here, and names that are here with another size; a name of another kind is refused."""
    for name in results:
        if not RESULT.fullmatch(name):
            raise HostFault(f"offers {name!r}, which is no name of a result: nothing was taken")
    missing = [name for name in results if not (folder / name).exists()]
    other = [name for name, size in results.items() if name not in missing and (folder / name).stat().st_size != size]
    return missing, other


def _outcome(worker, results, wanted, other):
    text = f"{len(wanted)} collected, {len(results) - len(wanted) - len(other)} here already"
    if other:
        text += f"; {len(other)} differ from ours, such as {other[0]}: ours are kept (--overwrite takes the host's)"
    return HostOutcome(worker.name, not other, text, {"collected": wanted, "differ": other})


def _fetch(link, worker, words, folder):
    process, _ = open_stream(link, worker, "send", words)
    lost = []
    try:
        for _ in range(len(words["names"]) + 1):
            head = _line(process.stdout)
            if head.get("end"):
                break
            if head["name"] not in words["names"]:
                raise HostFault(f"sent {head['name']!r}, which was not asked for")
            if "error" in head:
                lost.append(f"{head['name']}: {head['error']}")
            else:
                _receive(process.stdout, head, folder / head["name"])
    finally:
        process.end()
    if lost:
        raise HostFault(f"{len(lost)} result(s) could not be read there: {lost[0]}; the others were collected")


def _receive(stream, head, path):
    """One file: beside its place until its size and SHA-256 are right, then in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            digest = _copy(stream, head["size"], file)
            file.flush()
            os.fsync(file.fileno())
        if _line(stream).get("sha256") != digest:
            raise HostFault(f"{head['name']} arrived damaged: collect again")
        beside.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


def _copy(stream, size, file):
    digest = hashlib.sha256()
    while size:
        chunk = stream.read(min(CHUNK, size))
        if not chunk:
            raise HostFault("the connection ended in the middle of a result: collect again")
        file.write(chunk)
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()


def _line(stream):
    line = stream.readline()
    try:
        return json.loads(line)
    except ValueError:
        raise HostFault("the connection ended in the middle of the results: collect again") from None
