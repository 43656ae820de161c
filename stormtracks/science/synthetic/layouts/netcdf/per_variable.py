"""ERA5 as the Climate Data Store hands it over: a file per variable, rows N->S, heights as geopotential."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.atmosphere.heights import GRAVITY
from stormtracks.science.synthetic.layouts.layout import Field, Layout, fields_of
from stormtracks.science.synthetic.layouts.netcdf.file import compressed, created
from stormtracks.science.synthetic.plan import Plan

_NAMES = {"u": "u", "v": "v", "z": "z", "prmsl": "msl"}
_ATTRIBUTES = {
    "u": ("U component of wind", "eastward_wind", "m s**-1", 1),
    "v": ("V component of wind", "northward_wind", "m s**-1", 1),
    "z": ("Geopotential", "geopotential", "m**2 s**-2", 0),
    "msl": ("Mean sea level pressure", "air_pressure_at_mean_sea_level", "Pa", 0),
}
"""Long name, standard name, units, decimal digits that are kept."""


class PerVariable(Layout):
    """`u_YEAR.nc`, `v_YEAR.nc`, `msl_YEAR.nc`, `z_YEAR.nc`, the last with all levels of heights.

    Several members have a dimension `number` before the times, as the store's files of the ensemble; one has none.
    """

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"{name}_{plan.year}.nc" for name in _by_variable(plan)]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._fields = _by_variable(plan)
        self._variables = {
            name: self._create(stack.enter_context(created(path, plan, "NETCDF4", Conventions="CF-1.7")), name, plan)
            for path, name in zip(paths, self._fields, strict=True)
        }

    def _create(self, dataset: netCDF4.Dataset, name: str, plan: Plan) -> netCDF4.Variable:
        axes = _axes(plan, [field.level for field in self._fields[name].values() if field.level])
        for axis, (kind, values, attributes) in axes.items():
            dataset.createDimension(axis, len(values))
            coordinate = dataset.createVariable(axis, kind, (axis,))
            coordinate.setncatts(attributes)
            coordinate[:] = values
        long_name, standard_name, units, digits = _ATTRIBUTES[name]
        chunks = [len(plan.axes.lat) if axis == "latitude" else len(plan.axes.lon) if axis == "longitude" else 1
                  for axis in axes]  # fmt: skip
        options: dict[str, Any] = {"fill_value": np.float32(np.nan), "least_significant_digit": digits}
        variable = compressed(dataset, name, list(axes), chunks, plan, **options)
        variable.setncatts({"long_name": long_name, "standard_name": standard_name, "units": units})
        return variable

    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        for name, variable in self._variables.items():
            for place, key in enumerate(self._fields[name]):
                values = fields[key][:, ::-1]
                self._write(variable, step, place, values * np.float32(GRAVITY) if name == "z" else values)

    @staticmethod
    def _write(variable: netCDF4.Variable, step: int, place: int, values: Floats) -> None:
        """Put one level of all members where the variable's dimensions have it."""
        where = {"valid_time": step, "pressure_level": place}
        index = tuple(where.get(dimension, slice(None)) for dimension in variable.dimensions)
        variable[index] = values if "number" in variable.dimensions else values[0]


def _by_variable(plan: Plan) -> dict[str, dict[str, Field]]:
    """The variables of the store, and for each the plan's fields that are its levels, from below."""
    grouped: dict[str, dict[str, Field]] = {}
    for key, field in fields_of(plan).items():
        grouped.setdefault(_NAMES[field.short_name], {})[key] = field
    return grouped


def _axes(plan: Plan, levels: Sequence[int]) -> dict[str, tuple[str, Any, dict[str, str]]]:
    """Dimensions in order: kind of number, values, attributes."""
    grid = plan.axes
    seconds = (plan.times - np.datetime64(0, "s")).astype(np.int64)
    time = {"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian", "standard_name": "time"}
    north = {"units": "degrees_north", "standard_name": "latitude", "stored_direction": "decreasing"}
    axes: dict[str, tuple[str, Any, dict[str, str]]] = {
        "number": ("i8", np.arange(plan.members), {"units": "1", "standard_name": "realization"}),
        "valid_time": ("i8", seconds, time),
        "pressure_level": ("f8", levels, {"units": "hPa", "positive": "down", "stored_direction": "decreasing"}),
        "latitude": ("f8", grid.lat[::-1], north),
        "longitude": ("f8", grid.lon, {"units": "degrees_east", "standard_name": "longitude"}),
    }
    leave_out = {"number"} if plan.members == 1 else set()
    if not levels:
        leave_out.add("pressure_level")
    return {name: axis for name, axis in axes.items() if name not in leave_out}
