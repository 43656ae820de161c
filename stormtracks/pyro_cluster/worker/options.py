"""The arguments of a worker's process."""

import argparse
import contextlib
import math
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

from stormtracks import address
from stormtracks.pyro_cluster import bounds
from stormtracks.pyro_cluster.worker.orders import SETUP, TASKS
from stormtracks.pyro_cluster.worker.slots.memory_guard import MemoryLimits
from stormtracks.pyro_cluster.worker.tenure import GRACE_SECONDS

Add = Callable[..., object]


def parser(description: str | None = None) -> argparse.ArgumentParser:
    """The arguments; paths are this host's."""
    arguments = argparse.ArgumentParser(prog="pyro_worker", description=description)
    add = arguments.add_argument
    _add_places(add)
    _add_slots(add)
    _add_tenure(add)
    _add_memory(add)
    _add_setup(add)
    return arguments


def _add_places(add: Add) -> None:
    add("--name", type=_name, default=socket.gethostname(), help="name of this worker in the cluster [the host's name]")
    add("--host", default="127.0.0.1", help="address by which the manager reaches this host [%(default)s]")
    add("--port", type=int, default=0, help="port to listen on; 0: any free port [%(default)s]")
    add(
        "--nameserver",
        type=address.argument,
        default=("localhost", 9090),
        metavar="HOST:PORT",
        help="address of the nameserver [localhost:9090]",
    )


def _add_slots(add: Add) -> None:
    add(
        "--slots",
        type=_slots,
        default=min(bounds.SLOTS, _cores()),
        help=f"number of tasks at a time, at most {bounds.SLOTS} [this host's cores, or those of the Slurm job]",
    )
    add("--memory-limit", type=_positive, metavar="MB", help="MiB per slot; a task that needs more fails [no limit]")
    add(
        "--tasks-per-slot",
        type=_whole,
        default=0,
        metavar="N",
        help="give a slot a new process after N tasks, as a remedy for tasks that leak memory; 0: never [%(default)s]",
    )


def _add_tenure(add: Add) -> None:
    add(
        "--grace",
        type=_seconds,
        metavar="S",
        help="seconds that running tasks get once the worker is asked to stop; then they are given back to the "
        f"manager, before anything is ended [until they end; with --until {GRACE_SECONDS:g}]",
    )
    add("--entry", type=_name, help="the entry of hosts.yaml that this is one of several workers of [none]")
    add("--idle-exit", type=_seconds, metavar="S", help="leave when there was nothing to do for S seconds [stay]")
    add(
        "--until",
        type=_seconds,
        metavar="EPOCH",
        help="when this host's allocation ends, in seconds since 1970; the worker leaves in order before [never]",
    )


def _add_memory(add: Add) -> None:
    for name, default, what in (
        ("pause", MemoryLimits.pause, "begin no task beside others"),
        ("end", MemoryLimits.end, "end the newest task"),
    ):
        add(
            f"--memory-{name}",
            type=_percent,
            default=100 * default,
            metavar="PERCENT",
            help=f"{what} while so much of the host's or container's memory is in use; 0: never [{100 * default:g}]",
        )


def _add_setup(add: Add) -> None:
    add("--setup", type=Path, metavar="FILE", help=f"JSON file with {', '.join(SETUP)}; the options below override it")
    add("--data", help="folder of the reanalysis, or address of a Zarr store")
    add("--results", help="folder for results")
    add("--best-tracks", help="IBTrACS file")
    add("--scratch", help="folder on a local disk for intermediate files")
    add("--dataset", metavar="JSON", help="description of the data's files: JSON, or @FILE with the JSON")
    add(
        "--tasks",
        default=TASKS,
        metavar="MODULE:TABLE",
        help="table of the tasks that this worker can do [%(default)s]",
    )
    add("--code-version", metavar="TEXT", help="version reported to the manager [that of the package]")
    add("--log", metavar="FILE", help="log file [standard error]")


def _cores() -> int:
    """What this process may use: by the affinity, or less where a Slurm job was given less and nothing enforces it."""
    given = os.environ.get("SLURM_CPUS_PER_TASK", "") if os.environ.get("SLURM_JOB_ID") else ""
    return int(given) if given.isdigit() and int(given) else len(os.sched_getaffinity(0))


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name; use letters, digits, '.', '_' and '-', at most 64")
    return text


def _whole(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= (number := float(text)) < math.inf:
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds, 0 or more")


def _percent(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= (number := float(text)) <= 100:
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")


def _slots(text: str) -> int:
    number = _positive(text)
    if number > bounds.SLOTS:
        raise argparse.ArgumentTypeError(f"{number} are more than the {bounds.SLOTS} that a manager believes")
    return number


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)
