"""Start a worker, detached from its starter, and wait until it is registered and answers."""

import contextlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks import detached, version
from stormtracks.address import place
from stormtracks.on_host import bind, key, processes
from stormtracks.on_host.answers import KeyWanted, Running, StartAnswer, Started, StartFailed, Worker
from stormtracks.on_host.worker_files import WorkerFiles, optional_path_of
from stormtracks.process import Process
from stormtracks.pyro_cluster import pidfile
from stormtracks.pyro_cluster.service import turn_log

WORKER = "stormtracks.pyro_cluster.pyro_worker"
OPTIONS = {
    "slots": "--slots",
    "memory_limit_mb": "--memory-limit",
    "tasks_per_slot": "--tasks-per-slot",
    "grace": "--grace",
    "memory_pause_percent": "--memory-pause",
    "memory_end_percent": "--memory-end",
    "tasks": "--tasks",
    "entry": "--entry",
    "idle_exit": "--idle-exit",
    "until": "--until",
}
"""Key of a request, most of them also of hosts.yaml -> the worker's option; the last three are of pilots only."""
PATHS = ("data", "results", "best_tracks", "scratch")


def run(request: Mapping[str, Any]) -> StartAnswer:
    """Start the worker that the request describes; one that runs already is left alone."""
    files = WorkerFiles.of(request)
    worker = processes.holder(files.pid)
    if worker:
        return Running(**where_it_answers(files, worker), state="running", changed=changed(request, worker.pid))
    if key.state(request["fingerprint"]) != "same":
        return KeyWanted(state="key")
    return _start(request, files)


def worker_command(request: Mapping[str, Any]) -> list[str]:
    """The worker's command line; no secret is on it."""
    command = [
        *request.get("prefix", []),
        sys.executable,
        "-m",
        WORKER,
        "--name",
        request["name"],
        "--host",
        bind.address(request),
        "--nameserver",
        place(request["nameserver"]["host"], request["nameserver"]["port"]),
    ]
    for name in PATHS:
        path = optional_path_of(request, name)
        if path:
            command += [f"--{name.replace('_', '-')}", str(path)]
    for name, option in OPTIONS.items():
        if request.get(name) is not None:
            command += [option, str(request[name])]
    if request.get("dataset"):
        command += ["--dataset", json.dumps(request["dataset"])]
    return [*command, "--code-version", version.code_version()]


def changed(request: Mapping[str, Any], pid: int) -> list[str]:
    """The options that a running worker was started with otherwise than it would be now, such as "data"."""
    there = _options(_command_of(pid))
    wanted = _options(worker_command(request))
    return sorted(name for name in there | wanted if there.get(name) != wanted.get(name))


def where_it_answers(files: WorkerFiles, worker: Process) -> Worker:
    """What a worker's ready file says of it: its address and how many slots it has."""
    with contextlib.suppress(OSError, ValueError):  # it is gone by now, or damaged
        if pidfile.read(files.ready) == worker:
            uri, slots = files.ready.read_text().split()[3:5]
            return {"pid": worker.pid, "uri": uri, "slots": int(slots)}
    return {"pid": worker.pid, "uri": None, "slots": None}


def _start(request: Mapping[str, Any], files: WorkerFiles) -> Started | StartFailed:
    turn_log(files.log)
    try:
        worker = detached.start(
            f"worker {request['name']}",
            worker_command(request),
            files.log,
            ready=lambda: pidfile.read(files.ready),
            environment={pidfile.MARK: str(files.pid), "PYTHONUNBUFFERED": "1"},
            seconds=request["seconds"],
            hopeless=lambda: _nameserver_fault(request),
        )
    except detached.NotStarted as fault:
        processes.kill(processes.family(files.pid))  # what it has started may be in sessions of its own
        return {"state": "failed", "reason": fault.reason, "log": fault.log, "path": str(files.log)}
    return Started(**where_it_answers(files, worker), state="started")


def _command_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]


def _options(command: list[str]) -> dict[str, str]:
    """Option -> value of a worker's command line."""
    words = command[command.index(WORKER) + 1 :]
    return {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}


def _nameserver_fault(request: Mapping[str, Any]) -> str | None:
    """Why no worker here can register; None: it can."""
    from stormtracks.pyro_cluster import wire  # Pyro4 takes 0.1 s to load, and mostly there is nothing to ask

    try:
        with wire.nameserver(request["nameserver"]["host"], request["nameserver"]["port"]):
            return None
    except wire.CommunicationError as error:
        return str(error)
