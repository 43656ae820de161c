"""One member, winds -> result file, against reading and inflating its u and v once with netCDF4.

    python -m benchmarks.one_member [--cases 2deg 1deg quarter ...] [--steps 733] [--cache FOLDER]

CPU seconds of whole processes less their imports (of the task's also what its children use and its end), in turn with
those of processes that only inflate; the files are in the page cache. The floor is the faster of two ways to read (see
`benchmarks.floor`), the old floor reads step by step. Best tracks are kept from process to process, as on any host:
"first ever" is a process that reads the IBTrACS file, "no best tracks" one that does not match at all.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from benchmarks import fresh_process, planted_data
from benchmarks.floor import Floor
from benchmarks.surroundings import describe, spread, table

CASES = {
    "2deg": ("2 degrees, a file a member", {"grid": 2.0, "layout": "20crv3"}, "1.4"),
    "2deg-archive": ("2 degrees, archive, 1 member", {"grid": 2.0, "layout": "20crv2c"}, "1.4"),
    "2deg-month": ("2 degrees, a month", {"grid": 2.0, "layout": "20crv3"}, "1.5 of the old"),
    "1deg": ("1 degree, a file a member", {"grid": 1.0, "layout": "20crv3"}, "0.65 of the old"),
    "1deg-archive": ("1 degree, archive, 1 member", {"grid": 1.0, "layout": "20crv2c"}, "0.65 of the old"),
    "quarter": ("0.25 degrees, a week", {"grid": 0.25, "layout": "20crv3"}, "0.75 of the old"),
    "tenth": ("0.1 degrees, two days", {"grid": 0.1, "layout": "20crv3"}, "0.75 of the old"),
}
"""Name -> what tables call it, how it is planted, what its ratio should be at most."""
SHORT = {"quarter": 29, "tenth": 9, "2deg-month": 125}
"""Steps of those that are shorter than a season."""


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
    "case", "steps", "floor", "floor ms/step", "task ms/step", "ratio", "target", "first ever", "no best tracks",
    "old floor ms/step", "old ratio", "maxima", "tracks",
)  # fmt: skip


def measured(case, folder, options, figures):
    """A row of the table; what other benchmarks need of it goes into `figures`."""
    words, plan, target = CASES[case]
    place = planted_data.season(folder, min(options.steps, SHORT.get(case, options.steps)), members=1, **plan)
    floor, seconds, said = in_turn(place, options.pairs)
    figures[case] = _figures(floor, seconds["task"], said, planted_data.winds(place))
    each = 1000 / said["steps"]
    now, old = floor.cells(each)
    ratios = [floor.ratio(seconds[way]) for way in ("task", "first", "unmatched")]
    return (
        words, said["steps"], floor.words, now, spread(seconds["task"], each), ratios[0], target, *ratios[1:],
        old, floor.old_ratio(seconds["task"]), said["maxima"], said["tracks"],
    )  # fmt: skip


def in_turn(place, pairs):
    """The floor of a folder, CPU seconds of its task in each way, and what the task found."""
    whole = {"data": place, "best_tracks": planted_data.BEST_TRACKS}
    floor, seconds = Floor(planted_data.winds(place)), {"task": [], "first": [], "unmatched": []}
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as home:
        ways = {"task": (whole, home), "first": (whole, None), "unmatched": ({"data": place}, home)}
        said = fresh_process.tasks(whole, [planted_data.YEAR], home=home)[1]  # it keeps the best tracks
        for _ in range(pairs):
            floor.measure()
            for way, (setup, kept) in ways.items():
                seconds[way].append(fresh_process.tasks(setup, [planted_data.YEAR], home=kept)[0])
    return floor, seconds, said


def _figures(floor, task, said, files):
    steps = said["steps"]
    return {
        "steps": steps,
        "floor_ms_per_step": 1000 * statistics.median(floor.seconds) / steps,
        "cpu_ms_per_step": 1000 * statistics.median(task) / steps,
        "bytes_per_step": sum(path.stat().st_size for path, _ in files) / steps,
        "result_bytes_per_step": said["result_bytes"] / steps,
    }


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--steps", type=int, default=733, help="6-hourly times; of the short cases fewer [%(default)s]")
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    parser.add_argument("--json", metavar="FILE", help="write figures for benchmarks.scale_model")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
