"""Coordinates of GRIB fields in the words of CF, each under one name for all variables that share it."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.reanalysis.stored.grib.grids import CELLS, GridOf
from stormtracks.science.reanalysis.stored.grib.grouping import LEVELS
from stormtracks.science.reanalysis.stored.grib.scan.product import HOUR
from stormtracks.science.reanalysis.stored.grib.table import Along
from stormtracks.science.reanalysis.stored.grib.variables import Coordinate, Group

_SINCE_1970 = {"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian"}
_ATTRIBUTES: dict[str, dict[str, str]] = {
    "number": {"standard_name": "realization", "units": "1", "long_name": "ensemble member numerical id"},
    "time": {"standard_name": "time", **_SINCE_1970},
    "start": {"standard_name": "forecast_reference_time", **_SINCE_1970},
    "lead": {"standard_name": "forecast_period", "units": "hours"},
}
_LATITUDE = {"standard_name": "latitude", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "units": "degrees_east"}

Positions = Callable[[], tuple[Floats, Floats]]
"""Latitudes and longitudes of the cells of a grid."""


class Coordinates:
    """The coordinates of a group; each is added when a variable first needs it.

    Parameters
    ----------
    group : Group
    """

    def __init__(self, group: Group) -> None:
        self._group = group
        self._known: dict[object, str] = {}
        self._grids: list[tuple[GridOf, tuple[str, ...]]] = []

    def axis(self, axis: Along, level_type: str) -> str:
        """The dimension of an axis, with its coordinate."""
        key = ("axis", axis.kind, axis.values.tobytes(), level_type if axis.kind in ("pressure", "level") else "")
        if key not in self._known:
            name = self._dimension(_name(axis.kind), len(axis.values))
            self._known[key] = name
            self._add(name, (name,), axis, level_type)
        return self._known[key]

    def beside(self, axis: Along, dimension: str) -> str:
        """A coordinate along the dimension of another."""
        key = ("beside", axis.kind, axis.values.tobytes(), dimension)
        if key not in self._known:
            name = self._known[key] = self._free(axis.kind)
            self._add(name, (dimension,), axis, "")
        return self._known[key]

    def grid(self, grid: GridOf, positions: Positions) -> tuple[str, ...]:
        """The dimensions of a grid, with its coordinates."""
        for known, names in self._grids:
            if known is grid:
                return names
        if grid.lat:
            names = self._rows("latitude", grid.lat, _LATITUDE), self._rows("longitude", grid.lon, _LONGITUDE)
        elif grid.kind in CELLS and not grid.fault:
            names = (self._dimension("cell", grid.points),)
            self._cells(names[0], positions)
        elif len(grid.shape) == 2:
            names = (self._dimension("y", grid.shape[0]), self._dimension("x", grid.shape[1]))
        else:
            names = (self._dimension("values", grid.points),)
        self._grids.append((grid, names))
        return names

    def _rows(self, name: str, values: tuple[float, ...], attributes: dict[str, str]) -> str:
        key = (name, values)
        if key not in self._known:
            dimension = self._known[key] = self._dimension(name, len(values))
            self._coordinate(dimension, (dimension,), attributes, np.array(values))
        return self._known[key]

    def _cells(self, dimension: str, positions: Positions) -> None:
        for place, (name, attributes) in enumerate((("latitude", _LATITUDE), ("longitude", _LONGITUDE))):
            free = self._free(name)
            self._group.variables[free] = Coordinate(
                free,
                self._group,
                (dimension,),
                attributes,
                functools.partial(_one_of, positions, place),
                np.dtype(float),
            )

    def _add(self, name: str, dimensions: tuple[str, ...], axis: Along, level_type: str) -> None:
        values, attributes = axis.values, _ATTRIBUTES.get(axis.kind)
        if axis.kind == "lead":
            values = values // HOUR if not (values % HOUR).any() else values / HOUR
        elif attributes is None:
            values, attributes = _levels(axis, level_type)
        self._coordinate(name, dimensions, attributes or {}, values)

    def _coordinate(
        self, name: str, dimensions: tuple[str, ...], attributes: dict[str, Any], values: np.ndarray
    ) -> None:
        self._group.variables[name] = Coordinate(
            name, self._group, dimensions, attributes, lambda: values, values.dtype
        )

    def _dimension(self, name: str, size: int) -> str:
        free = self._free(name)
        self._group.dimensions[free] = size
        return free

    def _free(self, name: str) -> str:
        return free_name(name, (*self._group.dimensions, *self._group.variables))


def _one_of(positions: Positions, place: int) -> Floats:
    return positions()[place]


def free_name(name: str, taken: tuple[str, ...]) -> str:
    """A name, or with the first number that is free: ``time``, ``time_2``."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _name(kind: str) -> str:
    return "level" if kind == "pressure" else kind


def _levels(axis: Along, level_type: str) -> tuple[np.ndarray, dict[str, str]]:
    attributes = {"long_name": level_type, **LEVELS.get(level_type, {"units": "1"})}
    if axis.kind != "pressure":
        return axis.values, attributes
    if (axis.values % 100).any():
        return axis.values, attributes | {"units": "Pa"}
    return axis.values / 100, attributes
