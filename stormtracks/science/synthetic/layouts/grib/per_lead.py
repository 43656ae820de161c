"""A GRIB 2 file per member and lead, as NCEP has GEFS: u and v are fields of one message."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from stormtracks.science import libraries
from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.layouts.grib.message import Kind, Message
from stormtracks.science.synthetic.layouts.layout import Layout, fields_of
from stormtracks.science.synthetic.plan import Plan

_SECOND_FIELD_FROM = 4
"""The section from which on v's message goes into u's: both have the grid, section 3, of u."""


class PerLead(Layout):
    """`gefs.YYYYMMDD/00/atmos/pgrb2ap5/gepNN.t00z.pgrb2a.0p50.fHHH`: one forecast, from the plan's first time on.

    Member 0 is the control, `gec00`.
    """

    @staticmethod
    def names(plan: Plan) -> list[str]:
        first = plan.times[0].item()
        return [
            f"gefs.{first:%Y%m%d}/{first:%H}/atmos/pgrb2ap5/{_member(member)}.t{first:%H}z.pgrb2a.0p50.f{lead:03d}"
            for lead in range(0, plan.step_hours * len(plan.times), plan.step_hours)
            for member in range(plan.members)
        ]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._plan = plan
        self._paths = [paths[at : at + plan.members] for at in range(0, len(paths), plan.members)]
        self._fields = fields_of(plan)
        kind = Kind(2, "grid_complex_spatial_differencing", "kwbc")
        self._messages = {
            name: Message(kind, plan.axes, field, max(plan.members, 2)) for name, field in self._fields.items()
        }
        for message in self._messages.values():
            stack.callback(message.close)

    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        for member, path in enumerate(self._paths[step]):
            for name, message in self._messages.items():
                values = self._fields[name].kept(fields[name][member])[::-1]
                message.set(self._plan.times[0], step * self._plan.step_hours, member, values)
                message.say({"typeOfProcessedData": "pf" if member else "cf"})
            with path.open("wb") as file:
                self._write(file)

    def _write(self, file: BinaryIO) -> None:
        winds = [self._messages[name] for name in ("u850", "v850")]
        _write_together(winds, file)
        for message in self._messages.values():
            if message not in winds:
                message.write(file)


def _write_together(messages: Sequence[Message], file: BinaryIO) -> None:
    """Write several fields as one message."""
    eccodes = libraries.load("grib")
    together = eccodes.codes_grib_multi_new()
    try:
        for message in messages:
            eccodes.codes_grib_multi_append(message.handle, _SECOND_FIELD_FROM, together)
        eccodes.codes_grib_multi_write(together, file)
    finally:
        eccodes.codes_grib_multi_release(together)


def _member(member: int) -> str:
    return f"gep{member:02d}" if member else "gec00"
