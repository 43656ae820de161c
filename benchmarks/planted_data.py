"""Planted data for benchmarks: made at the first use, kept where the benchmark is given a folder for it."""

import contextlib
import os
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import netCDF4
import numpy as np
from scipy import ndimage

from benchmarks.surroundings import CHECKOUT
from stormtracks import disk
from stormtracks.science import ibtracs, synthetic

YEAR = 2005
FIRST = date(YEAR, 6, 1)
BEST_TRACKS = CHECKOUT / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"


@contextlib.contextmanager
def cache(folder):
    """The folder to keep data in; none: that of STORMTRACKS_BENCH_CACHE, else one that goes with the benchmark."""
    folder = folder or os.environ.get("STORMTRACKS_BENCH_CACHE")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        yield Path(folder)
    else:
        with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as temporary:
            yield Path(temporary)


FINEST = 0.25
"""Degrees of the finest grid that is planted; winds on a finer one are these between its points."""
_AROUND = 8
"""Rows and columns that are repeated at the edges, for splines."""


def season(folder, steps, year=YEAR, **plan):
    """Folder with planted winds, made if it is not there.

    Parameters
    ----------
    folder : Path
        That of `cache`.
    steps : int
        Times from 1 June on; rounded up to whole days, with 00 UTC of the last day.
    year : int
    plan
        Further fields of `synthetic.Plan`; the grid may be finer than `FINEST`, of one member with files of its own.

    Returns
    -------
    Path
    """
    if plan.get("grid", FINEST) < FINEST:
        return _finer(season(folder, steps, year, **plan | {"grid": FINEST}), plan["grid"], year)
    per_day = 24 // plan.setdefault("step_hours", 6)
    first = FIRST.replace(year=year)
    stop = first + timedelta(days=-(-(steps - 1) // per_day))
    made = synthetic.Plan(year, start=first.isoformat(), stop=stop.isoformat(), **plan)
    name = f"{made.layout}_{made.grid:g}deg_{made.members}members_{len(made.times)}steps_{made.step_hours}h"
    place = folder / name
    if not (place / f"truth_{year}.nc").exists():
        print(f"planting {year} in {place} ...", file=sys.stderr, flush=True)
        best = ibtracs.load(BEST_TRACKS, made.times[0], made.times[-1])
        synthetic.plant(place, made, best, overwrite=True)
    return place


def winds(place, year=YEAR, member=None):
    """(file, variable) of the winds in a planted folder: of all members, or of one with files of its own."""
    together = [(place / f"{letter}850_{year}.nc", f"{letter}850") for letter in "uv"]
    if together[0][0].exists():
        return together
    pattern = f"?GRD850.{year}_mem{'*' if member is None else f'{member + 1:03d}'}.nc"
    return [(path, path.name[:4]) for path in sorted((place / str(year)).glob(pattern))]


def _finer(source, degrees, year):
    """A folder of the same winds on a finer grid, made if it is not there."""
    place = source.with_name(source.name.replace(f"{FINEST:g}deg", f"{degrees:g}deg"))
    for path, name in winds(source, year):
        new = place / path.relative_to(source)
        if not new.exists():
            new.parent.mkdir(parents=True, exist_ok=True)
            print(f"planting {new} ...", file=sys.stderr, flush=True)
            with disk.whole(new) as temporary, netCDF4.Dataset(path) as old, netCDF4.Dataset(temporary, "w") as made:
                _write_finer(old, made, name, degrees)
    return place


def _write_finer(old, made, name, degrees):
    axes = {"lat": np.linspace(-90.0, 90.0, round(180 / degrees) + 1), "lon": np.arange(round(360 / degrees)) * degrees}
    for axis, values in (axes | {"time": old["time"][:]}).items():
        made.createDimension(axis, len(values))
        made.createVariable(axis, "f8", (axis,)).setncatts(old[axis].__dict__)
        made[axis][:] = values
    shape = 1, *map(len, axes.values())
    wind = made.createVariable(name, "f4", ("time", *axes), zlib=True, complevel=6, shuffle=True, chunksizes=shape)
    wind.setncatts({key: value for key, value in old[name].__dict__.items() if key != "_FillValue"})
    south_first = slice(None) if old["lat"][0] < 0 else slice(None, None, -1)
    for step, field in enumerate(old[name]):
        # Rounded as what is planted is, and as winds of archives are.
        wind[step] = np.rint(16 * _between(np.asarray(field, float)[south_first], *shape[1:])) / 16


def _between(field, rows, columns):
    """A field from pole to pole, shape (rows, columns), by cubic splines; winds change their sign across a pole."""
    opposite = -np.roll(field, field.shape[1] // 2, axis=1)
    padded = np.concatenate([opposite[1 : _AROUND + 1][::-1], field, opposite[-_AROUND - 1 : -1][::-1]])
    padded = np.concatenate([padded[:, -_AROUND:], padded, padded[:, :_AROUND]], axis=1)
    row = np.linspace(0, field.shape[0] - 1, rows) + _AROUND
    column = np.arange(columns) * (field.shape[1] / columns) + _AROUND
    return ndimage.map_coordinates(padded, np.meshgrid(row, column, indexing="ij"), order=3)
