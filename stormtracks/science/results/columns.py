"""Columns of numbers or texts <-> the variables of one group of a NetCDF file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt

from stormtracks.science.results.stored import Stored

_MOST_VALUES = 10**8  # a member and year has at most some millions of maxima
_LONG, _CHUNK = 1 << 20, 1 << 16
"""Columns of more values than the first are compressed so many at a time."""


@dataclass(frozen=True)
class Column:
    """One variable: its type in the file ("S": text), its dimension and its attributes."""

    kind: str
    dimension: str
    attributes: dict[str, Any]
    small: bool = False
    """Whether compression is worth it: ascending whole numbers shrink to a hundredth in a millisecond. Positions and
    vorticity do not: they become 28 % smaller for ten times the processor time of the whole file."""


def write(group: netCDF4.Dataset, columns: Mapping[str, Column], arrays: Callable[[str], Any], calendar: str) -> None:
    """Write arrays as the variables of a group, whose dimensions are there.

    Parameters
    ----------
    group : netCDF4.Dataset
    columns : mapping of str to Column
    arrays : callable
        Of a column's name; its array, which is asked for when it is written and then let go.
    calendar : str
        Of the times, as files name it.
    """
    sizes = {dimension: _size(group, dimension) for dimension in {column.dimension for column in columns.values()}}
    made = {name: _made(group, name, one, sizes[one.dimension], calendar) for name, one in columns.items()}
    # Values after all that is made: the library writes down what has been made whenever values follow.
    for name, variable in made.items():
        if sizes[columns[name].dimension]:
            variable.set_auto_maskandscale(False)
            variable[:] = _as_kept(np.asarray(arrays(name)), columns[name])


def size_of(columns: Mapping[str, Column], dimension: str) -> int:
    """Bytes of the values, not compressed, of all columns of a dimension at one place of it; texts are left out."""
    kinds = [column.kind for column in columns.values() if column.dimension == dimension and column.kind != "S"]
    return sum(np.dtype(kind).itemsize for kind in kinds)


def _made(group: netCDF4.Dataset, name: str, column: Column, size: int, calendar: str) -> netCDF4.Variable:
    """A variable with its attributes, without values."""
    fill = column.attributes.get("_FillValue", False)
    kind: Any = str if column.kind == "S" else column.kind
    packed = _packed(size) if column.small else {}
    variable = group.createVariable(name, kind, (column.dimension,), fill_value=fill, **packed)
    attributes = {key: text for key, text in column.attributes.items() if key != "_FillValue"}
    variable.setncatts(attributes | ({"calendar": calendar} if "calendar" in attributes else {}))
    return variable


def _packed(size: int) -> dict[str, Any]:
    """How a column of so many values is compressed, as netCDF4 takes it."""
    if not size:
        return {}
    # Of its own accord the library makes chunks of up to 16 MB, which are in memory three times while it compresses,
    # and keeps 64 MB of them until the file is closed.
    chunks = {"chunksizes": (_CHUNK,), "chunk_cache": 16 * _CHUNK} if size > _LONG else {}
    return {"zlib": True, "complevel": 1, "shuffle": True, **chunks}


def _size(group: netCDF4.Dataset, dimension: str) -> int:
    """Of a dimension of the group, or of one that it is in."""
    at: netCDF4.Dataset | None = group
    while at is not None and dimension not in at.dimensions:
        at = at.parent
    assert at is not None  # it is there
    return len(at.dimensions[dimension])


def _as_kept(values: npt.NDArray[Any], column: Column) -> npt.NDArray[Any]:
    """Values of a column as they stand in the file. A year has millions, not copied where they need not be."""
    kind = object if column.kind == "S" else np.dtype(column.kind)
    is_alike = values.dtype.kind == "M" and kind == np.int64
    return values.view(np.int64) if is_alike else values.astype(kind, copy=False)


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
