"""What is in an open netCDF file, as the `protocol` asks for it: each thing is asked of the library once."""

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from stormtracks.science.reanalysis.stored.protocol import Key, Kind


class Group:
    """A netCDF file, or a group in it; see `protocol.Group`.

    Parameters
    ----------
    nc : netCDF4.Dataset or netCDF4.Group
        Open, its values as they are stored (``set_auto_maskandscale(False)``).
    place : Path
        Of the file.
    """

    def __init__(self, nc: netCDF4.Dataset, place: Path) -> None:
        self._nc = nc
        self.place = place
        self.attributes = Attributes(nc)
        self.reads_groups = False

    @cached_property
    def path(self) -> str:
        """Its name inside the file."""
        return self._nc.path

    @cached_property
    def dimensions(self) -> Mapping[str, int]:
        """Name -> length."""
        return {name: len(dimension) for name, dimension in self._nc.dimensions.items()}

    @cached_property
    def variables(self) -> Mapping[str, "Variable"]:
        """Name -> variable, in stored order."""
        return {name: Variable(variable, name, self) for name, variable in self._nc.variables.items()}

    @cached_property
    def groups(self) -> Mapping[str, "Group"]:
        """Name -> group in it."""
        return {name: Group(group, self.place) for name, group in self._nc.groups.items()}

    def release(self) -> None:
        """Let go of what refers to this group in turn: it would wait for the garbage collector, and files are many."""
        for group in vars(self).pop("groups", {}).values():
            group.release()
        vars(self).pop("variables", None)


class Variable:
    """A netCDF variable; see `protocol.Variable`.

    Parameters
    ----------
    variable : netCDF4.Variable
    name : str
    group : Group
    """

    def __init__(self, variable: netCDF4.Variable, name: str, group: Group) -> None:
        self._nc = variable
        self.name = name
        self.group = group
        self.attributes = Attributes(variable)
        self.fault = ""

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Names of its dimensions, in stored order."""
        return self._nc.dimensions

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Their lengths."""
        return self._nc.shape

    @cached_property
    def size(self) -> int:
        """How many entries it has."""
        return math.prod(self.shape)

    @cached_property
    def dtype(self) -> np.dtype:
        """As stored; object where an entry is a text, a list or a record."""
        return np.dtype(object) if self.kind in ("text", "other") else np.dtype(self._nc.dtype)

    @cached_property
    def kind(self) -> Kind:
        """What an entry is."""
        if self._nc.dtype is str:
            return "text"
        if isinstance(self._nc.datatype, netCDF4.VLType | netCDF4.CompoundType):
            return "other"
        if isinstance(self._nc.datatype, netCDF4.EnumType):
            return "enumeration"
        return _KINDS.get(np.dtype(self._nc.dtype).kind, "other")

    @cached_property
    def block(self) -> tuple[int, ...] | None:
        """The shape of a chunk; None where it is stored in one piece, and in classic files."""
        chunks = self._nc.chunking() if self._nc.group().data_model.startswith("NETCDF4") else None
        return tuple(chunks) if isinstance(chunks, list) else None

    def stored(self, key: Key = ...) -> np.ndarray:
        """Some entries as they are stored."""
        if self.kind == "letters":
            self._nc.set_auto_chartostring(False)  # which the attribute _Encoding would else bring about
        values = self._nc[key]
        return values if type(values) is np.ndarray else np.asarray(np.ma.getdata(values))


_KINDS: dict[str, Kind] = {"i": "number", "u": "number", "f": "number", "S": "letters"}


class Attributes(Mapping[str, Any]):
    """Attributes of a variable or file, each read when it is first asked for: a file is asked for two hundred.

    Parameters
    ----------
    of : netCDF4.Variable or netCDF4.Dataset
    """

    def __init__(self, of: netCDF4.Variable | netCDF4.Dataset) -> None:
        self._of = of
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            if self._names is not None and name not in self._names:
                raise KeyError(name)
            try:
                self._values[name] = self._of.getncattr(name)
            except AttributeError as error:
                raise KeyError(name) from error
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of.ncattrs() if self._names is None else self._names)

    def __len__(self) -> int:
        return len(list(iter(self)))

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute, or the default: most of what is asked for is not there, and an exception would be slow."""
        if name in self._values:
            return self._values[name]
        if self._names is not None and name not in self._names:
            return default
        return super().get(name, default)

    @cached_property
    def _names(self) -> dict[str, None] | None:
        """The names of all; None of a damaged file, or with one that is not UTF-8: single ones can be asked for."""
        try:
            return dict.fromkeys(self._of.ncattrs())
        except (RuntimeError, ValueError):
            return None
