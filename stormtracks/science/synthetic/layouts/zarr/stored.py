"""Stores of a planted season: what all of them do with a step."""

import abc
import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.layouts.layout import TITLE, Field, Layout, fields_of, provenance
from stormtracks.science.synthetic.layouts.zarr import axes
from stormtracks.science.synthetic.layouts.zarr.axes import Axis
from stormtracks.science.synthetic.layouts.zarr.store import Store
from stormtracks.science.synthetic.plan import Plan

NAMES = {
    "u": ("u", "U component of wind"),
    "v": ("v", "V component of wind"),
    "z": ("gh", "Geopotential height"),
    "prmsl": ("msl", "Mean sea level pressure"),
}
"""Name and long name of each field, as cfgrib has them."""


class Stored(Layout):
    """One store with all fields and members; steps are written when a chunk is full."""

    version: ClassVar[Literal[2, 3]] = 3
    steps: ClassVar[int] = 1
    """Times in a chunk, or in a shard."""
    group: ClassVar[str] = ""
    """Of the variables on levels."""
    variables: ClassVar[Mapping[str, tuple[str, str]]] = NAMES

    @staticmethod
    @abc.abstractmethod
    def names(plan: Plan) -> list[str]: ...

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._plan = plan
        self._fields = fields_of(plan)
        self.store = Store(
            paths[0], self.version, {"Conventions": "CF-1.7", "title": TITLE} | provenance(plan),
            [self.group] if self.group else [],
        )  # fmt: skip
        self._arrays: dict[str, Any] = {}
        self._coordinates: set[str] = set()
        self._waiting: list[Mapping[str, Floats]] = []
        for name in dict.fromkeys(field.short_name for field in self._fields.values()):
            self._create(next(field for field in self._fields.values() if field.short_name == name))
        self.more()
        self.store.consolidate()

    @abc.abstractmethod
    def axes(self, plan: Plan, levels: list[int]) -> list[Axis]:
        """Dimensions of a field on these levels (none: at mean sea level), in stored order."""

    @abc.abstractmethod
    def chunks(self, found: Sequence[Axis]) -> tuple[list[int], list[int] | None]:
        """Lengths of a chunk and of a shard, if there are any."""

    def more(self) -> None:
        """Write further coordinates."""

    def attributes(self, field: Field) -> dict[str, Any]:
        """Those of a variable."""
        long_name = self.variables[field.short_name][1]
        return {"long_name": long_name, "standard_name": field.standard_name, "units": field.units}

    def _create(self, field: Field) -> None:
        found = self.axes(self._plan, axes.levels(self._fields) if field.level else [])
        group = f"{self.group}/" if self.group and field.level else ""
        for axis in found:
            self.coordinate(group + axis.name, axis)
        name = group + self.variables[field.short_name][0]
        chunk, shard = self.chunks(found)
        attributes = self.attributes(field)
        self._arrays[field.short_name] = self.store.array(
            name, axes.lengths(found), "float32", attributes, chunk, shard
        )

    def coordinate(self, name: str, axis: Axis) -> None:
        """Write an axis once, by its name with that of its group before it."""
        if name not in self._coordinates:
            self._coordinates.add(name)
            self.store.coordinate(name, [axis.name], axis.values, axis.attributes)

    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        self._waiting.append({name: self._fields[name].kept(values) for name, values in fields.items()})
        if len(self._waiting) == self.steps or step == len(self._plan.times) - 1:
            for name, field in self._fields.items():
                block = np.stack([values[name] for values in self._waiting])
                self.put(self._arrays[field.short_name], step + 1 - len(self._waiting), field, block)
            self._waiting = []

    @abc.abstractmethod
    def put(self, array: Any, step: int, field: Field, block: Floats) -> None:
        """Write some steps of a field, (step, member, nlat, nlon) from S to N, from `step` on."""

    def level_place(self, field: Field) -> list[int]:
        """Where a field lies on the axis of levels, as a list that is empty where it has none."""
        return [axes.levels(self._fields).index(field.level)] if field.level else []
