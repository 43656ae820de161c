"""The NetCDF layout of a list of storms: name, type, unit and meaning of each variable."""

import numpy as np

from stormtracks.science.lists import CLASSES
from stormtracks.science.results import layout
from stormtracks.science.results.columns import Column

_CLASS = {
    "standard_name": "status_flag",
    "flag_values": np.arange(len(CLASSES), dtype=np.int8),
    "flag_meanings": " ".join(CLASSES),
    "comment": "tc: tropical cyclone; etc: extratropical cyclone; hybrid: both, one after the other",
}
_PROBABILITY = {"long_name": "probability that it is a tropical cyclone", "units": "1"}

STORMS = {
    "storm_class": Column("i1", "trajectory", _CLASS | {"long_name": "class of the storm"}),
    "probability": Column("f4", "trajectory", _PROBABILITY),
    "tc_first": Column(
        "i8",
        "trajectory",
        layout.TIME | {"long_name": "first time as a tropical cyclone", "_FillValue": layout.NOT_A_TIME},
    ),
    "tc_last": Column(
        "i8",
        "trajectory",
        layout.TIME | {"long_name": "last time as a tropical cyclone", "_FillValue": layout.NOT_A_TIME},
    ),
    "intensity_max": Column(
        "f4",
        "trajectory",
        {"long_name": "highest wind around the storm while it is of its class", "units": "m s-1"},
    ),
    "pressure_lowest": Column(
        "f4",
        "trajectory",
        {"long_name": "lowest pressure at mean sea level while it is of its class", "units": "Pa"},
    ),
    "genesis_lat": Column("f8", "trajectory", layout.LAT | {"long_name": "latitude where it is first of its class"}),
    "genesis_lon": Column("f8", "trajectory", layout.LON | {"long_name": "longitude where it is first of its class"}),
    "tropical": Column(
        "i1",
        "obs",
        {
            "long_name": "whether the storm is a tropical cyclone at the point",
            "flag_values": np.array([0, 1], np.int8),
            "flag_meanings": "no yes",
            "coordinates": "time lat lon",
        },
        small=True,
    ),
}
"""Beside `layout.TRACKS` in the root of the file."""

EVERY = {
    "storm_class": Column("i1", "track", _CLASS | {"long_name": "class of the track"}, small=True),
    "probability": Column("f4", "track", _PROBABILITY, small=True),
}
"""Group 'every': all of the member's tracks, in the order of its `vort_track` result."""

MATCHES = layout.MATCHES | {
    "track": Column("i4", "storm", {"long_name": "index of the matched trajectory, -1 for a miss"}),
}
"""Group 'matches': the best tracks that the season could have seen, and which tropical cyclone of the list each is."""
