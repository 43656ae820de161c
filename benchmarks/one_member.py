"""One member, winds -> result file, against reading and inflating its u and v once with netCDF4.

    python -m benchmarks.one_member [--cases 2deg 1deg quarter ...] [--steps 733] [--cache FOLDER]

CPU seconds of whole processes less their imports (of the task's also what its children use and its end), in turn with
those of a process that only inflates; the files are in the page cache. "no best tracks" leaves out reading the IBTrACS
file and matching with it, a fixed part of each process that a slot of the cluster has once for all its members.
"""

import argparse
import json
import statistics
from pathlib import Path

from benchmarks import fresh_process, planted_data
from benchmarks.surroundings import describe, spread, table

CASES = {
    "2deg": ("2 degrees, a file a member", {"grid": 2.0, "layout": "20crv3"}, 1.3),
    "2deg-archive": ("2 degrees, archive, 1 member", {"grid": 2.0, "layout": "20crv2c"}, 1.3),
    "1deg": ("1 degree, a file a member", {"grid": 1.0, "layout": "20crv3"}, 1.3),
    "1deg-archive": ("1 degree, archive, 1 member", {"grid": 1.0, "layout": "20crv2c"}, 1.3),
    "quarter": ("0.25 degrees, a week", {"grid": 0.25, "layout": "20crv3"}, 1.5),
}
WEEK_STEPS = 29


def main(arguments=None):
    """Print a row for each case."""
    options = _options(arguments)
    print(describe())
    with planted_data.cache(options.cache) as folder:
        rows, figures = [], {}
        for case in options.cases:
            rows.append(measured(case, folder, options, figures))
    print(f"data:     planted {planted_data.YEAR}, float32, zlib 6 with shuffle; medians of {options.pairs} in turn\n")
    print(table(HEAD, rows))
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1) + "\n")


HEAD = (
    "case", "steps", "floor ms/step", "task ms/step", "ratio", "target", "no best tracks", "maxima", "tracks"
)  # fmt: skip


def measured(case, folder, options, figures):
    """A row of the table; what other benchmarks need of it goes into `figures`."""
    words, plan, target = CASES[case]
    steps = min(options.steps, WEEK_STEPS) if case == "quarter" else options.steps
    place = planted_data.season(folder, steps, members=1, **plan)
    files = planted_data.winds(place)
    whole = {"data": place, "best_tracks": planted_data.BEST_TRACKS}
    ways = {
        "floor": lambda: (fresh_process.floor(files), {}),
        "task": lambda: fresh_process.tasks(whole, [planted_data.YEAR]),
        "unmatched": lambda: fresh_process.tasks({"data": place}, [planted_data.YEAR]),
    }
    ways["floor"]()  # brings the files into the page cache
    seconds, found = {name: [] for name in ways}, {}
    for _ in range(options.pairs):
        for name, once in ways.items():
            cpu, found[name] = once()
            seconds[name].append(cpu)
    said = found["task"]
    ratio, unmatched = (_ratio(seconds, way) for way in ("task", "unmatched"))
    figures[case] = _figures(seconds, said, files)
    each = 1000 / said["steps"]
    return (
        words, said["steps"], spread(seconds["floor"], each), spread(seconds["task"], each), f"{ratio:.2f}",
        f"{target:g}", f"{unmatched:.2f}", said["maxima"], said["tracks"],
    )  # fmt: skip


def _ratio(seconds, way):
    """Of the medians; what slows the machine down for a while slows both."""
    return statistics.median(seconds[way]) / statistics.median(seconds["floor"])


def _figures(seconds, said, files):
    steps = said["steps"]
    return {
        "steps": steps,
        "floor_ms_per_step": 1000 * statistics.median(seconds["floor"]) / steps,
        "cpu_ms_per_step": 1000 * statistics.median(seconds["task"]) / steps,
        "bytes_per_step": sum(path.stat().st_size for path, _ in files) / steps,
        "result_bytes_per_step": said["result_bytes"] / steps,
    }


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--steps", type=int, default=733, help="6-hourly times (0.25 degrees: a week) [%(default)s]")
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    parser.add_argument("--json", metavar="FILE", help="write figures for benchmarks.scale_model")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
