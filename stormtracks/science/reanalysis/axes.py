"""Dimensions by name, units and axis, never by position; and the grid that they make."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.records import Grid

LONGEST_AXIS = 20_000_000
"""Entries; an axis that claims more is a damaged header (3-hourly data of 6,000 years have fewer)."""
_EVEN = 0.1
"""Largest departure of a longitude from even spacing, in steps (files store 0.703125 as 0.703)."""

_STANDARD_NAMES = {
    "latitude": "lat",
    "longitude": "lon",
    "time": "time",
    "air_pressure": "level",
    "realization": "member",
    "height": "height",
}
_NAMES = {
    "lat": re.compile(r"lat(itude)?s?(_?\d+)?"),
    "lon": re.compile(r"lon(gitude)?s?(_?\d+)?"),
    "time": re.compile(r"(valid_|initial_)?time(_?\d+)?(_hours)?|t"),
    "level": re.compile(r"p?lev(el)?s?(_?\d+)?|plev\d*|pressure(_levels?)?|isobaric.*|lv_isbl\d*"),
    "member": re.compile(r"ens(emble)?(_?members?(_number)?)?\d*|number|members?|reali[sz]ation"),
    "height": re.compile(r"height(_?\d+m?)?|heightaboveground"),
    "expver": re.compile(r"expver"),
}
_NORTH = {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreesn", "degreen"}
_EAST = {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreese", "degreee"}
_HPA = {
    "hpa": 1.0,
    "mb": 1.0,
    "mbar": 1.0,
    "millibar": 1.0,
    "millibars": 1.0,
    "pa": 0.01,
    "pascal": 0.01,
    "pascals": 0.01,
}
_METRES = {"m", "metre", "metres", "meter", "meters"}


@dataclass(frozen=True)
class Axis:
    """One dimension of a variable: what it is, its length and its coordinate variable (None where there is none)."""

    dimension: str
    role: str
    size: int
    coordinate: netCDF4.Variable | None


@dataclass(frozen=True)
class Columns:
    """How stored rows and columns become south to north and west to east from [0, 360).

    Attributes
    ----------
    flip_rows, flip_columns : bool
        Whether the stored order is north to south, east to west.
    columns : int
        Columns kept: one less than stored where the last repeats the first.
    roll : int
        How many columns go from the front to the end, after flipping.
    """

    flip_rows: bool
    flip_columns: bool
    columns: int
    roll: int

    @property
    def unchanged(self) -> bool:
        """Whether rows and columns stay where they are (apart from a repeated last column)."""
        return not (self.flip_rows or self.flip_columns or self.roll)

    def normalised(self, values: Floats) -> Floats:
        """Values (..., lat, lon) in the order of the `Grid`: the same array where that is how they are stored."""
        if self.flip_rows:
            values = values[..., ::-1, :]
        if self.flip_columns:
            values = values[..., ::-1]
        values = values[..., : self.columns]
        if not self.roll:
            return values
        return np.concatenate([values[..., self.roll :], values[..., : self.roll]], axis=-1)


def attribute(variable: netCDF4.Variable | netCDF4.Dataset, name: str) -> Any:
    """Attribute of a netCDF4 variable or file, "" where it has none."""
    try:
        return variable.getncattr(name)
    except AttributeError:
        return ""


def of_variable(nc: netCDF4.Dataset, variable: netCDF4.Variable) -> list[Axis]:
    """The axes of a variable, a list of `Axis` in stored order; role "" where it is not understood."""
    return [_axis(nc, variable, dimension) for dimension in variable.dimensions]


def is_gridded(nc: netCDF4.Dataset, variable: netCDF4.Variable) -> bool:
    """Whether a variable lies on latitudes and longitudes."""
    return {"lat", "lon"} <= {axis.role for axis in of_variable(nc, variable)}


def levels_hpa(nc: netCDF4.Dataset, variable: netCDF4.Variable) -> tuple[float, ...] | None:
    """Pressure levels of a variable, from its axis or its scalar coordinate; None where neither says."""
    coordinate = _described_by(nc, variable, "level")
    factor = None if coordinate is None else _HPA.get(str(attribute(coordinate, "units")).lower())
    if coordinate is None or (factor is None and attribute(coordinate, "units") != ""):
        return None
    values = np.atleast_1d(_small(coordinate)).astype(float)
    if factor is None:
        factor = 0.01 if values.max() > 2000 else 1.0  # no units: no pressure level lies above 2000 hPa
    return tuple(float(level) for level in np.round(values * factor, 6))


def height_m(nc: netCDF4.Dataset, variable: netCDF4.Variable) -> float | None:
    """Height of a variable with one level in metres, None where it has none."""
    coordinate = _described_by(nc, variable, "height")
    if coordinate is None or coordinate.size != 1 or str(attribute(coordinate, "units")).lower() not in _METRES:
        return None
    return float(np.ravel(coordinate[...])[0])


def has_level(levels: tuple[float, ...], level: float) -> bool:
    """Whether a level (hPa) is among others, to a thousandth of itself."""
    return any(abs(one - level) <= 1e-3 * level for one in levels)


def scalar(nc: netCDF4.Dataset, variable: netCDF4.Variable, role: str) -> netCDF4.Variable | None:
    """The scalar coordinate variable of a role ("time", "member", ...) that belongs to a variable, or None."""
    named = str(attribute(variable, "coordinates")).split()
    for name in (*named, *(nc.variables if role == "time" else ())):
        other = nc.variables.get(name)
        if other is not None and other.dimensions == () and other.dtype is not str and _role(name, other) == role:
            return other
    return None


def grid(nc: netCDF4.Dataset, variable: netCDF4.Variable, path: Path) -> tuple[Grid, Columns]:
    """The grid of a variable and the way from its stored order to that of the grid.

    Returns
    -------
    Grid, Columns

    Raises
    ------
    InputError
        Latitudes or longitudes are missing, not in one direction, out of range, or longitudes unevenly spaced.
    """
    lat = _horizontal(nc, variable, "lat", path)
    lon = _horizontal(nc, variable, "lon", path)
    flip_rows = lat[0] > lat[-1]
    lat = lat[::-1] if flip_rows else lat
    where = f"{path}: {variable.name}"
    if not (np.diff(lat) > 0).all() or abs(lat).max() > 90.001:
        raise InputError(
            f"{where}: latitudes must ascend or descend between -90 and 90, but they run from {lat[0]:g} to "
            f"{lat[-1]:g}; sort or regrid the file"
        )
    flip_columns, lon = _eastward(lon, where)
    step = (lon[-1] - lon[0]) / (len(lon) - 1)
    columns = len(lon) - (abs(lon[-1] - lon[0] - 360) < _EVEN * step)  # the last may repeat the first
    lon = lon[:columns]
    periodic = bool(abs(columns * step - 360) < step / 2)
    lon, roll = _from_greenwich(lon, periodic)
    return Grid(np.ascontiguousarray(lat), lon, periodic), Columns(bool(flip_rows), flip_columns, int(columns), roll)


def _from_greenwich(lon: Floats, periodic: bool) -> tuple[Floats, int]:
    """Longitudes that begin in [0, 360), and how many columns that takes from the front to the end."""
    if not periodic:
        return lon - 360 * np.floor(lon[0] / 360), 0
    even = lon[0] + np.arange(len(lon)) * (360 / len(lon))  # what 0.703, 1.406, ... stand for
    even = np.where(abs(even - np.round(even, 6)) < 1e-9, np.round(even, 6), even)
    wrapped = even % 360
    roll = int(np.argmin(wrapped))
    return np.roll(wrapped, -roll), roll


def _eastward(lon: Floats, where: str) -> tuple[bool, Floats]:
    """Whether longitudes are stored east to west, and they themselves west to east without a jump."""
    step = (np.diff(lon) + 180) % 360 - 180  # the short way round: stored longitudes may jump from 359 to 0
    flipped = bool(step[0] < 0)
    lon, step = (lon[::-1], -step[::-1]) if flipped else (lon, step)
    unwrapped = lon[0] + np.concatenate([[0], np.cumsum(step)])
    even = np.linspace(unwrapped[0], unwrapped[-1], len(lon))
    spacing = even[1] - even[0]
    if spacing <= 0 or abs(unwrapped - even).max() > _EVEN * spacing or unwrapped[-1] - unwrapped[0] > 360.001:
        raise InputError(
            f"{where}: longitudes must be evenly spaced and go round the Earth at most once, but they begin with "
            f"{', '.join(f'{one:g}' for one in lon[:4])}; regrid the file"
        )
    return flipped, unwrapped


def _horizontal(nc: netCDF4.Dataset, variable: netCDF4.Variable, role: str, path: Path) -> Floats:
    name = {"lat": "latitude", "lon": "longitude"}[role]
    axis = next((axis for axis in of_variable(nc, variable) if axis.role == role), None)
    if axis is None:
        raise InputError(
            f"{path}: {variable.name}: none of its dimensions {', '.join(variable.dimensions)} is a {name}; "
            "regrid the file to latitudes and longitudes"
        )
    if axis.coordinate is None:
        raise InputError(
            f"{path}: {variable.name}: the dimension {axis.dimension!r} has no coordinate variable; add one"
        )
    values = np.asarray(_small(axis.coordinate), dtype=np.float64)
    if len(values) < 3 or not np.isfinite(values).all() or abs(values).max() > 1000:
        raise InputError(
            f"{path}: {variable.name}: the {name} must have 3 or more finite values in degrees, but has "
            f"{', '.join(f'{one:g}' for one in values[:5])}; correct the coordinate"
        )
    return values


def _axis(nc: netCDF4.Dataset, variable: netCDF4.Variable, dimension: str) -> Axis:
    size = len(nc.dimensions[dimension])
    for name in _names_along(nc, variable, dimension):
        role = _role(name, nc.variables[name])
        if role:
            return Axis(dimension, role, size, nc.variables[name])
    return Axis(dimension, _role_by_name(dimension), size, nc.variables.get(dimension))


def _names_along(nc: netCDF4.Dataset, variable: netCDF4.Variable, dimension: str) -> list[str]:
    """Variables that may be the coordinate of a dimension: its own name first, then what the attribute names."""
    named = (dimension, *str(attribute(variable, "coordinates")).split())
    others = (name for name in nc.variables if name not in named)
    return [
        name for name in (*named, *others) if name in nc.variables and nc.variables[name].dimensions == (dimension,)
    ]


def _described_by(nc: netCDF4.Dataset, variable: netCDF4.Variable, role: str) -> netCDF4.Variable | None:
    """The coordinate variable of a role, whether it is an axis or a scalar."""
    for axis in of_variable(nc, variable):
        if axis.role == role:
            return axis.coordinate
    return scalar(nc, variable, role)


def _role(name: str, coordinate: netCDF4.Variable) -> str:
    units = str(attribute(coordinate, "units")).lower().strip()
    standard_name = str(attribute(coordinate, "standard_name")).lower()
    if standard_name in _STANDARD_NAMES:
        return _STANDARD_NAMES[standard_name]
    if standard_name.startswith(("grid_", "projection_", "forecast_")):
        return ""
    if units in _NORTH or units in _EAST:
        return "lat" if units in _NORTH else "lon"
    if " since " in units:
        return "time"
    return "level" if units in _HPA else _role_by_name(name)


def _role_by_name(name: str) -> str:
    return next((role for role, names in _NAMES.items() if names.fullmatch(name.lower())), "")


def _small(coordinate: netCDF4.Variable) -> np.ndarray:
    """Values of a coordinate, refused where it is absurdly long."""
    if coordinate.size > LONGEST_AXIS:
        raise InputError(
            f"{coordinate.group().filepath()}: {coordinate.name} has {coordinate.size} values by its header, so "
            "the file is damaged; copy it again"
        )
    values = np.ma.getdata(coordinate[...])
    scale, offset = attribute(coordinate, "scale_factor"), attribute(coordinate, "add_offset")
    return values if scale == "" and offset == "" else values * (1.0 if scale == "" else scale) + (offset or 0.0)
