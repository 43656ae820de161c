"""How the cost of a task grows: with its steps, with the maxima to link, with the cells of the grid.

    python -m benchmarks.growth [--parts steps linking cells] [--repeats 5] [--cache FOLDER]

Steps: one member at 2 degrees, 50 minutes apart so that 10,000 are within a year; the stored chunks of a planted
season, again and again. Linking: the maxima of a planted season, again and again, 6 hours apart. Cells: one member,
as many steps as give each grid about the same work; of the task, winds -> maxima apart, without reading them, by the
kernel and by NumPy. CPU seconds of fresh processes less imports; without best tracks.
The floor is the faster of two ways to read (see `benchmarks.floor`).
"""

import argparse
import dataclasses
import functools
import itertools
import statistics
import tempfile
import time
from pathlib import Path

import h5py
import netCDF4
import numpy as np

from benchmarks import fresh_process, planted_data
from benchmarks.floor import Floor
from benchmarks.surroundings import describe, spread, table
from stormtracks.science import linking, pipeline, results
from stormtracks.science.records import Maxima, TimeAxis
from stormtracks.science.settings import LINKERS, Settings

STEPS = (100, 300, 1000, 3000, 10_000)
STEP_MINUTES = 50
MAXIMA = (160_000, 1_000_000)
LINKING_TARGETS = {("nearest", 160_000): 0.04, ("motion", 160_000): 0.15}
CELLS = {4.0: 733, 2.0: 733, 1.0: 201, 0.5: 61, 0.25: 29, 0.1: 9}
SOME = 9
"""Steps of each grid whose maxima are found apart."""
SOURCE_STEPS = 201


def main(arguments=None):
    """Print a table for each part."""
    options = _options(arguments)
    print(describe())
    with planted_data.cache(options.cache) as folder:
        for part in options.parts:
            {"steps": steps, "linking": links, "cells": cells}[part](folder, options.repeats)


def steps(folder, repeats):
    """Tasks of 100 to 10,000 steps."""
    source = planted_data.season(folder, SOURCE_STEPS, members=1, grid=2.0, layout="20crv3")
    rows, whole = [], {}
    reach = Settings().max_speed_m_s1 * 6 * 60 / STEP_MINUTES
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as temporary:
        for count in STEPS:
            place = repeated(source, Path(temporary) / str(count), count)
            setup = {"data": place, "settings": {"max_speed_m_s1": reach}}
            seconds, found, floor = _in_turn(setup, planted_data.winds(place), repeats)
            each = 1000 / found["steps"]
            whole[count] = statistics.median(seconds)
            now, old = floor.cells(each)
            rows.append((f"{count:,}", found["maxima"], floor.words, now, spread(seconds, each), old))
    head = ("steps", "maxima", "floor", "floor ms/step", "task ms/step", "old floor ms/step")
    print("\nCPU by number of steps\n" + table(head, rows))
    slopes = [1000 * (whole[b] - whole[a]) / (b - a) for a, b in itertools.pairwise(STEPS)]
    print("each further step: " + ", ".join(f"{slope:.2f}" for slope in slopes) + " ms")


def links(folder, repeats):
    """Linking of many maxima, with both linkers."""
    maxima, axis = planted_maxima(folder)
    rows = []
    for count in MAXIMA:
        many, times = repeated_maxima(maxima, axis, count)
        for linker in LINKERS:
            link = functools.partial(linking.link, many, times, linker=linker)
            seconds, tracks = _timed(link, repeats)
            each = 1e6 * statistics.median(seconds) / count
            made = f"{count:,}", f"{len(tracks.row_size):,}", spread(seconds, digits=3)
            rows.append((linker, *made, LINKING_TARGETS.get((linker, count), "-"), f"{each:.2f}"))
    head = ("linker", "maxima", "tracks", "CPU s", "target s", "us a maximum")
    print("\nlinking, CPU of this process\n" + table(head, rows))


def cells(folder, repeats):
    """Tasks on grids of 4 to 0.1 degrees."""
    rows, points = [], []
    for grid, count in CELLS.items():
        place = planted_data.season(folder, count, members=1, grid=grid, layout="20crv3")
        seconds, found, floor = _in_turn({"data": place}, planted_data.winds(place), repeats)
        number, each = (round(180 / grid) + 1) * round(360 / grid), 1000 / found["steps"]
        median = statistics.median(seconds) * each
        points.append((number, median))
        head = (f"{grid:g}", f"{number:,}", found["steps"], round(found["maxima"] / found["steps"]))
        now, old = floor.cells(each)
        few = min(found["steps"], SOME)
        apart = [spread(fresh_process.maxima(place, planted_data.YEAR, few, switch), 1000) for switch in ("on", "off")]
        cost = now, spread(seconds, each), f"{1e6 * median / number:.1f}", *apart, old
        rows.append((*head, floor.words, *cost))
    head = ("degrees", "cells", "steps", "maxima/step", "floor", "floor ms/step", "task ms/step", "ns a cell")
    head += ("maxima ms/step", "by NumPy", "old floor ms/step")
    print("\nCPU by grid\n" + table(head, rows))
    slope = np.polyfit(*np.log(np.array(points).T), 1)[0]
    print(f"CPU grows as the number of cells to the power of {slope:.2f}")


def repeated(source, place, count, minutes=STEP_MINUTES, first=0):
    """A folder of one member with `count` steps whose stored chunks are those of another's, again and again.

    Those before the `first` have none: what is read of them is 0.
    """
    for path, variable in planted_data.winds(source):
        new = place / str(planted_data.YEAR) / path.name
        new.parent.mkdir(parents=True, exist_ok=True)
        _write_frame(path, new, variable, count, minutes)
        with h5py.File(path) as old_file, h5py.File(new, "a") as new_file:
            old, fresh = old_file[variable], new_file[variable]
            for step in range(first, count):
                mask, chunk = old.id.read_direct_chunk((step % len(old), 0, 0))
                fresh.id.write_direct_chunk((step, 0, 0), chunk, mask)
    return place


def planted_maxima(folder):
    """The maxima of a planted season of one member, and its time axis."""
    data = planted_data.season(folder, 733, members=1, grid=2.0, layout="20crv3")
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as place:
        made = pipeline.run_task(planted_data.YEAR, 0, "vort_track", {"data": data, "results": place})
        result = results.load(made["path"])
    return result.maxima, result.axis


def repeated_maxima(maxima, axis, count):
    """`count` of these maxima, followed by themselves again and again, and a time axis that is long enough."""
    times = -(-count // len(maxima))
    columns = {field.name: np.tile(getattr(maxima, field.name), times)[:count] for field in dataclasses.fields(Maxima)}
    columns["step"] = columns["step"] + np.repeat(np.arange(times, dtype=np.int32) * len(axis), len(maxima))[:count]
    hours = np.arange(times * len(axis)) * axis.step_hours
    moments = axis.times[0] + (hours * 3600).astype("timedelta64[s]")
    return Maxima(**columns), TimeAxis(moments, hours, axis.calendar)


def _write_frame(path, new, variable, count, minutes):
    """A file like another but for its number of times, and without winds."""
    with netCDF4.Dataset(path) as old, netCDF4.Dataset(new, "w", format="NETCDF4_CLASSIC") as made:
        for name in ("lat", "lon"):
            made.createDimension(name, len(old.dimensions[name]))
            made.createVariable(name, old[name].dtype, (name,)).setncatts(old[name].__dict__)
            made[name][:] = old[name][:]
        made.createDimension("time", count)
        time_of = made.createVariable("time", "f8", ("time",))
        time_of.setncatts({"units": f"minutes since {planted_data.YEAR}-01-01", "calendar": "proleptic_gregorian"})
        time_of[:] = np.arange(count) * minutes
        wind = old[variable]
        made.createVariable(
            variable, "f4", wind.dimensions, chunksizes=wind.chunking(), fill_value=False, **_filters(wind)
        ).setncatts({key: value for key, value in wind.__dict__.items() if key != "_FillValue"})


def _filters(variable):
    used = variable.filters()
    return {"zlib": used["zlib"], "shuffle": used["shuffle"], "complevel": used["complevel"]}


def _in_turn(setup, files, repeats):
    """CPU seconds of tasks and what they found, and the floor, in turn."""
    floor, seconds = Floor(files), []
    for _ in range(repeats):
        floor.measure()
        used, found = fresh_process.tasks(setup, [planted_data.YEAR])
        seconds.append(used)
    return seconds, found, floor


def _timed(once, repeats):
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        made = once()
        seconds.append(time.process_time() - start)
    return seconds, made


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parts = ("steps", "linking", "cells")
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--repeats", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
