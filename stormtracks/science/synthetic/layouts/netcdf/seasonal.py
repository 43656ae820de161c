"""SEAS5 as the Climate Data Store hands it over: one start, members, leads; valid times beside them."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.layouts.layout import Layout, fields_of
from stormtracks.science.synthetic.layouts.netcdf.file import compressed, created
from stormtracks.science.synthetic.plan import Plan

_NAMES = {"u": "u", "v": "v", "z": "gh", "prmsl": "msl"}
_TIME = {"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian"}


class Seasonal(Layout):
    """`seas5_YYYYMMDDHH.nc`: all fields and members of the forecast that starts at the plan's first time."""

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"seas5_{plan.times[0].item():%Y%m%d%H}.nc"]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._fields = fields_of(plan)
        self._levels = sorted({field.level for field in self._fields.values() if field.level}, reverse=True)
        dataset = stack.enter_context(created(paths[0], plan, "NETCDF4", Conventions="CF-1.7"))
        self._coordinates(dataset, plan)
        self._variables = {
            name: self._create(dataset, name, plan)
            for name in dict.fromkeys(field.short_name for field in self._fields.values())
        }

    def _coordinates(self, dataset: netCDF4.Dataset, plan: Plan) -> None:
        seconds = (plan.times - np.datetime64(0, "s")).astype(np.int64)
        north = {"units": "degrees_north", "standard_name": "latitude", "stored_direction": "decreasing"}
        pressure = {"units": "hPa", "standard_name": "air_pressure", "positive": "down"}
        lead = {"long_name": "time since forecast_reference_time", "standard_name": "forecast_period", "units": "hours"}
        axes: dict[str, tuple[str, Any, dict[str, str]]] = {
            "number": ("i8", np.arange(plan.members), {"units": "1", "standard_name": "realization"}),
            "forecast_reference_time": ("i8", seconds[:1], {"standard_name": "forecast_reference_time", **_TIME}),
            "forecast_period": ("f8", (seconds - seconds[0]) / 3600, lead),
            "pressure_level": ("f8", self._levels, pressure),
            "latitude": ("f8", plan.axes.lat[::-1], north),
            "longitude": ("f8", plan.axes.lon, {"units": "degrees_east", "standard_name": "longitude"}),
        }
        for name, (kind, values, attributes) in axes.items():
            dataset.createDimension(name, len(values))
            coordinate = dataset.createVariable(name, kind, (name,))
            coordinate.setncatts(attributes)
            coordinate[:] = values
        valid = dataset.createVariable("valid_time", "i8", ("forecast_reference_time", "forecast_period"))
        valid.setncatts({"standard_name": "time", **_TIME})
        valid[:] = seconds[None]

    def _create(self, dataset: netCDF4.Dataset, short_name: str, plan: Plan) -> netCDF4.Variable:
        field = next(field for field in self._fields.values() if field.short_name == short_name)
        dimensions = [name for name in dataset.dimensions if field.level or name != "pressure_level"]
        horizontal = {"latitude": len(plan.axes.lat), "longitude": len(plan.axes.lon)}
        chunks = [horizontal.get(name, 1) for name in dimensions]
        options: dict[str, Any] = {"fill_value": np.float32(np.nan), "least_significant_digit": field.digits}
        variable = compressed(dataset, _NAMES[short_name], dimensions, chunks, plan, **options)
        about = {"standard_name": field.standard_name, "units": field.units, "coordinates": "valid_time"}
        variable.setncatts({**about, "GRIB_stepType": "instant"})
        return variable

    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        for name, field in self._fields.items():
            level = [self._levels.index(field.level)] if field.level else []
            place = (slice(None), 0, step, *level)
            self._variables[field.short_name][place] = fields[name][:, ::-1]
