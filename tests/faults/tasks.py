"""Tasks that write a result as results are written, and some that do harm; each takes STORMTRACKS_TEST_SECONDS."""

import os
import signal
import time
from pathlib import Path


def work(year, member, setup, progress=None):
    """Write a result beside its place, in two halves, and rename it."""
    path = Path(setup["results"]) / "work" / f"{year}" / f"member_{member:03d}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w") as file:
            file.write(f"{year} ")
            file.flush()
            time.sleep(float(os.environ.get("STORMTRACKS_TEST_SECONDS", "0")))
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
TASKS = {"work": work, "stumble": stumble, "poison": poison, "hang": hang, "swell": swell}
