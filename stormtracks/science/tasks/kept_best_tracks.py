"""The best tracks of a season, kept ready on this host: to read them from IBTrACS's file costs as much as 100 steps.

A file holds what was read for one window of time, under a name that its file, as it was then, the window, the agency,
this code and this host go into. A file that was replaced is another one, also where size and time of change were kept.
What does not prove itself, or cannot be kept, is read as if there were none.
"""

import contextlib
import dataclasses
import hashlib
import json
import platform
from pathlib import Path

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
    place = _place(file, start, stop, wind_source)
    arrays = kept_arrays.read(place, _KIND) if place else None
    if arrays is not None:
        kept = dict(zip(_NAMES, arrays, strict=True))
        return BestTracks(**kept | {"remarks": tuple(kept["remarks"].tolist())})
    found = ibtracs.load(file.path, start, stop, wind_source=wind_source)
    # Nobody wrote to it while it was read.
    if place and ibtracs.input_file(file.path) == file and _place(file, start, stop, wind_source) == place:
        values = vars(found) | {"remarks": np.array(found.remarks, "U")}
        kept_arrays.write(place, _KIND, [values[name] for name in _NAMES], _MOST_FILES)
    return found


def _place(file: InputFile, start: np.datetime64, stop: np.datetime64, wind_source: str) -> Path | None:
    """Where they are kept; None where nothing can be."""
    with contextlib.suppress(StormtracksError, OSError):
        now = file.path.stat()
        stated = [str(file.path.absolute()), file.size, file.mtime_ns, now.st_dev, now.st_ino, now.st_ctime_ns]
        known_by = [*stated, str(start), str(stop), wind_source, code_version(), platform.node()]
        name = hashlib.sha256(json.dumps(known_by).encode()).hexdigest()[:32]
        return private.state("best_tracks") / f"{name}.storms"
    return None
