"""What lists of storms cost: fields around all members' tracks, against reading the variables that they are made of.

    python -m benchmarks.field_collection DATA YEAR [--members 56] [--pairs 3] [--json FILE]

DATA is a folder with winds, and with pressure and heights if they are to be counted, such as `inv plant --like 20crv2c`
makes. CPU seconds of this process: of the tasks `field_collection` of all members (opening, reading, sampling, result
files), in turn with those of reading the same variables, all times and members, as the task does; and once with
netCDF4, as anybody would. The tracks that the task is built on are made before, and the lists after it: the last line
is what all three tasks cost, against the tracks alone.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import netCDF4

from benchmarks.surroundings import describe, spread, table
from stormtracks.science import pipeline, reanalysis

HEAD = ("what", "CPU s", "ms per step, member and variable", "ratio to reading")


def main(arguments=None):
    """Print a row for the task, one for reading, and one for the tracks."""
    options = _options(arguments)
    print(describe())
    with tempfile.TemporaryDirectory(prefix="stormtracks-fields-") as folder:
        setup = {"data": str(options.data), "results": folder, "scratch": str(Path(folder) / "scratch")}
        tracks = _cpu(lambda: _tasks(setup, "vort_track", options))
        reading, collecting = [], []
        for pair in range(options.pairs):
            reading.append(_cpu(lambda: _read(options)))
            collecting.append(_cpu(lambda: _tasks(setup, "field_collection", options)))
            if pair + 1 < options.pairs:
                _forget(setup)
        lists = _cpu(lambda: _tasks(setup, "classify", options))
    variables, cells = _variables(options)
    rows = [_row(words, seconds, reading, cells) for words, seconds in (
        (f"reading {', '.join(variables)}", reading), ("the same with netCDF4", [_netcdf4(options)]),
        ("field_collection", collecting), ("vort_track", [tracks]), ("classify", [lists]),
    )]  # fmt: skip
    chain = (tracks + statistics.median(collecting) + lists) / tracks
    print(f"data:     {options.data}, {options.year}: {options.members} members; medians of {options.pairs} in turn\n")
    print(table(HEAD, rows))
    print(f"\nall three tasks: {chain:.2f} x vort_track; classify: {lists / options.members:.3f} s per member")
    if options.json:
        ratio = statistics.median(c / r for c, r in zip(collecting, reading, strict=True))
        figures = {"reading": reading, "field_collection": collecting, "vort_track": tracks, "classify": lists}
        figures |= {"ratio": ratio, "chain": chain}
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


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


def _netcdf4(options):
    """Read the same with netCDF4, a time after the other."""
    with _opened(options) as (season, further):
        files = {file.path for file in (*season.inputs(), *further.inputs())}
        names = {*season.choice["variables"].values(), *(taken["variable"] for taken in further.choice.values())}

    def read():
        for path in files:
            with netCDF4.Dataset(path) as dataset:
                for name in names & dataset.variables.keys():
                    dataset[name].set_auto_maskandscale(False)
                    for step in range(len(dataset[name])):
                        dataset[name][step]

    return _cpu(read)


def _forget(setup):
    """Remove what the task found, and its pass."""
    shutil.rmtree(Path(setup["results"]) / "field_collection")
    shutil.rmtree(setup["scratch"], ignore_errors=True)


def _row(words, seconds, reading, fields):
    ratios = [one / other for one, other in zip(seconds, reading, strict=False)]
    each = f"{1000 * statistics.median(seconds) / fields:.3f}"
    return words, spread(seconds), each, spread(ratios)


def _cpu(work):
    before = time.process_time()
    work()
    return time.process_time() - before


def _options(arguments):
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path, help="folder of the season")
    words.add_argument("year", type=int, help="its year")
    words.add_argument("--members", type=int, default=56, help="so many members; default: 56")
    words.add_argument("--pairs", type=int, default=3, help="times that both are measured; default: 3")
    words.add_argument("--json", type=Path, help="file to write the figures to")
    return words.parse_args(arguments)


if __name__ == "__main__":
    main()
