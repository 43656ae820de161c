"""What all layouts have in common: files that are written step by step, their fields and axes."""

import abc
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cftime
import netCDF4
import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.plan import Plan


@dataclass(frozen=True)
class Field:
    """A field of a planted season.

    Attributes
    ----------
    short_name, standard_name, units : str
        As 20CRv2c has them.
    level : int or None
        hPa; none at mean sea level.
    digits : int
        Decimal digits that are kept, as the archive rounds: steps of 1/16 for 1, and files of its size (a quarter of
        the raw for winds).
    """

    short_name: str
    standard_name: str
    units: str
    level: int | None
    digits: int


WINDS = {
    "u850": Field("u", "eastward_wind", "m s**-1", 850, 1),
    "v850": Field("v", "northward_wind", "m s**-1", 850, 1),
}
"""Fields of every season, by name."""

FURTHER = {
    "prmsl": Field("prmsl", "air_pressure_at_mean_sea_level", "Pa", None, 0),
    **{f"z{level}": Field("z", "geopotential_height", "gpm", level, 1) for level in (1000, 500, 200)},
}
"""Fields of a season that is like an archive's, by name."""


def fields_of(plan: Plan) -> dict[str, Field]:
    """The fields that a plan asks for, by name."""
    return WINDS | FURTHER if plan.like else WINDS


class Layout(abc.ABC):
    """Files that are written step by step.

    Parameters
    ----------
    stack : contextlib.ExitStack
        Closes the files.
    paths : sequence of Path
        As many as `names` has.
    plan : Plan
    """

    @abc.abstractmethod
    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None: ...

    @staticmethod
    @abc.abstractmethod
    def names(plan: Plan) -> list[str]:
        """Names of the files, below the folder."""

    @abc.abstractmethod
    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        """Write one step of all fields of the plan, by name, each of shape (member, nlat, nlon)."""


def provenance(plan: Plan) -> dict[str, str]:
    """Attributes that say where a file comes from."""
    return {"source": "stormtracks.science.synthetic", "plan": json.dumps(asdict(plan), sort_keys=True)}


def created(path: Path, plan: Plan, model: Any = "NETCDF4_CLASSIC", **attributes: str) -> netCDF4.Dataset:
    """A new file that says what it is."""
    dataset = netCDF4.Dataset(path, "w", format=model)
    title = {"title": "Planted storms in an artificial background; not observations"}
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
