"""A table of tasks that start processes, answer for others or change the process, beside those of `cluster_tasks`."""

import contextlib
import ctypes
import gc
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

from tests import cluster_tasks


def member(year, ensemble_member, setup, progress=None):
    """Its own number, so that a reply to another order shows."""
    return {"counts": {"member": ensemble_member}}


def come_back_twice(year, member, setup, progress=None):
    """A fork whose child returns from the task, too; the parent waits for its end."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    return {"counts": {"member": member}}


def come_back_twice_in_c(year, member, setup, progress=None):
    """The same by the C library's fork, of which Python knows nothing; the child replies first."""
    child = ctypes.CDLL(None).fork()
    if child:
        os.waitpid(child, 0)
    return {"counts": {"member": member}}


def talk(year, member, setup, progress=None):
    """Write into each pipe that may be the way to the worker, a moment before or after the reply as well."""
    lines = (setup["settings"]["text"] + "\n").encode()
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if int(link.name) > 2 and str(link.readlink()).startswith("pipe:"):
                os.write(int(link.name), lines)
    return {}


def start(year, member, setup, progress=None):
    """Start processes that would live for long, each further from here, and end as asked; their pids are in a file."""
    pids = Path(setup["results"]) / "pids"
    for kind, more in (("plain", {}), ("session", {"start_new_session": True}), ("bare", {"env": {}})):
        one = subprocess.Popen(["/bin/sleep", "100"], **more)
        with pids.open("a") as file:
            print(one.pid, kind, file=file)
    if not (setup.get("settings") or {}).get("marked"):
        _start_daemon(pids)
    end = (setup.get("settings") or {}).get("end", "return")
    if end == "exit":
        os._exit(0)
    while end == "hang":
        time.sleep(0.1)
    return {}


def _start_daemon(pids):
    """By a double fork, in a session and with an environment of its own."""
    if not os.fork():
        os.setsid()
        if not os.fork():
            with pids.open("a") as file:
                print(os.getpid(), "daemon", file=file)
            os.execve("/bin/sleep", ["sleep", "100"], {})
        os._exit(0)
    while "daemon" not in pids.read_text():
        time.sleep(0.01)


def read_input(year, member, setup, progress=None):
    """A child that reads the standard input to its end, and what this process finds there itself."""
    child = subprocess.run(["/bin/cat"], stdout=subprocess.PIPE)
    return {"counts": {"bytes": len(child.stdout) + len(sys.stdin.read())}}


def close_input(year, member, setup, progress=None):
    os.close(0)
    return {}


def spoil(year, member, setup, progress=None):
    """Change everything about the process that a task has no business to change."""
    os.chdir("/")
    os.umask(0o077)
    os.environ["OMP_NUM_THREADS"] = "abc"
    os.environ.pop("PATH", None)
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    signal.alarm(1)
    warnings.simplefilter("error")
    sys.stderr = None
    sys.path.insert(0, "/nowhere")
    sys.setrecursionlimit(150)
    gc.disable()
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    os.closerange(0, 3)
    os.open("/dev/full", os.O_RDWR)
    return {}


def surroundings(year, member, setup, progress=None):
    umask = os.umask(0)
    os.umask(umask)
    return {
        "folder": os.getcwd(),  # noqa: PTH109
        "umask": umask,
        "environment": dict(os.environ),
        "zone": time.tzname[0],
        "handler": str(signal.getsignal(signal.SIGCHLD)),
        "blocked": [int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())],
        "alarm": signal.alarm(0),
        "filters": [str(one) for one in warnings.filters],
        "stderr": sys.stderr is not None,
        "led to": [os.readlink(f"/proc/self/fd/{number}") for number in range(3)],  # noqa: PTH115
        "path": sys.path,
        "depth": sys.getrecursionlimit(),
        "collecting": gc.isenabled(),
        "limits": [resource.getrlimit(number) for number in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE)],
        "cores": sorted(os.sched_getaffinity(0)),
        "oom_score": Path("/proc/self/oom_score_adj").read_text(),
        "pid": os.getpid(),
    }


def leave_a_thread(year, member, setup, progress=None):
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    return {"pid": os.getpid()}


def leave_files_open(year, member, setup, progress=None):
    for _ in range(100):
        os.open("/dev/null", os.O_RDONLY)
    return {"pid": os.getpid()}


def leave_a_handler(year, member, setup, progress=None):
    """Take over the signal by which the worker asks where a task hangs."""
    signal.signal(signal.SIGUSR1, lambda number, frame: None)
    return {"pid": os.getpid()}


def end_helpers(year, member, setup, progress=None):
    """End what was started as libraries do, politely: a pool of processes at its end, a program."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(abs, [1, 2])
    with subprocess.Popen(["sleep", "60"]) as program:
        program.terminate()
        return {"code": program.wait(10)}


def lower_a_limit(year, member, setup, progress=None):
    """For good, unless one is root."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6))
    os.nice(1)
    return {"pid": os.getpid()}


def report(year, member, setup, progress=None):
    """Tell progress, once, and stay."""
    progress(143, 365)
    time.sleep(setup["settings"]["seconds"])
    return {}


def no_progress(year, member, setup):
    """As somebody may write it who does not tell progress."""
    return {}


OWN = {name: task for name, task in list(globals().items()) if getattr(task, "__module__", None) == __name__}
TASKS = cluster_tasks.TASKS | OWN
