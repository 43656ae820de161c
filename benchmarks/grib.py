"""Reading GRIB against eccodes: the index of a year, 1 degree winds, and a whole task of ten members.

    python -m benchmarks.grib [--pairs 5] [--members 10] [--steps 62]

CPU time; each figure is a median, what is compared is measured in turn in one run, files are in the page cache.

* Index: a year of ERA5's ensemble, 58,400 fields of u and v (10 members, 3-hourly), with small values. "scan" is our
  own reading of headers; "first opening" has all that is done with a file that was never met (scan, questions to
  eccodes, grouping, keeping the index); "later opening" finds the index. Importing eccodes is left out.
* Reading: planted 1 degree winds. eccodes decodes the bytes of messages whose places are known, and nothing else; the
  package reads the same fields as steps of all members in single precision, checked for missing and impossible values.
* Task: vort_track of all members, whole processes less imports, the index made anew. Its floor is what eccodes takes to
  decode the same fields once, and the computing: the same task on netCDF less what the package takes to read that.
"""

import argparse
import functools
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import fresh_process, planted_data
from benchmarks.surroundings import describe, spread, table
from stormtracks import extras
from stormtracks.science.reanalysis.stored.grib import catalogue, index
from stormtracks.science.reanalysis.stored.grib.scan import headers
from stormtracks.science.reanalysis.stored.grib.source import Source

eccodes = extras.load("grib")

STEPS, MEMBERS = 2920, 10
LAYOUTS = {"grib1": "GRIB 1, simple, 16 bit", "grib2": "GRIB 2, simple, 16 bit", "grib2-ccsds": "GRIB 2, CCSDS",
           "grib2-complex": "GRIB 2, complex, differences"}  # fmt: skip
ROLES = {"number": "member", "time": "time", "level": "level", "latitude": "lat", "longitude": "lon"}
LARGEST = 500.0


def main(arguments=None):
    """Print three tables."""
    options = _options(arguments)
    with planted_data.cache(options.cache) as folder:
        print(f"{describe()}\n\neccodes {eccodes.__version__}; medians of {options.pairs} in turn")
        for part in (indexed, read, tracked):
            print(f"\n{part(folder, options)}", flush=True)


def indexed(folder, options):
    """A row for each edition."""
    rows = []
    for edition in (1, 2):
        path = folder / f"eda{edition}.grib"
        if not path.exists():
            a_year(path, edition)
        ways = {"scan": _scan, "first": _first, "later": _later}
        with tempfile.TemporaryDirectory() as home:
            os.environ["STORMTRACKS_HOME"] = home
            seconds = in_turn({name: functools.partial(way, path) for name, way in ways.items()}, options.pairs)
        count = STEPS * MEMBERS * 2
        each = f"{1e6 * statistics.median(seconds['scan']) / count:.1f}"
        rows.append((f"GRIB {edition}", f"{count:,}", each, *(spread(seconds[name]) for name in ways)))
    return table(("index of a year", "fields", "us a field", "scan, s", "first opening, s", "later opening, s"), rows)


def read(folder, options):
    """A row for each packing."""
    rows = []
    for layout, words in LAYOUTS.items():
        place = planted_data.season(folder, options.steps, members=options.members, grid=1.0, layout=layout)
        files = [path for path in place.rglob("*") if path.is_file() and not path.name.startswith("truth_")]
        ways = {"eccodes": lambda files=files: decoded(files), "package": lambda files=files: fields(files)}
        seconds = in_turn(ways, options.pairs)
        each = 2000 / counted(files)
        ratio = statistics.median(seconds["package"]) / statistics.median(seconds["eccodes"])
        rows.append((words, *(spread(seconds[name], each) for name in ways), f"{ratio:.2f}"))
    return table(("u and v, 1 degree", "eccodes alone, ms", "package, ms", "ratio"), rows)


def tracked(folder, options):
    """A row for each packing."""
    plan = {"members": options.members, "grid": 1.0}
    netcdf = planted_data.season(folder, options.steps, layout="20crv3", **plan)
    rows = []
    for layout in ("grib1", "grib2-ccsds"):
        place = planted_data.season(folder, options.steps, layout=layout, **plan)
        files = [path for path in place.rglob("*") if path.is_file() and not path.name.startswith("truth_")]
        ways = {
            "decode": lambda files=files: fresh_process.decode(files),
            "reading": lambda: fresh_process.reading(netcdf, planted_data.YEAR, options.members),
            "netcdf": lambda: _task(netcdf, options.members, [])[0],
            "task": lambda place=place: _task(place, options.members, ["eccodes"])[0],
        }
        seconds = in_turn(ways, options.pairs, clock=None)
        of = {name: statistics.median(values) for name, values in seconds.items()}
        floor = of["decode"] + of["netcdf"] - of["reading"]
        cells = [f"{of[name]:.2f}" for name in ("decode", "netcdf", "reading")]
        rows.append((LAYOUTS[layout], *cells, f"{floor:.2f}", spread(seconds["task"]), f"{of['task'] / floor:.2f}"))
    head = ("task of all members, s", "decode", "task, netCDF", "of it reading", "floor", "task, GRIB", "ratio")
    return table(head, rows)


def in_turn(ways, pairs, clock=time.process_time):
    """Seconds of each way, so many times; the first round is not counted. Without a clock the ways say their own."""
    seconds = {name: [] for name in ways}
    for turn in range(pairs + 1):
        for name, way in ways.items():
            began = clock() if clock else 0.0
            took = way()
            if turn:
                seconds[name].append(clock() - began if clock else took)
    return seconds


def a_year(path, edition):
    """Write a file with the headers of a year of ERA5's ensemble, and small values."""
    kinds = [_message(edition, name, number) for number in range(MEMBERS) for name in "uv"]
    at = 8 + 12 if edition == 1 else 16 + 12
    with path.open("wb") as file:
        for step in range(STEPS):
            time_ = (np.datetime64("2005-01-01T00", "h") + 3 * step).item()
            year = bytes([time_.year % 100]) if edition == 1 else time_.year.to_bytes(2, "big")
            date = year + bytes([time_.month, time_.day, time_.hour])
            for kind in kinds:
                file.write(kind[:at] + date + kind[at + len(date) :])


def _message(edition, name, number):
    handle = eccodes.codes_grib_new_from_samples(f"regular_ll_pl_grib{edition}")
    member = {"setLocalDefinition": 1, "localDefinitionNumber": 1, "type": "an", "stream": "enda", "class": "ea"}
    member = member if edition == 1 else {"productDefinitionTemplateNumber": 1}
    keys = {**member, "numberOfForecastsInEnsemble": MEMBERS, "number": number, "level": 850, "shortName": name,
            "bitsPerValue": 16}  # fmt: skip
    for key, value in keys.items():
        eccodes.codes_set(handle, key, value)
    points = eccodes.codes_get(handle, "numberOfDataPoints")
    eccodes.codes_set_values(handle, np.linspace(-30, 30, points))
    data = eccodes.codes_get_message(handle)
    eccodes.codes_release(handle)
    return data


def _scan(path):
    with path.open("rb") as file:
        headers.scan(path, file.fileno())


def _first(path):
    _forget()
    index.place(path).unlink(missing_ok=True)
    Source(path).close()


def _later(path):
    _forget()
    Source(path).close()


def _forget():
    for known in (index._in_memory, catalogue._names, catalogue._grids):
        known.clear()


def decoded(files):
    """Decode the bytes of all messages."""
    for path in files:
        with path.open("rb") as file:
            for row in _rows(path, file):
                handle = eccodes.codes_new_from_message(os.pread(file.fileno(), int(row["length"]), int(row["offset"])))
                eccodes.codes_get_values(handle)
                eccodes.codes_release(handle)


_known = {}


def _rows(path, file):
    """Where the messages are: found in the round that is not counted."""
    if path not in _known:
        _known[path] = headers.scan(path, file.fileno()).fields
    return _known[path]


def counted(files):
    """Fields of all files."""
    return sum(len(_known[path]) for path in files)


def fields(files):
    """Read all fields as steps of all members."""
    for path in files:
        source = Source(path)
        for name in "uv":
            variable = source.root.variables.get(name)
            if variable is None:
                continue
            roles = tuple(ROLES[dimension] for dimension in variable.dimensions)
            reader = source.reader(variable, roles, 0, LARGEST)
            size = dict(zip(roles, variable.shape, strict=True))
            for step in range(size["time"]):
                reader.read_chunks(step, step + 1, slice(0, size.get("member", 1)))
        source.close()


def _task(place, members, imports):
    setup = {"data": place, "best_tracks": planted_data.BEST_TRACKS}
    with tempfile.TemporaryDirectory() as home:  # the index is made anew
        os.environ["STORMTRACKS_HOME"] = home
        return fresh_process.tasks(setup, [planted_data.YEAR], members, imports)


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--members", type=int, default=10, help="of the planted data [%(default)s]")
    parser.add_argument("--steps", type=int, default=62, help="6-hourly times of the planted data [%(default)s]")
    parser.add_argument("--cache", type=Path, help="folder to keep the data in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
