"""Stores of analyses: as cfgrib and xarray write them, as ARCO-ERA5 and as WeatherBench 2."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.layouts.layout import Field
from stormtracks.science.synthetic.layouts.zarr import axes
from stormtracks.science.synthetic.layouts.zarr.axes import Axis
from stormtracks.science.synthetic.layouts.zarr.stored import Stored
from stormtracks.science.synthetic.plan import Plan


class Version2(Stored):
    """`ensemble_YEAR.zarr`, version 2, blosc lz4: a step of a member in each chunk, axes of the Climate Data Store."""

    version: ClassVar[Literal[2, 3]] = 2

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"ensemble_{plan.year}.zarr"]

    def axes(self, plan: Plan, levels: list[int]) -> list[Axis]:
        time = Axis("valid_time", axes.seconds(plan.times), {"standard_name": "time", **axes.SECONDS})
        member = Axis("number", np.arange(plan.members), axes.MEMBER)
        pressure = Axis("pressure_level", np.array(levels, float), axes.PRESSURE)
        return [
            *([member] if plan.members > 1 else []), time, *([pressure] if levels else []), *axes.horizontal(plan)
        ]  # fmt: skip

    def chunks(self, found: Sequence[Axis]) -> tuple[list[int], list[int] | None]:
        whole = {"latitude", "longitude"}
        return [len(axis) if axis.name in whole else self._of(axis) for axis in found], None

    def _of(self, axis: Axis) -> int:
        return min(self.steps, len(axis)) if axis.name == "valid_time" else 1

    def put(self, array: Any, step: int, field: Field, block: Floats) -> None:
        members = block.swapaxes(0, 1)[..., ::-1, :]
        steps = slice(step, step + len(block))
        place = (slice(None), steps, *self.level_place(field))
        array[place if self._plan.members > 1 else place[1:]] = members if self._plan.members > 1 else members[0]


class Long(Version2):
    """The same in version 3, many steps of a member in each chunk: made for series at a point."""

    version = 3
    steps = 40


class Sharded(Long):
    """The same in version 3: a file has many steps of all members, each a chunk in it."""

    def chunks(self, found: Sequence[Axis]) -> tuple[list[int], list[int] | None]:
        shard = [len(axis) if axis.name != "valid_time" else min(self.steps, len(axis)) for axis in found]
        one = {"number", "valid_time", "pressure_level"}
        return [1 if axis.name in one else len(axis) for axis in found], shard


class Arco(Stored):
    """`ar/full_YEAR.zarr`, version 2: one member, all levels of a time in a chunk, levels without units."""

    version = 2
    variables: ClassVar = {
        "u": ("u_component_of_wind", "U component of wind"),
        "v": ("v_component_of_wind", "V component of wind"),
        "z": ("geopotential_height", "Geopotential height"),
        "prmsl": ("mean_sea_level_pressure", "Mean sea level pressure"),
    }

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"ar/full_{plan.year}.zarr"]

    def axes(self, plan: Plan, levels: list[int]) -> list[Axis]:
        hours = (plan.times - np.datetime64("1900-01-01", "s")) // np.timedelta64(1, "h")
        units = {"units": "hours since 1900-01-01", "calendar": "proleptic_gregorian"}
        pressure = Axis("level", np.array(levels, np.int64), {})
        return [Axis("time", hours, units), *([pressure] if levels else []), *axes.horizontal(plan)]

    def chunks(self, found: Sequence[Axis]) -> tuple[list[int], list[int] | None]:
        return [self.steps if axis.name == "time" else len(axis) for axis in found], None

    def put(self, array: Any, step: int, field: Field, block: Floats) -> None:
        array[(slice(step, step + len(block)), *self.level_place(field))] = block[:, 0, ::-1]


class WeatherBench(Arco):
    """`YEAR-6h.zarr`, version 2: many times in a chunk, columns before rows, rows S->N; members as `number`."""

    steps = 32

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"{plan.year}-{plan.step_hours}h.zarr"]

    def axes(self, plan: Plan, levels: list[int]) -> list[Axis]:
        time, *between, _, _ = super().axes(plan, levels)
        rows, columns = axes.horizontal(plan, north_first=False)
        member = [Axis("number", np.arange(plan.members), {})] if plan.members > 1 else []
        return [time, *member, *between, columns, rows]

    def chunks(self, found: Sequence[Axis]) -> tuple[list[int], list[int] | None]:
        lengths = {"time": min(self.steps, len(found[0])), "number": 1, "level": 1}
        return [lengths.get(axis.name, len(axis)) for axis in found], None

    def put(self, array: Any, step: int, field: Field, block: Floats) -> None:
        block = block.swapaxes(-1, -2)
        place = (slice(step, step + len(block)), slice(None), *self.level_place(field))
        if self._plan.members == 1:
            block, place = block[:, 0], (place[0], *place[2:])
        array[place] = block
