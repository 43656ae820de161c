"""Tracks whose kind is known, with what the fields show around them."""

import numpy as np

from stormtracks.science.records import TimeAxis, Tracks
from stormtracks.science.track_fields import TrackFields

AXIS = TimeAxis(np.datetime64("2005-08-01T00", "s") + np.arange(60) * np.timedelta64(6, "h"), 6.0 * np.arange(60))
HURRICANE = {"pressure_depth": 900.0, "pressure_min": 97000.0, "warm_core": 40.0, "wind_max": 35.0, "sea": 1.0}
HURRICANE |= {"wind_max_distance": 100.0, "lower_thickness_asymmetry": 2.0}
LOW = HURRICANE | {"warm_core": -60.0, "lower_thickness_asymmetry": 30.0, "wind_max_distance": 450.0}
LEVELS = {"warm_core": "z200 - z500"}


def member(*lines, made_of=LEVELS, without=()):
    """Tracks and their fields; each line: first step, steps, (lat, lon) of first and last point, and its fields.

    A field is one value, or one for each point.
    """
    sizes = np.array([line[1] for line in lines], int)
    step = np.concatenate([np.arange(first, first + size) for first, size, *_ in lines])
    lat, lon = (
        np.concatenate([np.linspace(line[2][k], line[3][k], line[1]) for line in lines]).astype(float) for k in (0, 1)
    )
    names = sorted(set().union(*(line[4] for line in lines)) - set(without) - {"vorticity"})
    values = {
        name: np.concatenate([np.full(line[1], line[4].get(name, np.nan)) for line in lines]).astype("f4")
        for name in names
    }
    vorticity = np.concatenate([np.full(line[1], line[4].get("vorticity", 1.5e-4)) for line in lines]).astype("f4")
    tracks = Tracks(sizes, AXIS.times[step], lat, lon, vorticity, np.arange(len(step)))
    return tracks, TrackFields(values, made_of)


def hurricane(first=10, size=20, fields=HURRICANE, start=(15, -50), stop=(30, -75)):
    return first, size, start, stop, fields


def low(first=10, size=20, fields=LOW, start=(42, -60), stop=(55, -20)):
    return first, size, start, stop, fields
