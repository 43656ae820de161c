"""Columns of numbers or texts <-> the variables of one group of a NetCDF file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import netCDF4
import numpy as np

from stormtracks.science.results.stored import Stored

_MOST_VALUES = 10**8  # a member and year has at most some millions of maxima


@dataclass(frozen=True)
class Column:
    """One variable: its type in the file ("S": text), its dimension and its attributes."""

    kind: str
    dimension: str
    attributes: dict[str, Any]
    small: bool = False
    """Whether compression is worth it: ascending whole numbers shrink to a hundredth in a millisecond. Positions and
    vorticity do not: they become 28 % smaller for ten times the processor time of the whole file."""


def write(group: netCDF4.Dataset, columns: Mapping[str, Column], arrays: Mapping[str, Any], calendar: str) -> None:
    """Write arrays as the variables of a group, whose dimensions are there.

    Parameters
    ----------
    group : netCDF4.Dataset
    columns : mapping of str to Column
    arrays : mapping of str to ndarray
        Those of `columns`; others are left out.
    calendar : str
        Of the times, as files name it.
    """
    made = {name: _made(group, name, column, len(arrays[name]), calendar) for name, column in columns.items()}
    # Values after all that is made: the library writes down what has been made whenever values follow.
    for name, variable in made.items():
        values = np.asarray(arrays[name])
        if len(values):
            variable.set_auto_maskandscale(False)
            variable[:] = values.astype(_kind(columns[name]), copy=False)


def _made(group: netCDF4.Dataset, name: str, column: Column, size: int, calendar: str) -> netCDF4.Variable:
    """A variable with its attributes, without values."""
    fill = column.attributes.get("_FillValue", False)
    kind: Any = str if column.kind == "S" else column.kind
    packed: dict[str, Any] = {"zlib": True, "complevel": 1, "shuffle": True} if column.small and size else {}
    variable = group.createVariable(name, kind, (column.dimension,), fill_value=fill, **packed)
    attributes = {key: text for key, text in column.attributes.items() if key != "_FillValue"}
    variable.setncatts(attributes | ({"calendar": calendar} if "calendar" in attributes else {}))
    return variable


def _kind(column: Column) -> Any:
    """What NumPy calls the values of a column."""
    return object if column.kind == "S" else column.kind


def read(group: Stored, columns: Mapping[str, Column]) -> dict[str, Any]:
    """The arrays of a group by name, as they were written."""
    return {name: _values(group[name], column) for name, column in columns.items()}


def _values(variable: Stored, column: Column) -> Any:
    if variable.size > _MOST_VALUES:
        raise ValueError(
            f"'{variable.name}' has {variable.size} values by its header, but at most {_MOST_VALUES} are read"
        )
    if column.kind == "S":
        return np.array([text.decode() for text in variable[:]], dtype=str)
    values = variable[:]
    return values.astype("datetime64[s]") if "calendar" in column.attributes else values
