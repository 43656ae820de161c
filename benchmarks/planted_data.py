"""Planted data for benchmarks: made at the first use, kept where the benchmark is given a folder for it."""

import contextlib
import os
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from benchmarks.surroundings import CHECKOUT
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
        Further fields of `synthetic.Plan`.

    Returns
    -------
    Path
    """
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
