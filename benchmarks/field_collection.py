"""What lists of storms cost: the chain of the three tasks, and each, against reading the variables it is made of.

    python -m benchmarks.field_collection [--data FOLDER --year YEAR] [--members 8] [--pairs 5] [--cache FOLDER]

The data are planted like 20CRv2c: winds, pressure and heights, all members in a chunk; or --data is a folder with
winds, and with pressure and heights if they are to be counted. CPU seconds of this process, imports left out: of the
tasks `vort_track`, `field_collection` and `classify` of all members one after the other (opening, reading, sampling,
result files), in turn with those of reading all variables, times and members once: with netCDF4 in a fresh process, in
the faster of two ways (the floor, see `benchmarks.floor`), and as the package reads for `field_collection`.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import netCDF4

from benchmarks import planted_data
from benchmarks.floor import Floor
from benchmarks.surroundings import describe, spread, table
from stormtracks.science import pipeline, reanalysis

HEAD = ("what", "CPU s", "ms per step, member and variable", "ratio", "target", "of the old floor")
TARGET = "1.3, aim 1.0"


def main(arguments=None):
    """Print a row for each task, for all of them, and for reading."""
    options = _options(arguments)
    print(describe())
    with planted_data.cache(options.cache) as folder:
        if options.data is None:
            plan = {"members": options.members, "grid": 2.0, "layout": "20crv2c", "like": "20crv2c"}
            options.data = planted_data.season(folder / "fields", options.steps, **plan)
        report(options)


def report(options):
    """Measure a folder in turn, and print its table."""
    floor, seconds = Floor(_stored(options)), {"reading": [], **{task: [] for task in pipeline.TASKS}}
    for _ in range(options.pairs):
        floor.measure()
        seconds["reading"].append(_cpu(lambda: _read(options)))
        with tempfile.TemporaryDirectory(prefix="stormtracks-fields-") as folder:
            setup = {"data": str(options.data), "results": folder, "scratch": str(Path(folder) / "scratch")}
            for task in pipeline.TASKS:
                seconds[task].append(_cpu(lambda task=task, setup=setup: _tasks(setup, task, options)))
    variables, cells = _variables(options)
    seconds["all three tasks"] = [sum(each) for each in zip(*(seconds[task] for task in pipeline.TASKS), strict=True)]
    print(f"data:     {options.year}, {options.members} members: {', '.join(variables)}; medians of {options.pairs}\n")
    print(table(HEAD, _rows(floor, seconds, cells)))
    if options.json:
        figures = seconds | {"ratio": floor.ratio(seconds["all three tasks"])}
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def _rows(floor, seconds, cells):
    each = 1000 / cells
    now, old = floor.cells()
    rows = [(f"floor: {floor.words}", now, spread(floor.seconds, each), "1.00", "", floor.old_ratio(floor.seconds))]
    rows.append(
        ("old floor: step by step", old, spread(floor.old_seconds, each), floor.ratio(floor.old_seconds), "", "1.00")
    )
    for name, of in seconds.items():
        target = TARGET if name == "all three tasks" else ""
        rows.append((name, spread(of), spread(of, each), floor.ratio(of), target, floor.old_ratio(of)))
    return rows


def _tasks(setup, task, options):
    for member in range(options.members):
        pipeline.run_task(options.year, member, task, setup)


def _read(options):
    """Read all variables of some members, a time of all members in turn, or a member at a time."""
    with _opened(options) as (season, further):
        members = [slice(None)] if season.block.members > 1 else [[member] for member in range(options.members)]
        count = 1 if season.block.members > 1 else 32
        for start in range(0, len(season.axis), count):
            stop = min(start + count, len(season.axis))
            for some in members:
                season.read(start, stop, some)
                for role in further.roles:
                    further.read(role, start, stop, some)


class _opened:  # noqa: N801 - a context, as `open` is
    def __init__(self, options):
        self.season = reanalysis.open_season(options.data, options.year)
        self.further = reanalysis.open_further(options.data, options.year, self.season)

    def __enter__(self):
        return self.season.__enter__(), self.further.__enter__()

    def __exit__(self, *error):
        self.further.__exit__(*error)
        self.season.__exit__(*error)


def _variables(options):
    """The roles that are read, and how many fields they are in all, over the number of variables."""
    with _opened(options) as (season, further):
        winds = ("u", "v") if season.quantity == "winds" else ("vorticity",)
        variables = (*winds, *further.roles)
        return variables, len(season.axis) * options.members * len(variables)


def _stored(options):
    """Files, and the variables in them that the tasks read."""
    with _opened(options) as (season, further):
        files = {file.path for file in (*season.inputs(), *further.inputs())}
        names = {*season.choice["variables"].values(), *(taken["variable"] for taken in further.choice.values())}
    found = []
    for path in sorted(files):
        with netCDF4.Dataset(path) as dataset:
            found += [(path, name) for name in sorted(names & dataset.variables.keys())]
    return found


def _cpu(work):
    before = time.process_time()
    work()
    return time.process_time() - before


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--data", type=Path, help="folder of a season [planted, like 20CRv2c]")
    parser.add_argument("--year", type=int, default=planted_data.YEAR, help="its year [%(default)s]")
    parser.add_argument("--members", type=int, default=8, help="[%(default)s]")
    parser.add_argument("--steps", type=int, default=733, help="6-hourly times to plant [%(default)s]")
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
