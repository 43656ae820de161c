"""Tasks that write a result as results are written, and some that do harm; each takes STORMTRACKS_TEST_SECONDS."""

import os
import signal
import time
from pathlib import Path

from stormtracks.errors import StormtracksError


class Needs(StormtracksError):
    """The result of another task is not there."""

    def __init__(self, message, needs):
        super().__init__(message)
        self.needs = needs


def work(year, member, setup, progress=None):
    """Write a result beside its place, in two halves, and rename it."""
    return _write("work", year, member, setup)


def gather(year, member, setup, progress=None):
    """Write one, given that of `work`; the first time that it is member 1's turn on a host, fail."""
    _need("work", year, member, setup)
    mark = Path(setup["results"]) / "failed-once"
    if member == 1 and not mark.exists():
        mark.touch()
        raise OSError(28, "No space left on device")
    return _write("gather", year, member, setup)


def sift(year, member, setup, progress=None):
    """Write one, given that of `gather`."""
    _need("gather", year, member, setup)
    return _write("sift", year, member, setup)


def _need(task, year, member, setup):
    path = _path(task, year, member, setup)
    if not path.exists():
        raise Needs(f"{path} is not there", task)


def _path(task, year, member, setup):
    return Path(setup["results"]) / task / f"{year}" / f"member_{member:03d}.txt"


def _write(task, year, member, setup):
    path = _path(task, year, member, setup)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w") as file:
            file.write(f"{year} ")
            file.flush()
            time.sleep(float(os.environ.get("STORMTRACKS_TEST_SECONDS", "0")))
            while (Path(setup["results"]) / "hold").exists():
                time.sleep(0.02)
            file.write(f"{member}\n" + "x" * 1000)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return {"path": path, "counts": {"tracks": 1}}


def stumble(year, member, setup, progress=None):
    """The first time: come to harm, each member in its own way; the second time: work."""
    mark = Path(setup["results"]) / f"stumbled-{member}"
    if not mark.exists():
        mark.touch()
        HARM[member % len(HARM)]()
    return work(year, member, setup)


def poison(year, member, setup, progress=None):
    """Member 0 ends whatever worker it meets."""
    if member == 0:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    return work(year, member, setup)


def hang(year, member, setup, progress=None):
    """Member 0 hangs in a C call that keeps the interpreter's lock."""
    return {"sum": sum(range(10**12))} if member == 0 else work(year, member, setup)


def swell(year, member, setup, progress=None):
    """Take 190 MB little by little, then work."""
    taken = []
    for _ in range(95):
        taken.append(bytearray(2_000_000))
        time.sleep(0.05)
    return work(year, member, setup)


def _segfault():
    os.kill(os.getpid(), signal.SIGSEGV)


def _killed():
    os.kill(os.getpid(), signal.SIGKILL)


def _leave():
    os._exit(3)


def _eat():
    eaten = []
    while True:
        eaten.append(bytearray(16 * 2**20))


HARM = (_segfault, _killed, _leave, _eat)
TASKS = {task.__name__: task for task in (work, gather, sift, stumble, poison, hang, swell)}
