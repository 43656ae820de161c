"""A table of tasks for tests and benchmarks of the cluster: what tasks do, and everything that they should not do."""

import json
import logging
import os
import signal
import sys
import time
from pathlib import Path

from stormtracks.errors import BadValue, StormtracksError


def empty(year, member, setup, progress=None):
    return {}


def sleep(year, member, setup, progress=None):
    time.sleep((setup.get("settings") or {}).get("seconds", 0.2))
    return {"pid": os.getpid()}


def gate(year, member, setup, progress=None):
    """Held until the file `open`, or its own `open-MEMBER`, is in the data folder; `begun-MEMBER` says that it runs."""
    place = Path(setup["data"])
    (place / f"begun-{member}").touch()
    while not ((place / "open").exists() or (place / f"open-{member}").exists()):
        time.sleep(0.02)
    return {"pid": os.getpid()}


def echo(year, member, setup, progress=None):
    return {"setup": setup, "pid": os.getpid(), "threads": os.environ.get("OMP_NUM_THREADS")}


def write_result(year, member, setup, progress=None):
    """A small result, written as results are: beside its place, then renamed."""
    return write("write_result", year, member, setup)


def write(task, year, member, setup):
    path = Path(setup["results"]) / task / f"{year}" / f"member_{member:03d}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    time.sleep((setup.get("settings") or {}).get("seconds", 0))
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps({"year": year, "member": member}))
    beside.replace(path)
    return {"path": path, "counts": {"steps": 4, "maxima": 3, "tracks": 2, "matches": 1}}


def fail(year, member, setup, progress=None):
    raise ValueError(f"no data of {year}")


def refuse(year, member, setup, progress=None):
    raise BadValue(f"no year {year}")


class Lacks(StormtracksError):
    """A result that this task needs is not there; `needs` names the task that makes it."""

    needs = "write_result"


def lack(year, member, setup, progress=None):
    raise Lacks(f"there is no result of write_result for {year} member {member}")


def print_much(year, member, setup, progress=None):
    os.write(1, b"a C library prints\n")
    print("a library prints")
    print("and warns", file=sys.stderr)
    return {}


def warn(year, member, setup, progress=None):
    logging.getLogger("stormtracks.science").warning("block %d is cut; it is made anew", member)
    return {}


def not_plain(year, member, setup, progress=None):
    return {"thing": object()}


def too_large(year, member, setup, progress=None):
    return {"text": "x" * 10**7}


def hang_python(year, member, setup, progress=None):
    while True:
        pass


def hang_c(year, member, setup, progress=None):
    return {"sum": sum(range(10**12))}  # one C call that keeps the interpreter's lock


def segfault(year, member, setup, progress=None):
    os.kill(os.getpid(), signal.SIGSEGV)


def killed(year, member, setup, progress=None):
    os.kill(os.getpid(), signal.SIGKILL)


def leave(year, member, setup, progress=None):
    os.write(2, b"I leave\n")
    os._exit(3)


def quit(year, member, setup, progress=None):  # noqa: A001
    sys.exit(4)


def eat_memory(year, member, setup, progress=None):
    eaten = []
    while True:
        eaten.append(bytearray(16 * 2**20))


def eat_slowly(year, member, setup, progress=None):
    """So that whoever looks ten times per second sees it before there is none left."""
    eaten = []
    while True:
        eaten.append(bytearray(os.urandom(1024) * (4 * 1024)))
        time.sleep(0.05)


TASKS = {
    name: task
    for name, task in list(globals().items())
    if getattr(task, "__module__", None) == __name__ and not isinstance(task, type)
}
ABOUT = {"colour": lambda: "blue"}
