"""Start a worker, detached from whoever started it, and wait until it is registered and answers."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from stormtracks import version
from stormtracks.on_host import bind, key, processes
from stormtracks.on_host.log import tail
from stormtracks.on_host.worker_files import WorkerFiles, configured
from stormtracks.process import start_time
from stormtracks.pyro_cluster import pidfile

LOG_BYTES = 10_000_000
POLL_SECONDS = 0.05
ASK_AFTER_SECONDS = 2.0
LAST_LINES = 15
WORKER = "stormtracks.pyro_cluster.pyro_worker"
PATHS = ("data", "results", "best_tracks", "scratch")


def run(request):
    """Start the worker that the request describes; one that runs already is left alone.

    The answer's ``state`` is "running" (it did already), "started", "key" (nothing was done: the secret has to be
    brought first), or "failed" with the last lines of the log.
    """
    files = WorkerFiles.of(request)
    worker = processes.holder(files.pid)
    if worker:
        return {"state": "running", "changed": changed(request, worker.pid), **ready_words(files, worker)}
    if key.state(request["fingerprint"]) != "same":
        return {"state": "key"}
    files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _turn(files.log)
    before = files.log.stat().st_size if files.log.exists() else 0
    answer = _wait(_launch(request, files), files, request)
    return {**answer, "log": tail(files.log, LAST_LINES, before), "path": str(files.log)}


def worker_command(request) -> list[str]:
    """The worker's command line; no secret is on it."""
    nameserver = request["nameserver"]
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
        f"{nameserver['host']}:{nameserver['port']}",
    ]
    for name in PATHS:
        if request.get(name):
            command += [f"--{name.replace('_', '-')}", str(configured(request, name))]
    for name, option in (("slots", "--slots"), ("memory_limit_mb", "--memory-limit"), ("tasks", "--tasks")):
        if request.get(name):
            command += [option, str(request[name])]
    if request.get("dataset"):
        command += ["--dataset", json.dumps(request["dataset"])]
    return [*command, "--code-version", version.code_version()]


def changed(request, pid) -> list[str]:
    """Which options a running worker was started with otherwise than it would be now, such as "data"."""
    there, wanted = _options(_command_of(pid)), _options(worker_command(request))
    return sorted(name for name in there | wanted if there.get(name) != wanted.get(name))


def _command_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]


def _options(command):
    """Option -> value of a worker's command line."""
    words = command[command.index(WORKER) + 1 :]
    return {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}


def ready_words(files, worker) -> dict:
    """What a worker's ready file says of it: where it answers and how many slots it has."""
    if pidfile.read(files.ready) != worker:
        return {"pid": worker.pid, "uri": None, "slots": None}
    uri, slots = files.ready.read_text().split()[3:5]
    return {"pid": worker.pid, "uri": uri, "slots": int(slots)}


def _launch(request, files):
    environment = {**os.environ, processes.MARK: str(files.pid), "PYTHONUNBUFFERED": "1"}
    with files.log.open("ab") as log:
        # A session of its own and nothing open of ours: it outlives the SSH session whatever the login shell is.
        return subprocess.Popen(
            worker_command(request),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=environment,
        )


def _wait(process, files, request):
    """Until the worker is registered, or cannot be."""
    began, fault, asked = time.monotonic(), None, False
    while not fault and time.monotonic() - began < request["seconds"] and process.poll() is None:
        named = pidfile.read(files.ready)
        if named and named.pid == process.pid and named.runs():
            return {"state": "started", **ready_words(files, named)}
        if not asked and time.monotonic() - began > ASK_AFTER_SECONDS:
            fault, asked = _nameserver_fault(request), True
        time.sleep(POLL_SECONDS)
    code = process.poll()
    if code is None:
        processes.kill({process.pid: start_time(process.pid)} | processes.family(files.pid))
        process.wait()
        return {"state": "failed", "reason": fault or f"not ready after {request['seconds']:g} s"}
    return {"state": "failed", "reason": f"ended with exit status {code}"}


def _nameserver_fault(request):
    """Why no worker here can register; None: it can."""
    from stormtracks.pyro_cluster import wire  # Pyro4 takes a while to load, and mostly nobody has to ask

    try:
        with wire.nameserver(request["nameserver"]["host"], request["nameserver"]["port"]):
            return None
    except wire.CommunicationError as error:
        return str(error)


def _turn(log):
    """Keep one older log when this one has become long."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
