"""Two minutes: what small cases cost, as ratios that depend little on the machine, beside those that are kept.

    inv bench --quick [--options="--keep"]

Two cases are ratios to the floor (see `benchmarks.floor`). The others are CPU seconds over those of a yardstick, a
fixed piece of work of NumPy and zlib that is measured in turn with them. `--keep` writes what was found into
`benchmarks/kept_ratios.json`. A drift is shown and never fails: other machines, and busy ones, have other ratios.
"""

import argparse
import functools
import json
import statistics
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np

from benchmarks import fresh_process, growth, planted_data
from benchmarks.floor import Floor
from benchmarks.fresh_process import children_cpu
from benchmarks.local_cluster import LocalCluster
from benchmarks.surroundings import commit, describe, table
from stormtracks.science import consensus, ibtracs, linking, matching, pipeline, results, summary

KEPT = Path(__file__).with_name("kept_ratios.json")
DRIFT = 0.25
"""A ratio that differs by more than this share is marked."""
HEAD = ("case", "ratio to", "now", "kept", "change", "")
NOTHING = "benchmarks.idle_tasks:TASKS"
STEPS, MEMBERS, ENSEMBLE_STEPS, EMPTY = 201, 8, 61, 400


def main(arguments=None):
    """Print a row for each case."""
    options = _options(arguments)
    print(describe(), flush=True)
    with planted_data.cache(options.cache) as folder:
        found = measured(folder, options.pairs)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"ratios": {}, "of": "nothing"}
    print(f"kept:     {kept['of']}\n")
    print(table(HEAD, rows(found, kept["ratios"])))
    if options.keep:
        KEPT.write_text(json.dumps({"of": _of(), "ratios": found}, indent=1) + "\n")


def rows(found, kept):
    """A row for each case; one that has drifted says so."""
    made = []
    for case, now in found.items():
        before = kept.get(case)
        change = "" if before is None else f"{now / before - 1:+.0%}"
        drifted = before is not None and not 1 / (1 + DRIFT) <= now / before <= 1 + DRIFT
        what = "the floor" if case in AGAINST_FLOOR else "the yardstick"
        made.append((case, what, f"{now:.3g}", "" if before is None else f"{before:.3g}", change, "drift" * drifted))
    return made


AGAINST_FLOOR = ("one member", "a small ensemble")
"""Whose ratios are those to the floor."""


def measured(folder, pairs):
    """Case -> its ratio."""
    found = dict(zip(AGAINST_FLOOR, (_member(folder, pairs), _ensemble(folder, pairs)), strict=True))
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as place:
        for case, once in _stages(folder, Path(place)).items():
            found[case] = _over_yardstick(once, pairs)
    return found


def yardstick(rng=np.random.default_rng(1)):  # noqa: B008 - the same numbers each time
    """CPU seconds of a fixed piece of work: inflating, sorting, sines of a million numbers."""
    numbers = rng.integers(0, 4096, 1_000_000).astype(np.float32)
    packed = zlib.compress(numbers.tobytes(), 1)
    return _cpu(lambda: (zlib.decompress(packed), np.sort(numbers), np.sin(numbers).sum()))


def _member(folder, pairs):
    """One member at 2 degrees, in a process of its own."""
    place = planted_data.season(folder, STEPS, members=1, grid=2.0, layout="20crv3")
    setup = {"data": place, "best_tracks": planted_data.BEST_TRACKS}
    floor, seconds = Floor(planted_data.winds(place)), []
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as home:
        fresh_process.tasks(setup, [planted_data.YEAR], home=home)
        for _ in range(pairs):
            floor.measure()
            seconds.append(fresh_process.tasks(setup, [planted_data.YEAR], home=home)[0])
    return float(floor.ratio(seconds))


def _ensemble(folder, pairs):
    """The members of a small ensemble one after the other in one process, as in a slot."""
    place = _small(folder)
    setup = {"data": place, "best_tracks": planted_data.BEST_TRACKS}
    floor, seconds = Floor(planted_data.winds(place)), []
    for _ in range(pairs):
        floor.measure()
        seconds.append(fresh_process.tasks(setup, [planted_data.YEAR], MEMBERS)[0])
    return float(floor.ratio(seconds))


def _small(folder):
    return planted_data.season(folder, ENSEMBLE_STEPS, members=MEMBERS, grid=2.0, layout="20crv2c")


def _stages(folder, place):
    """Case -> what does it once; CPU seconds of this process, or what it returns."""
    data, made = _small(folder), place / "results"
    setup = {"data": data, "results": made, "scratch": place / "scratch", "best_tracks": planted_data.BEST_TRACKS}
    for member in range(MEMBERS):
        pipeline.run_task(planted_data.YEAR, member, "vort_track", setup)
    one = results.load(made, planted_data.YEAR, 0)
    many, axis = growth.repeated_maxima(one.maxima, one.axis, 40_000)
    best = ibtracs.load(planted_data.BEST_TRACKS, one.axis.times[0], one.axis.times[-1])
    return {
        "linking, nearest": lambda: linking.link(many, axis),
        "linking, motion": lambda: linking.link(many, axis, linker="motion"),
        "matching": lambda: matching.match(one.tracks, best, one.axis),
        "consensus of 8 members": lambda: consensus.consensus(made, planted_data.YEAR),
        "summary of 8 results": lambda: summary.summarise(made),
        "a cluster, 400 empty tasks": functools.partial(_empty_tasks, place),
    }


def _empty_tasks(place):
    """CPU seconds of a cluster whose tasks do nothing; prints how many of them it does per second."""
    before = children_cpu()
    with tempfile.TemporaryDirectory(dir=place) as home, LocalCluster(home, {}, 2, NOTHING) as cluster:
        wall = cluster.manage([planted_data.YEAR], EMPTY)
    print(f"{EMPTY} empty tasks: {EMPTY / wall:,.0f} tasks/s, start of the manager included", flush=True)
    return children_cpu() - before


def _over_yardstick(once, pairs):
    """The median of a case over that of the yardstick, in turn."""
    cases, sticks = [], []
    for _ in range(pairs):
        sticks.append(yardstick())
        before = time.process_time()
        returned = once()
        cases.append(returned if isinstance(returned, float) else time.process_time() - before)
    return statistics.median(cases) / statistics.median(sticks)


def _cpu(work):
    before = time.process_time()
    work()
    return time.process_time() - before


def _of():
    machine = describe().splitlines()[0].partition(":")[2].strip()
    return f"{commit()}, {time.strftime('%Y-%m-%d')}, {machine}"


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--pairs", type=int, default=3, help="[%(default)s]")
    parser.add_argument("--keep", action="store_true", help=f"write the ratios into {KEPT.name}")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
