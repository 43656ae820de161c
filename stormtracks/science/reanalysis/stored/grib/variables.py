"""The variables and coordinates of a GRIB file, as the `protocol` asks for them."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.reanalysis.stored.protocol import Key, Kind

Read = Callable[[int, Floats], None]
"""Puts the field of a row into an array."""


class Group:
    """All that is in a file; see `protocol.Group`.

    Parameters
    ----------
    place : Path
        Of the file.
    attributes : mapping
    """

    path = "/"
    reads_groups = False

    def __init__(self, place: Path, attributes: Mapping[str, Any]) -> None:
        self.place = place
        self.attributes = attributes
        self.dimensions: dict[str, int] = {}
        self.variables: dict[str, Coordinate | Variable] = {}
        self.groups: dict[str, Group] = {}


class _Named:
    """What coordinates and variables have in common."""

    kind: Kind = "number"

    def __init__(self, name: str, group: Group, dimensions: tuple[str, ...], attributes: Mapping[str, Any]) -> None:
        self.name = name
        self.group = group
        self.dimensions = dimensions
        self.attributes = attributes

    @property
    def fault(self) -> str:
        """Why its fields cannot be laid out as a variable: some are lacking."""
        return str(self.attributes.get("GRIB_fault", ""))

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the dimensions."""
        return tuple(self.group.dimensions[name] for name in self.dimensions)

    @property
    def size(self) -> int:
        """How many entries it has."""
        return int(np.prod(self.shape, dtype=np.int64))


class Coordinate(_Named):
    """Values that are in memory, or are made when they are first asked for; see `protocol.Variable`.

    Parameters
    ----------
    name : str
    group : Group
    dimensions : tuple of str
    attributes : mapping
    values : callable
        Makes them: ndarray in the shape of the dimensions.
    dtype : dtype
    """

    block = None

    def __init__(
        self,
        name: str,
        group: Group,
        dimensions: tuple[str, ...],
        attributes: Mapping[str, Any],
        values: Callable[[], np.ndarray],
        dtype: np.dtype,
    ) -> None:
        super().__init__(name, group, dimensions, attributes)
        self.dtype = dtype
        self._values = functools.cache(values)

    def stored(self, key: Key = ...) -> np.ndarray:
        """Some entries."""
        return np.asarray(self._values()[key])


class Variable(_Named):
    """Fields along axes; see `protocol.Variable`. Each is a message of its own.

    Parameters
    ----------
    name : str
    group : Group
    dimensions : tuple of str
        Those of the table of rows, then those of the grid.
    attributes : mapping
    rows : ndarray of int
        The number of each field, in the shape of the dimensions before those of the grid.
    read : callable
    """

    dtype = np.dtype(np.float32)

    def __init__(
        self,
        name: str,
        group: Group,
        dimensions: tuple[str, ...],
        attributes: Mapping[str, Any],
        rows: Ints,
        read: Read,
    ) -> None:
        super().__init__(name, group, dimensions, attributes)
        self.rows = rows
        self._read = read

    @property
    def block(self) -> tuple[int, ...]:
        """One whole field."""
        return (*(1 for _ in self.rows.shape), *self.field_shape)

    @property
    def field_shape(self) -> tuple[int, ...]:
        """The shape of the grid."""
        return self.shape[self.rows.ndim :]

    def stored(self, key: Key = ...) -> np.ndarray:
        """Some entries, float32; missing ones NaN."""
        whole = (slice(None),) * len(self.dimensions)
        own = whole if key is ... else key
        rows = self.rows[own[: self.rows.ndim]]
        values = np.empty((rows.size, *self.field_shape), np.float32)
        for place, row in enumerate(np.ravel(rows).tolist()):
            self._read(row, values[place])
        within = (slice(None), *own[self.rows.ndim :])
        some = values[within]
        return some.reshape(*np.shape(rows), *some.shape[1:])
