"""The best tracks of a season, kept ready on this host: to read them from IBTrACS's file costs as much as 100 steps.

A file holds what was read for one window of time, or when the first and the last of all are, under a name that its
file, as it was then, the window, the agency, this code and this host go into. A file that was replaced is another one,
also where size and time of change were kept. What does not prove itself, or cannot be kept, is read as if there were
none.
"""

import contextlib
import dataclasses
import hashlib
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import private
from stormtracks.errors import StormtracksError
from stormtracks.science import ibtracs, kept_arrays
from stormtracks.science.records import BestTracks, InputFile
from stormtracks.version import code_version

_KIND = "stormtracks best tracks 1"
_NAMES = tuple(field.name for field in dataclasses.fields(BestTracks))
_MOST_FILES = 512
"""Windows of time, of 20 kB each: a run of 180 years, or the starts of ten years of weekly forecasts."""


def load(file: InputFile, start: np.datetime64, stop: np.datetime64, wind_source: str) -> BestTracks:
    """The best tracks of a window of time; see `ibtracs.load`.

    Parameters
    ----------
    file : InputFile
        As it is now; another size or time of change is another file.
    start, stop : datetime64
    wind_source : str
    """

    def read() -> list[Any]:
        found = ibtracs.load(file.path, start, stop, wind_source=wind_source)
        values = vars(found) | {"remarks": np.array(found.remarks, "U")}
        return [values[name] for name in _NAMES]

    arrays = _kept(file, [str(start), str(stop), wind_source], read)
    kept = dict(zip(_NAMES, arrays, strict=True))
    return BestTracks(**kept | {"remarks": tuple(kept["remarks"].tolist())})


def span(file: InputFile, wind_source: str) -> tuple[np.datetime64, np.datetime64] | None:
    """First and last time of all that a file has; None of a file without a best track."""

    def read() -> list[Any]:
        times = ibtracs.load(file.path, wind_source=wind_source).time
        return [np.array([times.min(), times.max()] if len(times) else [], "datetime64[s]")]

    (times,) = _kept(file, ["first and last time", wind_source], read)
    return (times[0], times[1]) if len(times) else None


def _kept(file: InputFile, wanted: list[str], read: Callable[[], list[Any]]) -> list[Any]:
    """What a file is read for, from what was kept of it, else read and kept."""
    place = _place(file, wanted)
    arrays = kept_arrays.read(place, _KIND) if place else None
    if arrays is not None:
        return arrays
    arrays = read()
    # Nobody wrote to it while it was read.
    if place and ibtracs.input_file(file.path) == file and _place(file, wanted) == place:
        kept_arrays.write(place, _KIND, arrays, _MOST_FILES)
    return arrays


def _place(file: InputFile, wanted: list[str]) -> Path | None:
    """Where that is kept; None where nothing can be."""
    with contextlib.suppress(StormtracksError, OSError):
        now = file.path.stat()
        stated = [str(file.path.absolute()), file.size, file.mtime_ns, now.st_dev, now.st_ino, now.st_ctime_ns]
        known_by = [*stated, *wanted, code_version(), platform.node()]
        name = hashlib.sha256(json.dumps(known_by).encode()).hexdigest()[:32]
        return private.state("best_tracks") / f"{name}.storms"
    return None
