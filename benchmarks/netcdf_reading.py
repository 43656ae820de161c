"""Opening and reading netCDF files, this checkout against another one: CPU seconds, in turn.

    python -m benchmarks.netcdf_reading --against FOLDER [--pairs 15] [--cases open ...] [--cache FOLDER]

FOLDER is a checkout of an earlier commit (git worktree add FOLDER COMMIT). A process of each does the
same in turn, once before it counts; the files are in the page cache. A ratio is the median of the ratios of the pairs.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import netCDF4
import numpy as np

from benchmarks.fresh_process import ROOT, one_thread
from benchmarks.surroundings import describe, table

HEAD = ("case", "there, s", "here, s", "ratio")
CASES = {
    "open": "20CR of the sample, looked into and opened 20 times",
    "files": "400 files of one step each, opened and read",
    "member": "one member of 10 in a chunk, 200 steps, 2 degrees",
    "all": "10 members in a chunk, 400 steps, 2 degrees",
    "deflated": "1 degree, deflated, 200 steps twice",
    "classic": "1 degree, classic, 200 steps 6 times",
    "long": "1 degree, 40 steps in a chunk, step by step",
}
PROGRAM = """
import json, sys, time
from stormtracks.science.reanalysis import open_season
from stormtracks.science.reanalysis.fields import contents
for line in sys.stdin:
    case, data, steps, places, times, count = json.loads(line)
    places = slice(None) if places is None else places
    begin = time.process_time()
    for _ in range(times):
        contents._known.clear()
        with open_season(data, 1987 if case == "open" else 2005) as season:
            for _ in range(count):
                for start in range(0, len(season.axis) if steps else 0, steps or 1):
                    season.read(start, min(start + steps, len(season.axis)), places)
    print(time.process_time() - begin, flush=True)
"""
READ = {  # steps at a time, members, how many times opened, and read
    "open": (0, None, 20, 1),
    "files": (1, [0], 1, 1),
    "member": (10, [3], 1, 1),
    "all": (1, None, 1, 2),
    "deflated": (4, [0], 1, 2),
    "classic": (4, [0], 1, 6),
    "long": (1, [0], 1, 1),
}


def main(arguments=None):
    """Print a row for each case."""
    options = _options(arguments)
    print(describe())
    with tempfile.TemporaryDirectory(dir=options.cache) as folder:
        rows = [row(case, Path(folder), options) for case in options.cases]
    print(table(HEAD, rows))


def row(case, folder, options):
    """The figures of a case."""
    data = ROOT / "sample/20crv2c_1987" if case == "open" else folder / case
    if case != "open":
        write(case, data)
    order = json.dumps([case, str(data), *READ[case]])
    with program(options.against) as there, program(ROOT) as here:
        pairs = [[seconds(one, order) for one in (there, here)] for _ in range(options.pairs + 1)][1:]
    medians = (statistics.median(one) for one in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for other, one in pairs)
    return CASES[case], *(f"{median:.3f}" for median in medians), f"{ratio:.3f}"


@contextlib.contextmanager
def program(checkout):
    """A process in a checkout that does what it is told."""
    command, pipe = [sys.executable, "-c", PROGRAM], subprocess.PIPE
    with subprocess.Popen(command, cwd=checkout, stdin=pipe, stdout=pipe, text=True, env=one_thread(checkout)) as found:
        yield found
        found.stdin.close()


def seconds(process, order):
    """What a process takes for a case."""
    process.stdin.write(order + "\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def write(case, folder):
    """The files of a case."""
    folder.mkdir()
    if case == "files":
        for number in range(400):
            _file(folder / f"a{number:04d}.nc", [6.0 * number], (5, 6), {})
        return
    shape = (91, 180) if case in ("member", "all") else (181, 360)
    members = 10 if case in ("member", "all") else None
    create = {"zlib": True, "complevel": 4, "chunksizes": (1, *([members] if members else []), *shape)}
    if case == "long":
        create["chunksizes"] = (40, *shape)
    _file(folder / "x.nc", np.arange(200) * 6.0, shape, {} if case == "classic" else create, members)


def _file(path, hours, shape, create, members=None):
    """A file with u and v, the noise of which is as smooth as winds are."""
    noise = np.random.default_rng(1).normal(0, 1, (len(hours) if len(hours) > 1 else 1, *shape)).astype("f4")
    smooth = np.cumsum(noise, axis=-1) / 4
    with netCDF4.Dataset(path, "w", format="NETCDF4" if create or shape == (5, 6) else "NETCDF3_64BIT_OFFSET") as nc:
        sizes = {"time": len(hours), "member": members, "lat": shape[0], "lon": shape[1]}
        sizes = {name: size for name, size in sizes.items() if size}
        for name, size in sizes.items():
            nc.createDimension(name, size)
        _coordinate(nc, "time", hours, "hours since 2005-01-01")
        _coordinate(nc, "lat", np.linspace(-90, 90, shape[0]), "degrees_north")
        _coordinate(nc, "lon", np.arange(shape[1]) * 360 / shape[1], "degrees_east")
        if members:
            _coordinate(nc, "member", np.arange(members), "1")
        for name in ("u", "v"):
            variable = nc.createVariable(name, "f4", tuple(sizes), **create)
            variable.units = "m s-1"
            variable[:] = smooth[:, None] if members else smooth


def _coordinate(nc, name, values, units):
    variable = nc.createVariable(name, "f8", (name,))
    variable.units = units
    variable[:] = values


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", required=True, help="checkout of an earlier commit")
    parser.add_argument("--pairs", type=int, default=15, help="how often each does it (15)")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), help="all of them")
    parser.add_argument("--cache", default=None, help="folder for the files that are written")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
