"""How stored numbers become values: scale and offset, and which of them mean that there is none."""

import netCDF4
import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.reanalysis import axes

MISSING_ABOVE = 1.0e30
"""Larger values are missing ones, whatever the attributes say (netCDF's own default is 9.96921e36)."""
LARGEST = {"u": 250.0, "v": 250.0, "vorticity": 0.1}
"""m s-1 and s-1: what no real wind or vorticity of a reanalysis passes (jet streaks: 130 m s-1; eyewalls: 0.01 s-1)."""
_DEFAULT_FILL = {"i2": -32767, "i4": -2147483647, "i8": -9223372036854775806, "u2": 65535, "u4": 4294967295}


class Packing:
    """The packing of one netCDF4 variable."""

    def __init__(self, variable: netCDF4.Variable) -> None:
        self.dtype = variable.dtype
        scale, offset = axes.attribute(variable, "scale_factor"), axes.attribute(variable, "add_offset")
        self.packed = scale != "" or offset != "" or self.dtype.kind in "iu"
        self.scale = 1.0 if scale == "" else float(scale)
        self.offset = 0.0 if offset == "" else float(offset)
        marks = [axes.attribute(variable, name) for name in ("_FillValue", "missing_value")]
        found = [value for mark in marks for value in np.ravel(mark).tolist()]
        self.missing = {value for value in found if isinstance(value, int | float)}
        if not self.missing and self.dtype.kind in "iu":
            self.missing = {mark for kind, mark in _DEFAULT_FILL.items() if kind == self.dtype.str[1:]}

    def decoded(self, stored: np.ndarray, largest: float) -> tuple[Floats, bool]:
        """Values as float32, missing ones NaN, and whether all are finite and at most `largest` (their absolute value).

        The stored array itself comes back where nothing has to be done: two reductions are what that costs.
        """
        values = self._unpacked(stored) if self.packed else stored.astype(np.float32, copy=False)
        sound = within(values, largest)
        if self.packed or (sound and not self.marks_among_values(largest)):
            return values, sound
        absent = (np.abs(values) > MISSING_ABOVE) & np.isfinite(values)  # an infinite value marks nothing: it is wrong
        for mark in self.missing:
            absent |= values == np.float32(mark)
        values[absent] = np.nan
        return values, sound and not absent.any()

    def marks_among_values(self, largest: float) -> list[float]:
        """Marks of a missing value that could be values: only comparing finds them."""
        return [mark for mark in self.missing if abs(mark) <= largest]

    def _unpacked(self, stored: np.ndarray) -> Floats:
        real = np.float32 if self.dtype.itemsize <= 2 else np.float64  # single precision holds 16 bits exactly
        values: Floats = stored.astype(real)
        values *= real(self.scale)
        values += real(self.offset)
        for mark in self.missing:  # marks are meant of stored numbers, before scale and offset
            values[stored == mark] = np.nan
        return values.astype(np.float32, copy=False)


def within(values: Floats, largest: float) -> bool:
    """Whether all values are finite and small enough: min and max pass a NaN on, and comparing it is false."""
    return not values.size or bool(values.min() >= -largest and values.max() <= largest)
