"""Coordinates of a store: their names, order, attributes and values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stormtracks.science.arrays import Times
from stormtracks.science.synthetic.layouts.layout import Field
from stormtracks.science.synthetic.plan import Plan


@dataclass(frozen=True)
class Axis:
    """A dimension with its coordinate.

    Attributes
    ----------
    name : str
    values : array_like, shape (n,)
    attributes : dict
    """

    name: str
    values: Any
    attributes: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.values)


NORTH = {"standard_name": "latitude", "long_name": "latitude", "units": "degrees_north"}
EAST = {"standard_name": "longitude", "long_name": "longitude", "units": "degrees_east"}
MEMBER = {"standard_name": "realization", "long_name": "ensemble member numerical id", "units": "1"}
PRESSURE = {"standard_name": "air_pressure", "long_name": "pressure", "units": "hPa", "positive": "down"}
SECONDS = {"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian"}


def seconds(times: Times) -> Any:
    """Times as `SECONDS` has them."""
    return (times - np.datetime64(0, "s")).astype(np.int64)


def levels(fields: Mapping[str, Field]) -> list[int]:
    """Pressures of all fields, hPa, from below."""
    return sorted({field.level for field in fields.values() if field.level}, reverse=True)


def horizontal(plan: Plan, north_first: bool = True) -> tuple[Axis, Axis]:
    """Rows and columns."""
    lat = plan.axes.lat[::-1] if north_first else plan.axes.lat
    return Axis("latitude", lat, NORTH), Axis("longitude", plan.axes.lon, EAST)


def lengths(axes: Sequence[Axis]) -> dict[str, int]:
    """Dimensions of an array with these axes."""
    return {axis.name: len(axis) for axis in axes}
