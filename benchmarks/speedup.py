"""One slot against two, and the cluster against a loop: the same planted run of 2 years x 16 members.

    python -m benchmarks.speedup [--members 16] [--steps 365] [--pairs 5]

Wall seconds are those of the manager, from its start to its end; efficiency is the speed-up over the number of slots.
Other load on the machine spoils it. So the same is given without the time in which the slots, on average, were ready
to run while others had the cores (the kernel's run-queue wait), and from CPU: what one slot used over what two used,
which is the most that two could reach. The loop calls the same function in one process; what the
cluster adds to its CPU is given with and without the start-up of the processes (imports, keys, connections).
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks import fresh_process, planted_data
from benchmarks.fresh_process import children_cpu
from benchmarks.local_cluster import LocalCluster, start_up
from benchmarks.surroundings import describe, spread, table

YEARS = (planted_data.YEAR - 1, planted_data.YEAR)


def main(arguments=None):
    """Print the tables."""
    options = _options(arguments)
    print(describe())
    with planted_data.cache(options.cache) as folder:
        for layout in options.layouts:
            report(layout, folder, options)


def report(layout, folder, options):
    """Measure a layout and print its tables."""
    plan = {"members": options.members, "grid": 2.0, "layout": layout}
    places = [planted_data.season(folder / "speedup", options.steps, year, **plan) for year in YEARS]
    setup = {"data": places[0], "best_tracks": planted_data.BEST_TRACKS}
    loops, ones, twos = [], [], []
    for _ in range(options.pairs):
        loops.append(loop(setup, options.members))
        ones.append(run(setup, 1, options.members))
        twos.append(run(setup, 2, options.members))
    starts = [start_up(slots) for slots in (1, 2)]
    tasks = len(YEARS) * options.members
    print(f"\n{layout}: {tasks} tasks of {options.steps} steps at 2 degrees, medians of {options.pairs} in turn")
    print(table(("", "wall s", "less waiting", "CPU s", "of it start-up"), _rows(loops, ones, twos, starts)))
    print(_verdict(loops, ones, twos, starts))


def loop(setup, members):
    """CPU seconds of the same tasks in a loop in one process: less imports, and in all."""
    before = children_cpu()
    used = fresh_process.tasks(setup, YEARS, members)[0]
    return used, children_cpu() - before


def run(setup, slots, members):
    """Wall seconds of the manager, the same less the slots' waiting for a core, and CPU seconds of all processes."""
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as home:
        with LocalCluster(home, {**setup, "results": Path(home) / "results"}, slots) as cluster:
            wall = cluster.manage(YEARS, members)
        made = len(list(Path(home).rglob("member_*.nc")))
    if made != members * len(YEARS):
        raise RuntimeError(f"{made} results of {members * len(YEARS)}")
    return wall, wall - cluster.waited, sum(cluster.cpu.values())


def _rows(loops, ones, twos, starts):
    loop_start = statistics.median(whole - used for used, whole in loops)
    rows = [("a loop", "", "", spread([whole for _, whole in loops]), f"{loop_start:.2f}")]
    for words, runs, start in (("cluster, 1 slot", ones, starts[0]), ("cluster, 2 slots", twos, starts[1])):
        rows.append((words, *[spread(values) for values in zip(*runs, strict=True)], f"{start:.2f}"))
    return rows


def _verdict(loops, ones, twos, starts):
    median = statistics.median
    wall, alone, cpu = zip(
        *([median(values) for values in zip(*runs, strict=True)] for runs in (ones, twos)), strict=True
    )
    work = [total - start for total, start in zip(cpu, starts, strict=True)]
    looped, whole = (median(values) for values in zip(*loops, strict=True))
    return (
        f"efficiency of 2 slots: {wall[0] / wall[1] / 2:.2f} by the clock, {alone[0] / alone[1] / 2:.2f} less waiting, "
        f"{work[0] / work[1]:.2f} by CPU (target 0.85)\n"
        f"the cluster over a loop: {100 * (work[0] / looped - 1):+.1f} % CPU for the work (target 5 %), "
        f"{100 * (cpu[0] / whole - 1):+.1f} % with the start-up of all processes"
    )


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--layouts", nargs="+", choices=("20crv2c", "20crv3"), default=["20crv2c"])
    parser.add_argument("--members", type=int, default=16, help="[%(default)s]")
    parser.add_argument("--steps", type=int, default=365, help="6-hourly times of each year [%(default)s]")
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
