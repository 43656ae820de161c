"""A group of a store: its own arrays, and the coordinates that it shares with the group that it lies in."""

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stormtracks.science.reanalysis.stored.zarr.array import of_metadata
from stormtracks.science.reanalysis.stored.zarr.documents import Documents
from stormtracks.science.reanalysis.stored.zarr.place import Place
from stormtracks.science.reanalysis.stored.zarr.variable import ZarrVariable


class ZarrGroup:
    """A group of a store; see `protocol.Group`.

    Parameters
    ----------
    name : str
        Path in the store, "" for the store itself.
    documents : Documents
    place : Place
    context : tensorstore.Context
    above : ZarrGroup, optional
        The group that it lies in.
    """

    def __init__(
        self, name: str, documents: Documents, place: Place, context: Any, above: "ZarrGroup | None" = None
    ) -> None:
        self.path = f"/{name}"
        self.place: Path = place.path
        self.attributes: Mapping[str, Any] = documents.groups.get(name, {})
        self._name = name
        self._documents = documents
        self._place = place
        self._context = context
        self._above = above
        self.reads_groups = True

    @functools.cached_property
    def own(self) -> Mapping[str, ZarrVariable]:
        """Name -> variable, without those of the group above."""
        found = {}
        for path in self._below(self._documents.arrays):
            array = of_metadata(path, self._documents.arrays[path], self._documents.version)
            found[path.rpartition("/")[2]] = ZarrVariable(self, array, self._place, self._context)
        lengths = {name: one.size for name, one in {**self._above_own, **found}.items() if one.dimensions == (name,)}
        for one in found.values():
            one.fault = one.fault or _misfit(one, lengths)
        return MappingProxyType(found)

    @functools.cached_property
    def variables(self) -> Mapping[str, ZarrVariable]:
        """Name -> variable: its own, then the coordinates of the groups above that it has no other for."""
        shared = {name: one for name, one in self._shared.items() if name not in self.own}
        return _Named({**self.own, **shared}, self)

    @functools.cached_property
    def dimensions(self) -> Mapping[str, int]:
        """Name -> length: that of its coordinate, else of the first variable on it."""
        found: dict[str, int] = {}
        ordered = sorted(
            self.variables.values(), key=lambda one: (one.dimensions != (one.name,), one.group is not self)
        )
        for one in ordered:
            for name, size in zip(one.dimensions, one.shape, strict=True):
                found.setdefault(name, size)
        return MappingProxyType(found)

    @functools.cached_property
    def groups(self) -> Mapping[str, "ZarrGroup"]:
        """Name -> group in it."""
        folders = {path.rpartition("/")[0] for path in self._documents.arrays} | set(self._documents.groups)
        prefix = f"{self._name}/" if self._name else ""
        inside = {one[len(prefix) :].partition("/")[0] for one in folders if one and one.startswith(prefix)}
        names = sorted(inside - {""})
        return {name: ZarrGroup(prefix + name, self._documents, self._place, self._context, self) for name in names}

    @property
    def _above_own(self) -> Mapping[str, ZarrVariable]:
        return {} if self._above is None else self._above.variables

    @property
    def _shared(self) -> dict[str, ZarrVariable]:
        """Coordinates of the groups above: along dimensions that have a coordinate there, or scalars."""
        if self._above is None:
            return {}
        there = self._above_own
        return {
            name: one
            for name, one in there.items()
            if one.dimensions in ((), (name,)) or f" {name} " in self._named_as_coordinates
        }

    @functools.cached_property
    def _named_as_coordinates(self) -> str:
        """What the attributes of its own variables name as their coordinates."""
        return "".join(f" {one.attributes.get('coordinates', '')} " for one in self.own.values())

    def _below(self, arrays: Mapping[str, Any]) -> list[str]:
        return [path for path in arrays if path.rpartition("/")[0] == self._name and path]


def _misfit(variable: ZarrVariable, lengths: Mapping[str, int]) -> str:
    """What is wrong where a variable is longer or shorter than a coordinate of it, as in a store that is written."""
    for name, size in zip(variable.dimensions, variable.shape, strict=True):
        if lengths.get(name, size) != size:
            return (
                f"has {size:,} entries along {name!r}, whose coordinate has {lengths[name]:,}; wait until the store is "
                "written, or copy it again"
            )
    return ""


class _Named(Mapping[str, ZarrVariable]):
    """Variables by their names; one in a group is found by its path as well (``pressure_level/wind_u``), not listed."""

    def __init__(self, listed: Mapping[str, ZarrVariable], group: ZarrGroup) -> None:
        self._listed = listed
        self._group = group

    def __getitem__(self, name: str) -> ZarrVariable:
        inner, slash, rest = name.partition("/")
        return self._group.groups[inner].variables[rest] if slash else self._listed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


def root(documents: Documents, place: Place, context: Any) -> ZarrGroup:
    """The group that is the store itself."""
    return ZarrGroup("", documents, place, context)
