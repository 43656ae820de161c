"""Whole steps of a variable of a GRIB file, a message per field."""

from collections.abc import Mapping

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored.grib.variables import Read, Variable
from stormtracks.science.reanalysis.stored.packing import within


class Unread(RuntimeError):
    """A field that cannot be read; `refusal` says why."""

    def __init__(self, refusal: InputError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class FieldReader:
    """Whole steps of a variable, a message per field; see `protocol.StepReader`.

    Parameters
    ----------
    variable : Variable
    roles : tuple of str
        Of its dimensions.
    places : dict of str to int
        Places on the axes of levels and of starts of forecasts.
    largest : float
        Values are sound up to this.
    read : callable
        See `Source.read`.
    """

    def __init__(
        self, variable: Variable, roles: tuple[str, ...], places: Mapping[str, int], largest: float, read: Read
    ) -> None:
        own = roles[: variable.rows.ndim]
        table = variable.rows[tuple(_place(role, places) for role in own)]
        kept = [role for role in own if role in ("time", "member")]
        self._rows = np.transpose(table, [kept.index("time"), *(kept.index(role) for role in kept if role == "member")])
        self._rows = self._rows.reshape(len(self._rows), -1)
        self._shape = variable.field_shape
        self._largest = largest
        self._read = read

    def read_chunks(self, start: int, stop: int, members: slice) -> tuple[Floats, bool, int] | None:
        """Values of some steps and members, whether they are sound, and how many messages were decoded.

        None where one cannot be read: `Variable.stored` then says which.
        """
        rows = self._rows[start:stop, members]
        values = np.empty((*rows.shape, *self._shape), np.float32)
        sound = True
        try:
            for place, row in np.ndenumerate(rows):
                self._read(int(row), values[place])
                sound &= within(values[place], self._largest)
        except Unread:
            return None
        return values, sound, rows.size


def _place(role: str, places: Mapping[str, int]) -> int | slice:
    return slice(None) if role in ("time", "member") else places.get(role, 0)
