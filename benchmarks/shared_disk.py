"""How long slots wait for a file server that they share, and what reading ahead gives. Needs root.

    sudo python -m benchmarks.shared_disk [--speeds 20 50 100] [--slots 1 2] [--ahead-kb 128 2560] [--steps 366]

The server is `slow_server`: all slots together get so many MB/s. Each slot does one task, a member of its own, with
nothing in the page cache. A slot's wait is its time by the clock less its CPU, and less what it stood ready to run but
had no core, which others may use. Slots go first (SCHED_RR).

`advice` is what the code does: when a block was read, the kernel is told of the chunks of the next one
(POSIX_FADV_WILLNEED). `plain` is without that: the kernel's own readahead of so many kB is left, 128 being that of an
NFS mount. `thread` reads the next block in a thread while this one is worked on, which is done here by putting
something around `Season.read`.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import planted_data
from benchmarks.surroundings import CHECKOUT, describe, table

LAYOUTS = {
    "a file a member": {"layout": "20crv3", "grid": 1.0},
    "all members in a chunk": {"layout": "20crv2c", "grid": 2.0},
}
MODES = ("plain", "advice", "thread")


def main(arguments=None):
    """Print a row for each layout, speed, readahead and number of slots."""
    options = _options(arguments)
    print(describe())
    rows = []
    with planted_data.cache(options.cache) as cache:
        for name in options.layouts:
            plan = LAYOUTS[name]
            steps, members = (options.steps, max(options.slots)) if plan["grid"] == 1.0 else (options.steps // 4, 56)
            place = planted_data.season(cache, steps, members=members, **plan)
            for speed in options.speeds:
                with served(place, speed) as mounted:
                    for ahead in options.ahead_kb:
                        _ahead_file(mounted).write_text(str(ahead))
                        for slots in options.slots:
                            found = {mode: slots_at(mounted, slots, mode) for mode in options.modes}
                            rows.append(_row(name, ahead, speed, slots, found))
                            print(*rows[-1], file=sys.stderr, flush=True)
    head = ["layout", "MB/s", "kB", "slots", "CPU s", *(f"{mode}: s, waits" for mode in options.modes)]
    print(table(head, rows))


def _row(name, ahead, speed, slots, found):
    first = next(iter(found.values()))
    shown = [f"{one['wall']:.1f}, {one['wait'] / one['wall']:.0%}" for one in found.values()]
    return [name, str(speed), str(ahead), str(slots), f"{first['cpu']:.1f}", *shown]


def slots_at(place, slots, mode):
    """Means over slots that begin together: seconds by the clock, of CPU and of waiting for the server."""
    for path in place.rglob("*.nc"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with tempfile.TemporaryDirectory() as results:
        words = [sys.executable, "-m", "benchmarks.shared_disk", "--slot", str(place), results, mode]
        environment = os.environ | {"PYTHONPATH": str(CHECKOUT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
        there = [subprocess.Popen([*words, str(member)], **pipes) for member in range(slots)]
        for one in there:
            one.stdout.readline()  # it has imported all
        for one in there:
            one.stdin.write("\n")
            one.stdin.flush()
        said = [json.loads(one.communicate()[0]) for one in there]
    return {key: sum(one[key] for one in said) / slots for key in said[0]}


def slot(place, results, mode, member):
    """One task in this process, begun when a line comes in."""
    from stormtracks.science import pipeline
    from stormtracks.science.reanalysis.season import Season
    from stormtracks.science.reanalysis.stored.netcdf.chunks import ChunkReader

    if mode != "advice":
        ChunkReader.fetch_ahead = lambda *_: None
    if mode == "thread":
        Season.read = _ahead(Season.read)
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))  # others may use the machine
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu, ready = time.perf_counter(), time.process_time(), _ready_seconds()
    pipeline.run_task(planted_data.YEAR, int(member), "vort_track", {"data": place, "results": results})
    wall, cpu, ready = time.perf_counter() - began, time.process_time() - cpu, _ready_seconds() - ready
    print(json.dumps({"wall": wall, "cpu": cpu, "wait": max(0.0, wall - ready - cpu)}))


def _ahead(read):
    """Reading that has the next block read in a thread."""
    pool, next_ones, lock = ThreadPoolExecutor(1), {}, threading.Lock()

    def reading(self, start, stop, members):
        with lock:
            waited = next_ones.pop((start, stop), None)
        found = waited.result() if waited else pool.submit(read, self, start, stop, members).result()
        after = stop, min(2 * stop - start, len(self.axis))
        if after[0] < after[1]:
            next_ones[after] = pool.submit(read, self, *after, members)
        return found

    return reading


def _ready_seconds():
    """How long this process has been ready to run, with no core for it."""
    return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9


@contextlib.contextmanager
def served(folder, speed):
    """A folder as a file server of so many MB/s gives it: where it is mounted."""
    with tempfile.TemporaryDirectory(prefix="stormtracks-server-") as mounted:
        words = [sys.executable, "-m", "benchmarks.slow_server", folder, mounted, str(speed)]
        server = subprocess.Popen(words, cwd=CHECKOUT)
        try:
            while not os.path.ismount(mounted) and server.poll() is None:
                time.sleep(0.05)
            yield Path(mounted)
        finally:
            subprocess.run(["umount", mounted], check=True)
            server.wait()


def _ahead_file(mounted):
    device = mounted.stat().st_dev
    return Path(f"/sys/class/bdi/{os.major(device)}:{os.minor(device)}/read_ahead_kb")


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speeds", nargs="+", type=int, default=[20, 50, 100], help="MB/s that the slots share")
    parser.add_argument("--slots", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--ahead-kb", nargs="+", type=int, default=[128, 2560], help="the kernel's readahead")
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=list(LAYOUTS))
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--steps", type=int, default=366)
    parser.add_argument("--cache", metavar="FOLDER", help="keeps the planted data")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    slot(*sys.argv[2:]) if sys.argv[1:2] == ["--slot"] else main()
