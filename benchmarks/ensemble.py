"""A whole ensemble season through the cluster, against inflating its winds once with netCDF4.

    python -m benchmarks.ensemble [--members 56] [--steps 733] [--layouts 20crv2c 20crv3] [--data FOLDER]

Nameserver, worker with its slots, and manager are processes of their own; the CPU seconds of all of them, start-up and
imports included, are set against those of a process that inflates u and v of all members (its imports left out), in the
faster of two ways (see `benchmarks.floor`); the old floor reads step by step.
One more run, not timed, counts the chunks that are inflated.
"""

import argparse
import tempfile
from pathlib import Path

import h5py

from benchmarks import counted_tasks, planted_data
from benchmarks.floor import Floor
from benchmarks.local_cluster import TASKS, LocalCluster, start_up
from benchmarks.surroundings import describe, spread, table

HEAD = ("what", "CPU s", "ratio", "target", "of the old floor")
TARGETS = {"20crv2c": "0.95, aim 0.75", "20crv3": "0.85, aim 0.65"}
PEAK_MB = 600


def main(arguments=None):
    """Print a table for each layout."""
    options = _options(arguments)
    print(describe())
    with planted_data.cache(options.cache) as folder:
        for layout in options.layouts:
            report(layout, folder, options)


def report(layout, folder, options):
    """Measure a layout and print its table."""
    place = options.data or planted_data.season(
        folder, options.steps, members=options.members, grid=options.grid, layout=layout
    )
    files = planted_data.winds(Path(place))
    stored = sum(_stored_chunks(*one) for one in files)
    size = sum(path.stat().st_size for path, _ in files) / 1e6
    print(f"\n{layout}: {options.members} members, {options.grid:g} degrees, {len(files)} files of {size:.0f} MB")
    floor, runs = Floor(files), []
    for _ in range(options.pairs):
        floor.measure()
        runs.append(run(place, options))
    counted = run(place, options, tasks="benchmarks.counted_tasks:TASKS")
    print(table(HEAD, _rows(floor, runs, start_up(options.slots), TARGETS[layout])))
    peak = max(mb for one in [*runs, counted] for mb in one["peak_mb"])
    by_season, by_library = counted["chunks"]
    print(f"peak memory of a slot: {peak:.0f} MB (target {PEAK_MB})")
    print(f"chunks inflated: {by_season} by the seasons' count, {by_library} by the library's; stored: {stored}")


def run(place, options, tasks=TASKS):
    """A cluster's CPU seconds by process, peak memory of its slots, wall seconds and chunks where they are counted."""
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as home:
        results = Path(home) / "results"
        setup = {"data": place, "results": results, "best_tracks": planted_data.BEST_TRACKS}
        with LocalCluster(home, setup, options.slots, tasks) as cluster:
            wall = cluster.manage([planted_data.YEAR], options.members)
        made = len(list(results.rglob("member_*.nc")))
        if made != options.members:
            raise RuntimeError(f"{made} results of {options.members} members")
        chunks = counted_tasks.read_log(results) if (results / counted_tasks.LOG).exists() else None
    return {"cpu": cluster.cpu, "peak_mb": cluster.peak_mb, "wall": wall, "chunks": chunks}


def _rows(floor, runs, start, target):
    totals = [sum(one["cpu"].values()) for one in runs]
    now, old = floor.cells()
    rows = [(f"floor: {floor.words}", now, "1.00", "", floor.old_ratio(floor.seconds))]
    rows.append(("old floor: step by step", old, floor.ratio(floor.old_seconds), "", "1.00"))
    for name in runs[0]["cpu"]:
        part = [one["cpu"][name] for one in runs]
        rows.append((name, spread(part), floor.ratio(part), "", floor.old_ratio(part)))
    rows.append(("all processes", spread(totals), floor.ratio(totals), target, floor.old_ratio(totals)))
    rows.append(("  of it start-up", f"{start:.2f}", floor.ratio([start]), "", floor.old_ratio([start])))
    rows.append(("wall seconds of the run", spread([one["wall"] for one in runs]), "", "", ""))
    return rows


def _stored_chunks(path, variable):
    with h5py.File(path) as file:
        return file[variable].id.get_num_chunks()


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--layouts", nargs="+", choices=("20crv2c", "20crv3"), default=["20crv2c", "20crv3"])
    parser.add_argument("--members", type=int, default=56, help="[%(default)s]")
    parser.add_argument("--steps", type=int, default=733, help="6-hourly times [%(default)s]")
    parser.add_argument("--grid", type=float, default=2.0, help="degrees [%(default)s]")
    parser.add_argument("--slots", type=int, default=2, help="[%(default)s]")
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--data", help="a folder that `inv plant` wrote, of one layout, with as many members")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
