"""The worker entries of a hosts.yaml."""

import re
import sys
from pathlib import Path

from stormtracks import lined_yaml, strict_dataclass
from stormtracks.checkout import CHECKOUT
from stormtracks.config.places import here, place
from stormtracks.config.worker_host import QUEUE_KEYS, QUEUES, WorkerHost
from stormtracks.lined_yaml import LinedMapping, plain
from stormtracks.strict_dataclass import KeyRefused

_OVER_SSH = ("user", "port", "jump", "identity", "forward_agent")


def workers(path: Path, content: LinedMapping) -> tuple[WorkerHost, ...]:
    """The worker entries of a hosts.yaml, each with the defaults merged in.

    Raises
    ------
    KeyRefused
        With the line.
    """
    defaults = content.get("defaults") or LinedMapping()
    if not isinstance(defaults, LinedMapping):
        raise KeyRefused(f"{path}, line {content.lines['defaults']}: 'defaults' must be keys and values")
    for key in ("name", "address"):
        if key in defaults:
            raise KeyRefused(
                f"{path}, line {defaults.lines[key]}: '{key}' cannot be a default, because each host has its own; "
                "write it under 'workers'"
            )
    entries = content.get("workers") or []
    if not isinstance(entries, list) or not entries:
        raise KeyRefused(f"{path}: 'workers' must be a list with at least one host, such as '- name: w1'")
    found = []
    seen: dict[object, int] = {}
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, LinedMapping):
            raise KeyRefused(f"{path}: worker number {number} must be keys and values, not {entry!r}")
        worker = _worker(path, defaults, entry)
        _refuse_twice(path, worker, entry.line, seen)
        found.append(worker)
    _refuse_names_of_jobs(path, found, seen)
    return tuple(found)


def _worker(path: Path, defaults: LinedMapping, entry: LinedMapping) -> WorkerHost:
    merged = _merged(path, defaults, entry)
    if isinstance(merged.get("dataset"), str):
        merged["dataset"] = plain(lined_yaml.read(here(path, merged, "dataset", merged["dataset"])))
    elif merged.get("dataset") is not None:
        merged["dataset"] = plain(merged["dataset"])
    if isinstance(merged.get("identity"), str) and merged["identity"]:
        merged["identity"] = str(here(path, merged, "identity", merged["identity"]))
    launch = merged.get("launch")
    here_queued = launch in QUEUES and not merged.get("address")
    if (launch == "local" or here_queued) and "code" not in merged:
        merged["code"] = str(CHECKOUT)
        merged.setdefault("python", sys.executable)
    if here_queued:
        _refuse_ssh(path, entry)
    return strict_dataclass.build(WorkerHost, merged, place(path, merged))


def _merged(path: Path, defaults: LinedMapping, entry: LinedMapping) -> LinedMapping:
    """The entry over the defaults. Defaults of a queue are for entries that have one."""
    queued = entry.get("launch", defaults.get("launch")) in QUEUES
    common = LinedMapping({key: value for key, value in defaults.items() if queued or key not in QUEUE_KEYS})
    merged = LinedMapping(common | entry)
    merged.lines = defaults.lines | entry.lines
    merged.line = entry.line
    merged.path = path
    if isinstance(defaults.get("env"), dict) and isinstance(entry.get("env"), dict):
        merged["env"] = defaults["env"] | entry["env"]
    return merged


def _refuse_ssh(path: Path, entry: LinedMapping) -> None:
    """Whoever says how SSH gets to the login node has one."""
    for key in _OVER_SSH:
        if key in entry:
            raise KeyRefused(
                f"{path}, line {entry.lines[key]}: '{key}' is for SSH, and this entry has no 'address': the commands "
                "of its queue are run on this machine. Add the login node's 'address', or remove the key"
            )


def _refuse_names_of_jobs(path: Path, found: list[WorkerHost], lines: dict[object, int]) -> None:
    """The worker of a job is called after its entry and the job: tc-123_4."""
    for queue in (worker.name for worker in found if worker.queued):
        for name in (worker.name for worker in found):
            if re.fullmatch(rf"{re.escape(queue)}-\d+(_\d+)?", name, re.ASCII):
                raise KeyRefused(
                    f"{path}, line {lines[name]}: '{name}' may also be the name of a worker of '{queue}', in its job; "
                    "choose another name"
                )


def _refuse_twice(path: Path, worker: WorkerHost, line: int, seen: dict[object, int]) -> None:
    where: object = (worker.ssh_host, worker.user, worker.port, worker.jump)
    if worker.local or worker.queued:  # workers of a queue are on its nodes, wherever it is asked from
        where = worker.name
    for mark, what in ((worker.name, f"'{worker.name}'"), (where, worker.place)):
        if mark in seen and seen[mark] != line:
            raise KeyRefused(
                f"{path}, line {line}: {what} is listed twice, first in line {seen[mark]}. One host has one worker: "
                "remove one entry. For more tasks at a time, set 'slots'"
            )
        seen[mark] = line
