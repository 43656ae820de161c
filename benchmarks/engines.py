"""What each engine adds to the CPU of the work: the same planted tasks in a loop, and through each engine in turn.

    python -m benchmarks.engines [--parts work empty queue] [--engines pyro] [--pairs 3] [--cache FOLDER]

All parts take some ten minutes on two cores that nobody else uses, two less with data in the cache: `work`, below;
`empty`, 2,000 tasks that do nothing on each (`benchmarks.dispatch`); `queue`, what a run asks of a queue
(`benchmarks.queue_calls`). Slurm is that of tests/slurm.py (root, slurm-wlm, munge); Dask is the extra.

The work is 2 years x 16 members. The loop calls the tasks one after another in one process. An engine does them in one
slot (`--slots`), since two that run at once cost each other a tenth in shared caches; libraries have one thread
everywhere. CPU seconds are those of all processes, from the first command to the last, imports included. *Start-up* is
the same with one task that only waits, in the same round: imports, keys, connections, a worker's first look at its
data. *Work over loop* leaves start-up out on both sides.
"""

import argparse
import contextlib
import functools
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import planted_data, queue_calls
from benchmarks.dask_cluster import DaskCluster
from benchmarks.fresh_process import ROOT
from benchmarks.local_cluster import LocalCluster
from benchmarks.pilot_cluster import PilotCluster, two_nodes
from benchmarks.speedup import YEARS, loop
from benchmarks.surroundings import describe, spread, table

EMPTY = 2000
WORK, NOTHING = "stormtracks.science.pipeline:TASKS", "benchmarks.started_tasks:TASKS"
HEAD = ("engine", "CPU s", "of it start-up", "work over loop", "all over loop", "target")


def pyro(home, setup, tasks, years, members, options):
    """CPU seconds by process of a run on a Pyro worker of this machine."""
    with LocalCluster(home, setup, options.slots, tasks) as cluster:
        cluster.manage(years, members)
    return cluster.cpu


def slurm(home, setup, tasks, years, members, options):
    """The same on pilots of a Slurm."""
    with PilotCluster(home, setup, options.slurm, slots=options.slots, tasks=tasks) as cluster:
        cluster.manage(years, members)
    return cluster.cpu


def dask(home, setup, tasks, years, members, options, scheduler=False):
    """The same on Dask workers that the manager starts, or on those of a scheduler."""
    with DaskCluster(home, setup, options.slots, tasks, scheduler) as cluster:
        cluster.manage(years, members)
    return cluster.cpu


ENGINES = {
    "pyro": ("Pyro worker", pyro, ""),
    "slurm": ("Slurm pilot", slurm, "5 %"),
    "dask": ("Dask, local", dask, "10 %"),
    "dask-scheduler": ("Dask, scheduler", functools.partial(dask, scheduler=True), "10 %"),
}
"""Name -> what it is called in the tables, what runs it, what it may add."""


def main(arguments=None):
    """Print the tables."""
    options = _options(arguments)
    print(describe(), flush=True)
    if "work" in options.parts:
        work(options)
    if "empty" in options.parts:
        print(f"\n{EMPTY} empty tasks", flush=True)
        beside = ["--slurm", "--dask-engine", "--dask", "--gnu-parallel"]
        words = [sys.executable, "benchmarks/dispatch.py", "--tasks", str(EMPTY), "--repeats", str(options.pairs)]
        subprocess.run([*words, *beside], cwd=ROOT, check=True)
    if "queue" in options.parts:
        queue_calls.report(seconds=150, calls=50, jobs=1000)


def work(options):
    """Plant the data, start Slurm, and measure."""
    with planted_data.cache(options.cache) as folder, contextlib.ExitStack() as stack:
        if "slurm" in options.engines:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stormtracks-bench-")))
            options.slurm = stack.enter_context(two_nodes(place / "slurm"))
        overhead(folder, options)


def overhead(folder, options):
    """Measure loop and engines in turn, and print the tables."""
    plan = {"members": options.members, "grid": 2.0, "layout": "20crv2c"}
    places = [planted_data.season(folder / "speedup", options.steps, year, **plan) for year in YEARS]
    setup = {"data": places[0], "best_tracks": planted_data.BEST_TRACKS}
    loops, runs, starts = [], {name: [] for name in options.engines}, {name: [] for name in options.engines}
    for _ in range(options.pairs):
        loops.append(loop(setup, options.members))
        for name in options.engines:
            starts[name].append(run(name, setup, NOTHING, YEARS[:1], 1, options))
            runs[name].append(run(name, setup, WORK, YEARS, options.members, options))
    tasks = len(YEARS) * options.members
    print(f"\n{tasks} tasks of {options.steps} steps at 2 degrees, {options.slots} slot, {options.pairs} in turn")
    print(table(HEAD, _rows(loops, runs, starts)))
    print(f"\n{table(('CPU s by process', 'work', 'start-up'), _parts(runs, starts))}", flush=True)


def run(name, setup, tasks, years, members, options):
    """CPU seconds of a run, by process; RuntimeError where it did not make its results."""
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as home:
        setup = {**setup, "results": Path(home) / "results"}
        cpu = ENGINES[name][1](home, setup, tasks, years, members, options)
        made = len(list(Path(home).rglob("member_*.nc")))
    if tasks == WORK and made != members * len(years):
        raise RuntimeError(f"{name}: {made} results of {members * len(years)}")
    return cpu


def _rows(loops, runs, starts):
    median = statistics.median
    looped, whole = (median(values) for values in zip(*loops, strict=True))
    rows = [("a loop", spread([one for _, one in loops]), f"{whole - looped:.2f}", "", "", "")]
    for name in runs:
        totals, start = [sum(one.values()) for one in runs[name]], median(sum(one.values()) for one in starts[name])
        work, everything = (median(totals) - start) / looped - 1, median(totals) / whole - 1
        words, _, target = ENGINES[name]
        rows.append((words, spread(totals), f"{start:.2f}", f"{work:+.1%}", f"{everything:+.1%}", target))
    return rows


def _parts(runs, starts):
    rows = []
    for name in runs:
        for part in runs[name][0]:
            values = [spread([one[part] for one in each[name]]) for each in (runs, starts)]
            rows.append((f"{ENGINES[name][0]}: {part}", *values))
    return rows


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--parts", nargs="+", choices=("work", "empty", "queue"), default=["work", "empty", "queue"])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--slots", type=int, default=1, help="[%(default)s]")
    parser.add_argument("--members", type=int, default=16, help="of each of two years [%(default)s]")
    parser.add_argument("--steps", type=int, default=365, help="6-hourly times of each year [%(default)s]")
    parser.add_argument("--pairs", type=int, default=3, help="rounds [%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
