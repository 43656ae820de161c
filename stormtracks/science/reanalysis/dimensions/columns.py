"""The horizontal grid of a variable, and the way from its stored rows and columns to that of the grid."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import other_grids
from stormtracks.science.reanalysis.dimensions.axes import Axis, one
from stormtracks.science.reanalysis.stored import packing
from stormtracks.science.reanalysis.stored.attributes import text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable
from stormtracks.science.records import Grid

_EVEN = 0.1
"""Largest departure of a longitude from even spacing, in steps (files store 0.703125 as 0.703)."""
_LIKE = 0.1
"""How far the spacing of rows may be from even, or from a whole multiple where rows are missing, in rows."""
_REPEATED = 8
"""Columns beyond 360 degrees that models and plotting programs repeat at most, besides the first at the end."""
_REPEATED_DEGREES = 36.0
_FEW = 3
"""Columns that a grid round the Earth may lack to be taken for one that should have them."""
_BACKWARDS = re.compile(r"degrees?_?(south|west|w)|degrees?_s|degreess")
_RADIANS = {"radian", "radians", "rad", "radian_north", "radians_north", "radian_east", "radians_east"}


@dataclass(frozen=True)
class Columns:
    """How stored rows and columns become south to north and west to east from [0, 360).

    Attributes
    ----------
    flip_rows, flip_columns : bool
        Whether the stored order is north to south, east to west.
    columns : int
        Columns kept: fewer than stored where the last ones repeat the first.
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


def grid(group: Group, variable: Variable, axes: list[Axis], path: Path) -> tuple[Grid, Columns]:
    """The grid of a variable and the way from its stored order to that of the grid.

    Returns
    -------
    Grid, Columns

    Raises
    ------
    InputError
        It is on another kind of grid; latitudes or longitudes are missing, not in one direction, out of range, or
        longitudes unevenly spaced.
    """
    where = f"{path}: {variable.name}"
    other_grids.refuse(group, variable, axes, where)
    lat, lon = _degrees(variable, axes, "lat", where), _degrees(variable, axes, "lon", where)
    _refuse_silent_radians(axes, lat, lon, where)
    flip_rows = lat[0] > lat[-1]
    lat = lat[::-1] if flip_rows else lat
    if not (np.diff(lat) > 0).all() or abs(lat).max() > 90.001:
        raise InputError(
            f"{where}: latitudes must ascend or descend between -90 and 90, and these run from {lat[0]:g} to "
            f"{lat[-1]:g}; sort or regrid the file"
        )
    _refuse_gap(lat, "latitudes", where)
    flip_columns, lon = _eastward(lon, where)
    step = (lon[-1] - lon[0]) / (len(lon) - 1)
    round_ = round(360 / step)  # the last may repeat the first
    columns = round_ if len(lon) > round_ and abs(round_ * step - 360) < _EVEN * step else len(lon)
    lon = lon[:columns]
    periodic = bool(abs(columns * step - 360) < step / 2)
    lon, roll = _from_greenwich(lon, periodic)
    return Grid(np.ascontiguousarray(lat), lon, periodic), Columns(bool(flip_rows), flip_columns, int(columns), roll)


def short_of_round(grid: Grid) -> str:
    """What is said of a grid that lacks a few columns to go round the Earth; "" of all others."""
    lacking = 0 if grid.periodic else round(360 * (len(grid.lon) - 1) / (grid.lon[-1] - grid.lon[0])) - len(grid.lon)
    if not 1 <= lacking <= _FEW:
        return ""
    columns = "1 column" if lacking == 1 else f"{lacking} columns"
    return (
        f"the longitudes, {grid.lon[0]:g} to {grid.lon[-1]:g}, lack {columns} to go round the Earth; no storm is "
        "followed across this gap"
    )


def _refuse_gap(values: Floats, what: str, where: str) -> None:
    """Refuse an axis that is even but for rows or columns that are missing: nothing is known of what lies there."""
    apart = np.diff(values)
    step = np.median(apart)
    times = np.round(apart / step)
    is_even = (abs(apart / step - times) <= _LIKE * times).all() and (times >= 1).all()
    if is_even and times.max() > 1:
        at = int(np.argmax(times > 1))
        raise InputError(
            f"{where}: the {what} are {step:g} degrees apart, but none lies between {values[at]:g} and "
            f"{values[at + 1]:g}; add what is missing, or cut the file to one side of the gap (ncks -d)"
        )


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
    if (step > 0).all():
        _refuse_gap(unwrapped, "longitudes", where)
    is_even = spacing > 0 and abs(unwrapped - even).max() <= _EVEN * spacing
    if not is_even or unwrapped[-1] - unwrapped[0] > 360.001 + min(_REPEATED * spacing, _REPEATED_DEGREES):
        run = f"begin with {', '.join(f'{one:g}' for one in lon[:4])}"
        raise InputError(
            f"{where}: longitudes must be evenly spaced and go round the Earth at most once, but they "
            + (
                f"continue for {unwrapped[-1] - unwrapped[0]:g} degrees; cut the file to 360 (ncks -d)"
                if is_even
                else f"{run}; regrid the file"
            )
        )
    return flipped, unwrapped


def _degrees(variable: Variable, axes: list[Axis], role: str, where: str) -> Floats:
    """Latitudes or longitudes of a variable, degrees."""
    name = {"lat": "latitude", "lon": "longitude"}[role]
    axis = one(axes, role)
    if axis is None:
        raise InputError(
            f"{where}: none of its dimensions {', '.join(variable.dimensions)} is a {name}; "
            "regrid the file to latitudes and longitudes"
        )
    if axis.coordinate is None:
        raise InputError(f"{where}: the dimension {axis.dimension!r} has no coordinate variable; add one")
    values = packing.coordinate(axis.coordinate)
    if _BACKWARDS.fullmatch(text(axis.coordinate, "units")):
        raise InputError(
            f"{where}: the {name} is in {text(axis.coordinate, 'units')!r}; give it in degrees to the north or east"
        )
    if text(axis.coordinate, "units") in _RADIANS:
        is_single = axis.coordinate.dtype.itemsize < 8
        values = _tidied(np.degrees(values), 2e-5 if is_single else 1e-9)
    if len(values) < 3 or not np.isfinite(values).all() or abs(values).max() > 1000:
        raise InputError(
            f"{where}: the {name} must have 3 or more finite values in degrees, and has "
            f"{', '.join(f'{one:g}' for one in values[:5])}; correct the coordinate"
        )
    return values


def _refuse_silent_radians(axes: list[Axis], lat: Floats, lon: Floats, where: str) -> None:
    """Refuse once round the Earth in numbers up to 6.28 whose units nothing says, or a part in units of 1."""
    coordinates = [axis.coordinate for axis in axes if axis.role in ("lat", "lon") and axis.coordinate is not None]
    round_the_earth = len(lon) * abs(lon[1] - lon[0])
    units = {text(one, "units") for one in coordinates}
    is_round = abs(round_the_earth - 2 * np.pi) < 0.05 or (units == {"1"} and abs(lon).max() < 2 * np.pi)
    if is_round and abs(lat).max() < 1.6 and units <= {"", "1"}:
        raise InputError(f"{where}: latitudes and longitudes without units look like radians; give them units")


def _tidied(values: Floats, noise: float) -> Floats:
    """Degrees with as few decimals as they have within some noise, what single precision makes of 20 degrees aside."""
    for decimals in range(7):
        rounded = np.round(values, decimals)
        if np.nanmax(abs(rounded - values), initial=0) <= noise:
            return rounded
    return values
