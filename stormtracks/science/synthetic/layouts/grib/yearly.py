"""One GRIB file per year with all members, as MARS hands over an ensemble of analyses (ERA5 EDA)."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from stormtracks.science.arrays import Floats
from stormtracks.science.records import Grid
from stormtracks.science.synthetic.layouts.grib.message import Kind, Message
from stormtracks.science.synthetic.layouts.layout import Layout, fields_of
from stormtracks.science.synthetic.plan import Plan


class Yearly(Layout):
    """`ensemble_YEAR.grib`: by time, then by member, then by field, rows N->S."""

    packing: ClassVar[Kind]

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"ensemble_{plan.year}.grib"]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._plan = plan
        self._fields = fields_of(plan)
        kind, grid = self._kind(plan)
        self._messages = {name: Message(kind, grid, field, plan.members) for name, field in self._fields.items()}
        for message in self._messages.values():
            stack.callback(message.close)
        self._file = stack.enter_context(paths[0].open("wb"))

    def _kind(self, plan: Plan) -> tuple[Kind, Grid | None]:
        """What messages have in common, and their grid unless it is that of a sample."""
        return self.packing, plan.axes

    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        for member in range(self._plan.members):
            for name, message in self._messages.items():
                values = self._stored(self._fields[name].kept(fields[name][member]))
                message.set(self._plan.times[step], 0, member, values)
                message.write(self._file)

    def _stored(self, values: Floats) -> Floats:
        """Values of a member, (nlat, nlon) from S to N, as the message has them."""
        return values[::-1]


class Grib1(Yearly):
    """GRIB 1, simple packing: ERA5's kind."""

    packing = Kind(1)


class Grib2Simple(Yearly):
    """GRIB 2, simple packing."""

    packing = Kind(2)


class Grib2Ccsds(Yearly):
    """GRIB 2, CCSDS packing: IFS and AIFS since 2023."""

    packing = Kind(2, "grid_ccsds")


class Grib2Complex(Yearly):
    """GRIB 2, complex packing with spatial differencing: NCEP's kind."""

    packing = Kind(2, "grid_complex_spatial_differencing")
