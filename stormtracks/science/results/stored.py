"""Groups, variables and attributes of a result's file, read with h5py: it opens one ten times faster than netCDF4."""

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5ds, h5f, h5o, h5p, h5s

_NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"


class Stored:
    """A group or a variable; its attributes are Python's, as with netCDF4.

    Parameters
    ----------
    item : h5py.h5g.GroupID or h5py.h5d.DatasetID
        The lower layer of h5py: the upper one takes longer than what is read here.
    name : str
    file : h5py.h5f.FileID, optional
        Of the root: it is closed at the end, and with it all that is open in it.
    """

    def __init__(self, item: Any, name: str = "", file: Any = None) -> None:  # h5py has no types
        self._item = item
        self._file = file
        self._known: dict[str, Stored] = {}
        self.name = name

    @classmethod
    def opened(cls, path: Path) -> "Stored":
        """The root of a file, a context.

        Raises
        ------
        OSError
            It is not such a file, or is damaged.
        """
        access = h5p.create(h5p.FILE_ACCESS)
        access.set_fclose_degree(h5f.CLOSE_STRONG)
        file = h5f.open(os.fsencode(path), h5f.ACC_RDONLY, access)
        return cls(h5o.open(file, b"/"), file=file)

    def __enter__(self) -> "Stored":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getitem__(self, key: Any) -> Any:
        """A group or variable by name; of a variable, values."""
        if self._is_variable:
            return self._values()[key]
        if key not in self._known:
            if key.encode() not in self._item:
                raise KeyError(f"there is no {key!r}")
            self._known[key] = Stored(h5o.open(self._item, key.encode()), key)
        return self._known[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not h5a.exists(self._item, name.encode()):
            raise AttributeError(f"there is no attribute {name!r}")
        return _attribute(h5a.open(self._item, name.encode()))

    def has(self, name: str) -> bool:
        """Whether a group has such a variable."""
        return name.encode() in self._item and self[name]._is_variable

    @property
    def size(self) -> int:
        """How many values a variable has."""
        return int(np.prod(self._item.shape))

    @property
    def variables(self) -> list[str]:
        """Names of a group's variables."""
        names = (name.decode() for name in self._item)
        return [name for name in names if self.has(name) and not self[name]._is_dimension]

    @property
    def _is_variable(self) -> bool:
        return isinstance(self._item, h5d.DatasetID)

    @property
    def _is_dimension(self) -> bool:
        """Whether it stands for a dimension only."""
        return bool(h5ds.is_scale(self._item)) and h5ds.get_scale_name(self._item).startswith(_NO_VARIABLE)

    def _values(self) -> np.ndarray:
        if self._item.dtype.kind == "O":  # texts
            return np.asarray(h5py.Dataset(self._item)[:])
        values = np.empty(self._item.shape, self._item.dtype)
        if values.size:
            self._item.read(h5s.ALL, h5s.ALL, values)
        return values


def _attribute(found: Any) -> Any:
    """An attribute as a text, number or array."""
    if found.get_space().get_simple_extent_type() == h5s.NULL:
        return ""
    values = np.empty(found.shape, found.dtype)
    found.read(values)
    value = values.reshape(-1)[0] if values.size == 1 else values
    return value.decode() if isinstance(value, bytes) else value
