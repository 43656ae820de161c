"""A field's values: simple packing by NumPy, all others by eccodes; missing ones NaN, in rows by columns."""

from typing import Any

import numpy as np

from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.reanalysis.stored.grib import library
from stormtracks.science.reanalysis.stored.grib.grids import GridOf
from stormtracks.science.reanalysis.stored.grib.scan.window import Broken
from stormtracks.science.reanalysis.stored.grib.values import message, simple, soundness
from stormtracks.science.reanalysis.stored.grib.values.message import Message

_MISSING = 1e34
"""What eccodes is told to put where nothing is stored: no value of any field."""
_NO_BITMAP, _OWN_BITMAP = 255, 0
_ALL_POINTS = {0, 4, 40, 41, 42}
"""Templates of packing (WMO code table 5.0) that mark no missing values of their own."""
_COMPLEX = {2, 3}
"""Those that say whether they do."""


def field(descriptor: int, row: Any, grid: GridOf, out: Floats) -> None:
    """Decode one field.

    Parameters
    ----------
    descriptor : int
        Of the open file.
    row : record of headers.FIELD
    grid : GridOf
    out : ndarray of float32, of the grid's shape
        Is filled; missing values are NaN.

    Raises
    ------
    window.Broken
        It is not what the scan has found, or cannot be decoded.
    """
    read = message.read(descriptor, row)
    values = _values(read, row, grid)
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is not sound
        if grid.is_straight:
            out.reshape(-1)[:] = values
        else:
            out[...] = grid.ordered(values)


def _values(read: Message, row: Any, grid: GridOf) -> Floats:
    edition = int(row["edition"])
    there = _there(read, edition, grid.points, row)
    stored = grid.points if there is None else int(np.count_nonzero(there))
    if edition == 2:
        _check_count(read, stored, row)
    packing = simple.packing(read, edition)
    if packing is None:
        fault = soundness.fault(read, edition, stored)
        if fault:
            raise Broken(fault, int(row["values_at"]))
        return _by_eccodes(read, row, grid, there is not None or _marks_missing(read, edition))
    if not stored <= packing.number <= stored + (7 if edition == 1 else 0):
        raise Broken(f"it has {packing.number} values for {stored} points", int(row["values_at"]))
    values = simple.unpacked(read, packing._replace(number=stored))
    if there is None:
        return values
    spread = np.full(grid.points, np.nan)
    spread[there] = values
    return spread


def _check_count(read: Message, stored: int, row: Any) -> None:
    """Refuse a number of values that is not that of the points: eccodes would believe it."""
    number = int.from_bytes(read.data[read.packing + 5 : read.packing + 9], "big")
    if number != stored:
        raise Broken(f"it has {number} values for {stored} points", int(row["packing_at"]))


def _there(read: Message, edition: int, points: int, row: Any) -> Bools | None:
    """Which points have values, by the bitmap; None: all have."""
    data, at = read.data, read.bitmap
    if not at:
        return None
    if edition == 1:
        begin, end = at + 6, at + int.from_bytes(data[at : at + 3], "big")
        if data[at + 4 : at + 6] != b"\0\0":
            raise Broken("its bitmap is one of a catalogue", int(row["bitmap_at"]))
    else:
        begin, end = at + 6, at + int.from_bytes(data[at : at + 4], "big")
        if data[at + 5] == _NO_BITMAP:
            return None
        if data[at + 5] != _OWN_BITMAP:
            raise Broken(f"its bitmap is number {data[at + 5]} of a catalogue", int(row["bitmap_at"]))
    if (end - begin) * 8 < points:
        raise Broken(f"its bitmap is shorter than its {points} points", int(row["bitmap_at"]))
    bits = np.unpackbits(np.frombuffer(data, np.uint8, (points + 7) // 8, begin), count=points)
    return bits.view(np.bool_)


def _marks_missing(read: Message, edition: int) -> bool:
    """Whether missing values may be marked among the others."""
    if edition == 1:
        return False
    template = int.from_bytes(read.data[read.packing + 9 : read.packing + 11], "big")
    return bool(read.data[read.packing + 22]) if template in _COMPLEX else template not in _ALL_POINTS


def _by_eccodes(read: Message, row: Any, grid: GridOf, may_lack: bool) -> Floats:
    eccodes = library.eccodes()
    try:
        with library.opened(read.data) as handle:
            if may_lack:
                eccodes.codes_set_double(handle, "missingValue", _MISSING)
            values = eccodes.codes_get_double_array(handle, "values")
    except (library.Unreadable, ValueError, MemoryError) as error:
        raise Broken(f"eccodes cannot decode it ({error})", int(row["values_at"])) from None
    if len(values) != grid.points:
        raise Broken(f"it has {len(values)} values for {grid.points} points", int(row["values_at"]))
    if may_lack:
        values[values == _MISSING] = np.nan
    return values
