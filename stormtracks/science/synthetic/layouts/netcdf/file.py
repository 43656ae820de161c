"""A netCDF file that is written step by step: its axes and variables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cftime
import netCDF4
import numpy as np

from stormtracks.science.synthetic.layouts.layout import TITLE, Field, provenance
from stormtracks.science.synthetic.plan import Plan


def created(path: Path, plan: Plan, model: Any = "NETCDF4_CLASSIC", **attributes: str) -> netCDF4.Dataset:
    """A new file that says what it is."""
    dataset = netCDF4.Dataset(path, "w", format=model)
    title = {"title": TITLE}
    dataset.setncatts(attributes | title | provenance(plan))
    return dataset


def horizontal(dataset: netCDF4.Dataset, plan: Plan) -> None:
    """Dimensions and coordinates of rows S->N and columns, as both 20CR have them."""
    lines = ("lat", plan.axes.lat, "latitude", "degrees_north"), ("lon", plan.axes.lon, "longitude", "degrees_east")
    for name, values, standard_name, units in lines:
        dataset.createDimension(name, len(values))
        variable = dataset.createVariable(name, "f4", (name,))
        variable.setncatts({"standard_name": standard_name, "units": units})
        variable[:] = values


def time(dataset: netCDF4.Dataset, plan: Plan, units: str, calendar: str) -> None:
    """Dimension and coordinate of the times, as both 20CR have them but for the units (hours) and the calendar."""
    dataset.createDimension("time", None)
    variable = dataset.createVariable("time", "f8", ("time",), chunksizes=(512,))
    variable.setncatts({"units": units, "calendar": calendar})
    first = plan.times[0].item()
    begin = cftime.datetime(first.year, first.month, first.day, calendar=calendar)
    variable[:] = cftime.date2num(begin, units, calendar) + plan.step_hours * np.arange(len(plan.times))


def compressed(
    dataset: netCDF4.Dataset, name: str, dimensions: Sequence[str], chunks: Sequence[int], plan: Plan, **more: Any
) -> netCDF4.Variable:
    """A variable of float32 whose chunks are deflated with shuffle, each written whole."""
    level: Any = plan.complevel
    return dataset.createVariable(
        name, "f4", tuple(dimensions), zlib=level > 0, complevel=level, shuffle=True, chunksizes=tuple(chunks), **more
    )


def field_variable(
    dataset: netCDF4.Dataset, name: str, field: Field, dimensions: Sequence[str], plan: Plan
) -> netCDF4.Variable:
    """The variable of a field as both 20CR have it, a step in each chunk."""
    lengths = [len(dataset.dimensions[dimension]) for dimension in dimensions[1:]]
    variable = compressed(dataset, name, dimensions, (1, *lengths), plan, least_significant_digit=field.digits)
    variable.setncatts({
        "short_name": field.short_name, "standard_name": field.standard_name,
        "typeOfLevel": "isobaricInhPa" if field.level else "meanSea", "level": np.int32(field.level or 0),
        "units": field.units,
    })  # fmt: skip
    return variable
