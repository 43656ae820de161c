"""The same planted ensemble in every format: the whole task of all its members, against the format's library alone.

    python -m benchmarks.formats [--members 10] [--steps 41] [--grid 1] [--layouts grib1 zarr3 ...]

CPU seconds of whole processes less their imports (eccodes' and tensorstore's too), from files in the page cache to
saved results, in turn with those of a process that only reads u and v once: with netCDF4 in its faster way (see
`benchmarks.floor`), with eccodes, or block by block with tensorstore. The index of GRIB files is made anew each time.
Every layout has the same numbers, so all tasks must find the same.
"""

import argparse
import statistics

from benchmarks import fresh_process, planted_data
from benchmarks.floor import faster_way
from benchmarks.surroundings import describe, spread, table

LAYOUTS = {
    "20crv2c": "netCDF, all members in a chunk",
    "20crv3": "netCDF, a file per member",
    "era5": "netCDF, as the Climate Data Store",
    "grib1": "GRIB 1, simple, 16 bit",
    "grib2": "GRIB 2, simple, 16 bit",
    "grib2-ccsds": "GRIB 2, CCSDS",
    "grib2-complex": "GRIB 2, complex, differences",
    "gefs": "GRIB 2, a file per member and lead",
    "zarr2": "Zarr 2, blosc lz4",
    "zarr3": "Zarr 3, shards",
    "zarr3-long": "Zarr 3, 40 steps in a chunk",
}
HEAD = ("format", "files", "MB", "library ms/step", "task ms/step", "ratio", "maxima", "tracks")


def main(arguments=None):
    """Print a row for each layout."""
    options = _options(arguments)
    with planted_data.cache(options.cache) as folder:
        rows = [measured(layout, folder, options) for layout in options.layouts]
    shown = f"{options.members} members, {options.grid:g} degrees; medians of {options.pairs} in turn\n"
    shown += table(HEAD, rows)
    print(f"{describe()}\n\n{shown}")
    if len({row[-2:] for row in rows}) > 1:
        raise SystemExit("error: not all layouts have the same maxima and tracks")


def measured(layout, folder, options):
    """A row of the table."""
    place = planted_data.season(folder, options.steps, members=options.members, grid=options.grid, layout=layout)
    files = [path for path in place.rglob("*") if path.is_file() and not path.name.startswith("truth_")]
    alone, package = _library(layout, place)
    alone()  # brings the files into the page cache
    libraries, tasks = [], []
    for _ in range(options.pairs):
        libraries.append(alone())
        setup = {"data": place, "best_tracks": planted_data.BEST_TRACKS}
        cpu, found = fresh_process.tasks(setup, [planted_data.YEAR], options.members, package)
        tasks.append(cpu)
    each = 1000 / found["steps"] / options.members
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    ratio = statistics.median(tasks) / statistics.median(libraries)
    return (
        LAYOUTS[layout], len(files), f"{megabytes:.1f}", spread(libraries, each), spread(tasks, each), f"{ratio:.2f}",
        found["maxima"], found["tracks"],
    )  # fmt: skip


def _library(layout, place):
    """What reads the winds of a layout once with the format's own library, and the package that is imported late."""
    if layout.startswith("zarr"):
        store = next(place.glob("*.zarr"))
        return lambda: fresh_process.chunks([(store, "u"), (store, "v")]), ["tensorstore"]
    if layout.startswith("grib") or layout == "gefs":
        files = sorted(path for path in place.rglob("*") if path.is_file() and path.suffix != ".nc")
        return lambda: fresh_process.decode(files), ["eccodes"]
    if layout == "era5":
        winds = [(place / f"{n}_{planted_data.YEAR}.nc", n) for n in "uv"]
    else:
        winds = planted_data.winds(place)
    way = faster_way(winds)
    return lambda: fresh_process.floor(winds, way), []


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=list(LAYOUTS))
    parser.add_argument("--members", type=int, default=10, help="[%(default)s]")
    parser.add_argument("--steps", type=int, default=41, help="6-hourly times [%(default)s]")
    parser.add_argument("--grid", type=float, default=1.0, help="degrees [%(default)s]")
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
