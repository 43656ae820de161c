"""How stored numbers become values: scale and offset, signed or not, and which of them mean that there is none."""

import math

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored.attributes import attribute, number, numbers, text
from stormtracks.science.reanalysis.stored.protocol import Variable

MISSING_ABOVE = 1.0e30
"""Larger values are missing ones, whatever the attributes say (netCDF's own default is 9.96921e36)."""
LONGEST_AXIS = 20_000_000
"""Entries; an axis that claims more is a damaged header (3-hourly data of 6,000 years have fewer)."""
_DEFAULT_FILL = {"i2": -32767, "i4": -2147483647, "i8": -9223372036854775806, "u2": 65535, "u4": 4294967295}
_NOT_A_TIME = np.iinfo(np.int64).min
"""How xarray stores a time that is missing where nothing says how."""


class Packing:
    """The packing of one variable.

    Attributes
    ----------
    dtype : numpy.dtype
        As stored; the other signedness where ``_Unsigned`` says so.
    packed : bool
        Whether stored numbers are not the values themselves.
    scale, offset : float
    missing : set of float
        Stored numbers that mean that there is no value.
    low, high : float
        Values outside them are missing ones (``valid_min``, ``valid_max``, ``valid_range``).
    """

    def __init__(self, variable: Variable) -> None:
        self._stored_type = variable.dtype
        self.dtype = _meant_type(variable)
        scale, offset = _one_finite(variable, "scale_factor"), _one_finite(variable, "add_offset")
        self.packed = scale is not None or offset is not None or self.dtype.kind in "iu"
        self.scale = 1.0 if scale is None else scale
        self.offset = 0.0 if offset is None else offset
        self.missing = self._marks(variable)
        self.low, self.high = self._valid(variable)

    def decoded(self, stored: np.ndarray, largest: float) -> tuple[Floats, bool]:
        """Values as float32, missing ones NaN, and whether all are finite and at most `largest` (their absolute value).

        The stored array itself comes back where nothing has to be done: two reductions are what that costs.
        """
        values = self._unpacked(stored) if self.packed else stored.astype(np.float32, copy=False)
        if within(values, self.sure(largest)) and (self.packed or not self.marks_among_values(largest)):
            return values, True
        with np.errstate(invalid="ignore"):
            absent = (np.abs(values) > MISSING_ABOVE) | (values < self.low) | (values > self.high)
        absent &= np.isfinite(values)  # an infinite value marks nothing: it is wrong
        for mark in () if self.packed else self.missing:
            absent |= values == np.float32(mark)
        if absent.any():
            values[absent] = np.nan
        return values, within(values, largest)

    def sure(self, largest: float) -> float:
        """Values up to this (their absolute value) are neither outside the valid ones nor larger than `largest`."""
        return min(largest, self.high, -self.low)

    def marks_among_values(self, largest: float) -> list[float]:
        """Marks of a missing value that could be values: only comparing finds them."""
        return [mark for mark in self.missing if abs(mark) <= largest]

    @property
    def limits(self) -> tuple[float, ...]:
        """The values of the lowest and the highest number that can be stored, where they are no marks by themselves.

        Only of whole numbers of 16 bits or more: of 8 bits, these are values like others.
        """
        if self.dtype.kind not in "iu" or self.dtype.itemsize < 2:
            return ()
        ends = np.array([np.iinfo(self.dtype).min, np.iinfo(self.dtype).max], self.dtype).view(self._stored_type)
        return tuple(float(value) for value in self._unpacked(ends) if np.isfinite(value))

    def coordinate(self, stored: np.ndarray) -> Floats:
        """Values of a coordinate as float64, missing ones NaN; single precision as the shortest decimal that it is."""
        meant = np.atleast_1d(stored).astype(self._stored_type, copy=False).view(self.dtype)
        values = meant.astype(str).astype(np.float64) if meant.dtype == np.float32 else meant.astype(np.float64)
        values = values * self.scale + self.offset
        values[self.absent(stored)] = np.nan
        return values

    def absent(self, stored: np.ndarray) -> np.ndarray:
        """Which stored numbers mean that there is no value, an array of bool."""
        meant = np.atleast_1d(stored).astype(self._stored_type, copy=False).view(self.dtype)
        found = np.isin(meant, np.array(sorted(self.missing)).astype(meant.dtype)) if self.missing else meant != meant
        with np.errstate(invalid="ignore"):
            return found | ~(np.abs(meant.astype(np.float64)) < MISSING_ABOVE) | (meant == _NOT_A_TIME)

    def _unpacked(self, stored: np.ndarray) -> Floats:
        meant = stored.view(self.dtype) if self.dtype != self._stored_type else stored
        real = np.float32 if self.dtype.itemsize <= 2 else np.float64  # single precision holds 16 bits exactly
        values: Floats = meant.astype(real)
        values *= real(self.scale)
        values += real(self.offset)
        for mark in self.missing:  # marks are meant of stored numbers, before scale and offset
            values[meant == mark] = np.nan
        return values.astype(np.float32, copy=False)

    def _marks(self, variable: Variable) -> set[float]:
        found = {mark for name in ("_FillValue", "missing_value") for mark in self._stored(variable, name)}
        if self.dtype.kind not in "iu":
            return {mark for mark in found if not math.isnan(mark)}
        if attribute(variable, "_FillValue") == "":
            found |= {mark for kind, mark in _DEFAULT_FILL.items() if kind == self.dtype.str[1:]}
        limits = np.iinfo(self.dtype)
        return {int(mark) for mark in found if mark == round(mark, 0) and limits.min <= mark <= limits.max}

    def _valid(self, variable: Variable) -> tuple[float, float]:
        """Lowest and highest valid value; without limits where none, or only an impossible one, is given."""
        both = self._stored(variable, "valid_range")
        ends = [self._stored(variable, name) for name in ("valid_min", "valid_max")]
        low = both[0] if len(both) == 2 else min(ends[0], default=-math.inf)
        high = both[1] if len(both) == 2 else max(ends[1], default=math.inf)
        low, high = sorted(end * self.scale + self.offset for end in (low, high))
        margin = abs(self.scale) / 2 if self.packed else 0.0  # a rounded end is still inside
        return (low - margin, high + margin) if low < high else (-math.inf, math.inf)

    def _stored(self, variable: Variable, name: str) -> list[float]:
        """Numbers of an attribute as they would be stored: one of another type than the data's may be of values."""
        found = [mark for mark in numbers(variable, name) if not math.isnan(mark) or self.dtype.kind == "f"]
        if not found:
            return []
        if self.dtype.kind == "u":  # a mark of -1 in a type without a sign is its highest number
            return [mark % 2 ** (8 * self.dtype.itemsize) if math.isfinite(mark) else mark for mark in found]
        kind = np.asarray(attribute(variable, name)).dtype.kind
        if kind == "f" and self.dtype.kind == "i" and self.scale != 1.0:
            limits = np.iinfo(self.dtype)
            as_values = [(mark - self.offset) / self.scale for mark in found]
            if all(limits.min <= mark <= limits.max for mark in as_values):
                return [float(round(mark)) for mark in as_values]
        return found


def coordinate(variable: Variable) -> Floats:
    """Values of a coordinate variable by its own packing: float64 in its own shape, missing ones NaN.

    Raises
    ------
    InputError
        It is absurdly long, or has no numbers.
    """
    return Packing(variable).coordinate(stored(variable)).reshape(variable.shape or (1,))


def stored(variable: Variable) -> np.ndarray:
    """The stored numbers of a coordinate variable, refused where it is absurdly long or has none."""
    where = f"{variable.group.place}: {variable.name}"
    if variable.size > LONGEST_AXIS:
        raise InputError(f"{where} has {variable.size} values by its header, so the file is damaged; copy it again")
    if variable.kind not in ("number", "enumeration"):
        raise InputError(f"{where}: its values are texts, and must be numbers; convert them")
    return np.atleast_1d(variable.stored())


def _one_finite(variable: Variable, name: str) -> float | None:
    """A scale or an offset, None where there is none; refused where it is not one finite number."""
    if str(attribute(variable, name)).strip("\0 ") == "":
        return None
    value = number(variable, name)
    if value is None or not math.isfinite(value):
        raise InputError(
            f"{variable.group.place}: {variable.name}: its {name} must be one finite number, not "
            f"{attribute(variable, name)}; correct it (ncatted)"
        )
    return value


def within(values: Floats, largest: float) -> bool:
    """Whether all values are finite and small enough: min and max pass a NaN on, and comparing it is false."""
    return not values.size or bool(values.min() >= -largest and values.max() <= largest)


def _meant_type(variable: Variable) -> np.dtype:
    """The stored type, or that of the other signedness where ``_Unsigned`` says so."""
    given, dtype = text(variable, "_Unsigned"), variable.dtype
    if dtype.kind == "i" and given in ("true", "1"):
        return np.dtype(dtype.str.replace("i", "u"))
    return np.dtype(dtype.str.replace("u", "i")) if dtype.kind == "u" and given == "false" else dtype
