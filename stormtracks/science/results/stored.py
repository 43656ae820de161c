"""Groups, variables and attributes of a result's file, read with h5py: it opens one ten times faster than netCDF4."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5ds

_NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"


class Stored:
    """A group or a variable; its attributes are Python's, as with netCDF4.

    Parameters
    ----------
    item : h5py.Group or h5py.Dataset
    """

    def __init__(self, item: Any) -> None:  # h5py has no types
        self._item = item
        self._known: dict[str, Stored] = {}

    @classmethod
    def opened(cls, path: Path) -> "Stored":
        """The root of a file.

        Raises
        ------
        OSError
            It is no such file, or damaged.
        """
        return cls(h5py.File(path, "r"))

    def __enter__(self) -> "Stored":
        return self

    def __exit__(self, *_: object) -> None:
        self._item.file.close()

    def __getitem__(self, key: Any) -> Any:
        """A group or variable by name; of a variable, values."""
        if isinstance(self._item, h5py.Dataset):
            return self._item[key]
        if key not in self._known:
            if key not in self._item:
                raise KeyError(f"there is no {key!r}")
            self._known[key] = Stored(self._item[key])
        return self._known[key]

    def __getattr__(self, name: str) -> Any:
        value = None if name.startswith("_") else self._item.attrs.get(name)
        if value is None:
            raise AttributeError(f"there is no attribute {name!r}")
        return _plain(value)

    def ncattrs(self) -> list[str]:
        """Names of its attributes."""
        return list(self._item.attrs)

    @property
    def name(self) -> str:
        """Its own, without that of the group around it."""
        return str(self._item.name).rpartition("/")[2]

    @property
    def size(self) -> int:
        """How many values a variable has."""
        return int(self._item.size)

    def has(self, name: str) -> bool:
        """Whether a group has such a variable."""
        return name in self._item and isinstance(self[name]._item, h5py.Dataset)

    @property
    def variables(self) -> list[str]:
        """Names of a group's variables."""
        return [name for name in self._item if self.has(name) and not self[name]._is_dimension]

    @property
    def _is_dimension(self) -> bool:
        """Whether it stands for a dimension only."""
        return h5ds.is_scale(self._item.id) and h5ds.get_scale_name(self._item.id).startswith(_NO_VARIABLE)


def _plain(value: Any) -> Any:
    """An attribute as a text, number or array."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, h5py.Empty):
        return ""
    return value[0] if isinstance(value, np.ndarray) and value.size == 1 else value
