"""What a manager's slots cost: 1,000, 3,000 and 10,000 of them, whose workers are objects in other processes.

    python benchmarks/ten_thousand.py [--slots 1000 3000 10000] [--rate 5000] [--seconds 20] [--of-each 100]

Each worker has a hundred slots and answers as a worker does, behind the real TLS, greeting and serializer, but its
tasks only wait (`benchmarks.answering_workers`): so long that all slots together end `--rate` of them a second, as far
as the machine can. The manager is real, with its journal, in a process of its own for each number of slots. What it
needs of the processor says more than the rate where the simulated workers share the machine with it.
"""

import argparse
import contextlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from benchmarks.surroundings import describe, table  # noqa: E402
from stormtracks.pyro_cluster import secret, wire  # noqa: E402
from stormtracks.pyro_cluster.journal import runs  # noqa: E402
from stormtracks.pyro_cluster.journal.identity import Run  # noqa: E402
from stormtracks.pyro_cluster.journal.journal import Journal  # noqa: E402
from stormtracks.pyro_cluster.manager.dispatch.dispatcher import Dispatcher  # noqa: E402
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules  # noqa: E402
from stormtracks.pyro_cluster.manager.engines.pyro import ListedWorkers  # noqa: E402
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule  # noqa: E402

HEAD = (
    *("slots", "workers", "all at work s", "CPU of it ms/slot", "tasks/s", "CPU us/task", "threads", "memory kB/slot"),
    "journal behind s",
)
PROCESSES = 10
YEARS, MEMBERS = (1800, 1999), 20_000
OPTIONS = {"settings": {"threshold_s1": 5e-5, "linker": "course", "min_points": 8}, "timeout": 3600.0, "run": "bench"}


def main(arguments=None):
    options = _options(arguments)
    if options.one:
        print(json.dumps(_measured(options.one, options.seconds, options.port)))
        return
    print(describe(), flush=True)
    print(f"for up to {options.rate:,} tasks/s, workers of {options.of_each} slots; CPU and memory are the manager's\n")
    print(table(HEAD, [_row(slots, _round(slots, options), options) for slots in options.slots]))


def _row(slots, found, options):
    return (
        f"{slots:,}",
        f"{slots // options.of_each:,}",
        f"{found['start']:.1f}",
        f"{found['start_ms']:.2f}",
        f"{found['rate']:,.0f}",
        f"{found['task_us']:.0f}",
        f"{found['threads']:,}",
        f"{found['slot_kb']:.0f}",
        f"{found['behind_s']:.2f}",
    )


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--slots", type=int, nargs="+", default=[1000, 3000, 10_000])
    parser.add_argument("--of-each", type=int, default=100, help="slots of each worker [%(default)s]")
    parser.add_argument("--rate", type=int, default=5000, help="tasks/s that the slots could do [%(default)s]")
    parser.add_argument("--seconds", type=float, default=20.0, help="of measuring, once all are at work [%(default)s]")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _round(slots, options):
    """What a manager in a process of its own has measured."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        os.environ["STORMTRACKS_HOME"] = folder
        secret.ensure()
        nameserver = _start(stack, "-m", "stormtracks.pyro_cluster.pyro_nameserver", "--port", "0")
        port = re.search(r"nameserver at \S+:(\d+)", nameserver.stdout.readline()).group(1)
        workers = slots // options.of_each
        bounds = [workers * n // PROCESSES for n in range(PROCESSES + 1)]
        starts = [(first, after - first) for first, after in itertools.pairwise(bounds) if after > first]
        for first, number in starts:
            arguments = first, number, options.of_each, slots / options.rate, port
            process = _start(stack, "-m", "benchmarks.answering_workers", *arguments)
            assert process.stdout.readline() == "ready\n", process.stdout.read()
        command = [sys.executable, __file__, "--one", slots, "--port", port, "--seconds", options.seconds]
        return json.loads(subprocess.run([*map(str, command)], check=True, stdout=subprocess.PIPE, text=True).stdout)


def _measured(slots, seconds, port):
    """Have a real manager do tasks for some seconds, once all slots are at work."""
    wire.allow_files(65_536)
    run = Run("bench", "vort_track", *YEARS, MEMBERS, version="1")
    journal, schedule = Journal(run), PyroTaskSchedule(*YEARS, MEMBERS)
    dispatcher = Dispatcher(schedule, ListedWorkers("127.0.0.1", port), journal, Rules("1", OPTIONS), lambda line: None)
    before, began, cpu = _memory(), time.perf_counter(), time.process_time()
    dispatcher.start()
    while len(dispatcher.books.calls) < slots:
        assert not dispatcher.wait(0.05), dispatcher.ended
    start, start_cpu, at_start = time.perf_counter() - began, time.process_time() - cpu, dispatcher.tally.done
    dispatcher.wait(2.0)
    began, cpu, done = time.perf_counter(), time.process_time(), dispatcher.tally.done
    while time.perf_counter() - began < seconds:
        dispatcher.wait(0.5)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    tasks = dispatcher.tally.done - done
    threads, memory = threading.active_count(), _memory()
    dispatcher.stop("over")
    done, began = dispatcher.tally.done, time.perf_counter()
    journal.close(dispatcher.ended)
    behind = time.perf_counter() - began
    assert runs.read("bench").schedule.counts()["complete"] == done
    task_us = 1e6 * cpu / tasks
    return {
        "start": start,
        "start_ms": max(0.0, 1e3 * start_cpu - at_start * task_us / 1e3) / slots,
        "rate": tasks / wall,
        "task_us": task_us,
        "threads": threads,
        "slot_kb": (memory - before) / slots,
        "behind_s": behind,
    }


def _memory():
    """Resident memory of this process, kB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def _start(stack, *arguments):
    command = [sys.executable, *map(str, arguments)]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    stack.callback(process.communicate)
    stack.callback(process.kill)
    return process


if __name__ == "__main__":
    main()
