"""A job of a queue becomes a worker: it takes from its allocation what it has and how long, and is then the worker.

The worker takes this process's place, so that the queue's signals reach it; what it logs is the output of the job.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, NoReturn

from stormtracks.errors import StormtracksError
from stormtracks.on_host import key
from stormtracks.on_host.start import worker_command
from stormtracks.pyro_cluster import bounds, pidfile
from stormtracks.queues import length
from stormtracks.queues.job import Allocation, worker_name
from stormtracks.queues.known import SYSTEMS
from stormtracks.queues.system import System

ASK_SECONDS = 15.0
"""How long the queue may take to say when this job ends."""
OWN_MB = 256
"""MiB of an allocation that are not its slots': the worker itself, and the libraries that all of them share."""


class NoPilot(StormtracksError):
    """This process cannot become a worker; the message says why, and what to do."""


def run(request: Mapping[str, Any]) -> NoReturn:
    """Become the worker that the request describes, one of several of `entry`; what is in the way ends the job."""
    try:
        command, environment = prepared(request, os.environ)
        _say(f"this job becomes the worker {command[command.index('--name') + 1]}")
        _without_input()
        os.execvpe(command[0], command, environment)
    except (StormtracksError, OSError) as error:
        _say(f"error: {error}")
    sys.exit(1)


def prepared(request: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The worker's command line and environment.

    Raises
    ------
    StormtracksError
    """
    system = SYSTEMS[request["launch"]]
    allocation = system.allocation(environment)
    if allocation is None:
        raise NoPilot(f"this is not a job of {system.name}; start workers with fab start-workers")
    if "fingerprint" in request and (state := key.state(request["fingerprint"])) != "same":
        raise NoPilot(
            f"the cluster's key on this node is not the one that the worker needs ({state}): the home folder of the "
            "login node must be there on the nodes too; or set STORMTRACKS_HOME in 'env' of hosts.yaml to a folder "
            "that is, and run fab start-workers again"
        )
    name = worker_name(request["entry"], allocation.id)
    remove_left_over(request["entry"])
    described = {
        **request,
        "name": name,
        "slots": min(bounds.SLOTS, allocation.slots or request.get("slots") or 1),
        "until": _until(request, system, allocation, environment),
    }
    described["memory_limit_mb"] = _memory_limit(request, allocation, described["slots"])
    mark = {pidfile.MARK: str(pidfile.worker_path(name)), "PYTHONUNBUFFERED": "1"}
    return worker_command(described), {**environment, **mark}


def remove_left_over(entry: str) -> None:
    """Remove the files by which workers of an entry were known that were killed on this host.

    Each is taken as a worker takes its own, and let go of: one that lives keeps its files.
    """
    for path in sorted(pidfile.host_folder().glob(f"worker-{entry}-*.pid")):
        found = pidfile.read(path)
        if found is None or not found.runs():
            with contextlib.suppress(pidfile.AlreadyRunning, OSError, StormtracksError), pidfile.PidFile(path):
                pass


def _until(
    request: Mapping[str, Any], system: System, allocation: Allocation, environment: Mapping[str, str]
) -> float | None:
    """When the allocation ends, in s since 1970: as the job was told, or its queue says, or by 'time'; None: never."""
    if allocation.end is not None:
        return allocation.end
    if (found := _asked(system, allocation, environment)) is not None:
        return found
    limit = length.seconds(request.get("time") or "")  # counted from now, a moment late
    return time.time() + limit if limit else None  # 0 is Slurm's word for no limit


def _asked(system: System, allocation: Allocation, environment: Mapping[str, str]) -> float | None:
    """The end as the queue says it, asked once; None: it does not say."""
    question = system.end_of(allocation.id)
    if question is None:
        return None
    try:
        answer = subprocess.run(
            question,
            env=system.environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASK_SECONDS,
        )
        return system.end_in(answer.stdout)
    except (OSError, subprocess.TimeoutExpired, StormtracksError) as error:
        _say(f"{system.name} does not say when this job ends: {error}")
    return None


def _memory_limit(request: Mapping[str, Any], allocation: Allocation, slots: int) -> int | None:
    """MiB that each slot may take: a task that needs more fails, and says so, before the queue kills the whole job.

    Of the allocation's memory `OWN_MB`, but at most half, are left for what is not the slots'. Where the job is not
    told what it has, it has what was asked for.
    """
    given = allocation.memory_mb or request.get("memory_limit_mb")
    if given is None:
        return None
    limit = max(given - -(-OWN_MB // slots), given // 2, 1)
    _say(
        f"each slot may take {limit:,} MB, as this job has {given:,} MB for each; for tasks that need more raise "
        "'memory_limit_mb' in hosts.yaml"
    )
    return limit


def _say(text: str) -> None:
    """Write a line to the output of the job."""
    print(text, file=sys.stderr, flush=True)


def _without_input() -> None:
    """Let the worker read nothing: what follows the request is not meant for it."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
