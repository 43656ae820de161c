"""Sections of a GRIB 1 message (WMO FM 92 GRIB edition 1; ECMWF's extensions for members and for long messages).

Section 1 says which field it is, 2 the grid, 3 which points have values, 4 has the values.
"""

import calendar
import math

from stormtracks.science.reanalysis.stored.grib.scan.product import NO_NUMBER, UNITS, UNKNOWN_NUMBER, Product
from stormtracks.science.reanalysis.stored.grib.scan.window import Broken, Window, whole_number

_LONG = 0x800000
_LONG_UNIT = 120
"""Messages beyond 8 MB: the length is counted in 120 bytes, and section 4 says how many are too many (ECMWF)."""
_LAYERS = {101, 104, 106, 108, 110, 112, 114, 116, 120, 121, 128, 141}
_NO_LEVEL = {*range(1, 10), 102, 200, 201}
_SCALES = {100: 100.0, 101: 1000.0, 107: 1e-4, 108: 1e-2, 111: 0.01, 112: 0.01, 115: 100.0, 116: 100.0, 117: 1e-9,
           119: 1e-4, 120: 1e-2, 121: 100.0, 126: 0.1}  # fmt: skip
"""Unit of a level in that of `Product`: Pa, m, K, K m2 kg-1 s-1, 1."""
_DOWN_FROM_1100 = {121}
_NUMBERS = {1: slice(49, 50), 30: slice(49, 50), 36: slice(49, 50), 15: slice(49, 51)}
"""Where ECMWF's local definitions have the number of a member."""
_SEASONAL = 15
_STATISTICS = {2: "", 3: "mean", 4: "sum", 5: "difference", 6: "mean", 7: "mean", 113: "mean", 114: "sum",
               115: "mean", 116: "sum", 117: "mean", 118: "covariance", 119: "standard_deviation", 123: "mean",
               124: "sum", 125: "standard_deviation"}  # fmt: skip
_OF_ONE_RANGE = {2, 3, 4, 5}
_CENTURY = 24
_CONTROL, _NEGATIVE, _POSITIVE, _WHOLE = 1, 2, 3, 5
"""Kinds of forecast in NCEP's ensembles: unperturbed, perturbed in two ways, all of them."""


def length(window: Window, offset: int, own: int) -> tuple[int, int]:
    """Length of a message by its own number, and of its section 4 where a long message says it in another way, or 0."""
    if not own & _LONG:
        return own, 0
    at = offset + 8
    at += _section(window, at, "1")
    flags = window.read(offset + 15, 1)[0]
    at += _section(window, at, "2") if flags & 0x80 else 0
    at += _section(window, at, "3") if flags & 0x40 else 0
    beyond = int.from_bytes(window.read(at, 3), "big")
    if beyond >= _LONG_UNIT:
        return own, 0
    whole = (own & ~_LONG) * _LONG_UNIT - beyond + 4
    return whole, offset + whole - 4 - at


def sections(window: Window, offset: int, end: int, values: int) -> tuple[bytes, bytes, tuple[int, ...]]:
    """Section 1, section 2 (as bytes), and the offsets of 2, 3 (0: not there) and 4 of a message.

    Parameters
    ----------
    window : Window
    offset, end : int
        Of the message; the end is that of its last section.
    values : int
        Length of section 4 where it is not the one that stands there.
    """
    at = offset + 8
    size = _section(window, at, "1")
    if size < 28:
        raise Broken(f"section 1 has {size} bytes, and must have 28 or more", at)
    first = window.read(at, size)
    at += size
    grid, bitmap, second = 0, 0, b""
    if first[7] & 0x80:
        size = _section(window, at, "2")
        grid, second = at, window.read(at, min(size, end - at))
        at += size
    if first[7] & 0x40:
        bitmap = at
        at += _section(window, at, "3")
    if at >= end:
        raise Broken("its sections are longer than the message", at)
    last = at + (values or _section(window, at, "4"))
    if last > end:
        raise Broken("section 4 ends after the message", at)
    return first, second, (grid, bitmap, at)


def _section(window: Window, at: int, name: str) -> int:
    size = int.from_bytes(window.read(at, 3), "big")
    if size < 4:
        raise Broken(f"section {name} has {size} bytes", at)
    return size


def key(first: bytes) -> bytes:
    """What of section 1 says which field it is, but for its start."""
    return first[3:12] + first[17:24] + first[25:26] + first[40:]


def start(first: bytes) -> int:
    """The start, seconds since 1970; ValueError where it is not a date."""
    year = (first[_CENTURY] - 1) * 100 + first[12]
    if not 1 <= first[13] <= 12 or not 1 <= first[14] <= calendar.monthrange(max(1, year), first[13])[1]:
        raise ValueError(f"the date {year:04d}-{first[13]:02d}-{first[14]:02d}")
    if first[15] > 24 or first[16] > 59:
        raise ValueError(f"the time {first[15]:02d}:{first[16]:02d}")
    return calendar.timegm((year, first[13], first[14], first[15], first[16], 0))


def product(key: bytes) -> Product:
    """What the bytes of `key` say."""
    table, centre, process, _, flag, parameter, level_type = key[:7]
    level, second = _levels(level_type, key[7], key[8])
    lead, span, statistic, fault = _time(key[9], key[10], key[11], key[12], int.from_bytes(key[13:15], "big"))
    number, rest = _member(centre, key[17:])
    derived, fault_of_ensemble = _of_ncep(centre, key[17:])
    fault = fault or fault_of_ensemble
    if not flag & 0x80:
        fault = "its grid is one of a catalogue (section 2 is not there)"
    return Product(
        edition=1,
        parameter=f"{table}/{parameter}",
        origin=(centre, key[16], process),
        level_type=level_type,
        level=level,
        second_level=second,
        number=number,
        lead=lead,
        span=span,
        statistic=statistic,
        derived=derived,
        forecast=lead > 0,
        rest=bytes([key[12]]) + rest,
        fault=fault,
    )


def _levels(kind: int, upper: int, lower: int) -> tuple[float, float]:
    if kind in _NO_LEVEL:
        return math.nan, math.nan
    scale = _SCALES.get(kind, 1.0)
    if kind not in _LAYERS:
        whole = upper << 8 | lower
        value = whole_number(bytes([upper, lower])) if kind == 117 else whole
        return value / round(1 / scale) if scale < 1 else value * scale, math.nan
    if kind in _DOWN_FROM_1100:
        upper, lower = 1100 - upper, 1100 - lower
    ends = [value / round(1 / scale) if scale < 1 else value * scale for value in (upper, lower)]
    return ends[0], ends[1]


def _time(unit: int, first: int, second: int, kind: int, count: int) -> tuple[int, int, str, str]:
    """Lead and span (s), statistic, fault."""
    seconds = UNITS[1].get(unit, 0)
    lead, span = {1: 0, 10: first << 8 | second}.get(kind, first), 0
    statistic = _STATISTICS.get(kind, "")
    if kind in _OF_ONE_RANGE:
        lead, span = second, max(second - first, 0)
    elif kind in _STATISTICS:
        span = max(1, count * second)
    fault = "" if kind in (0, 1, 10) or kind in _STATISTICS else f"its time range indicator {kind} is not known"
    if not seconds and (lead or span):
        fault = f"its lead is counted in units of table 4, number {unit}, which are not always equally long"
    return lead * seconds, span * seconds, statistic, fault


def _member(centre: int, local: bytes) -> tuple[int, bytes]:
    """Number of the member, and the local section without it."""
    if not local:
        return NO_NUMBER, b""
    if _is_ncep(centre, local):
        kind, number = local[1:3]
        numbers = {_CONTROL: 0, _POSITIVE: number}
        return numbers.get(kind, NO_NUMBER), local[:1] + bytes(2) + local[3:]
    place = _NUMBERS.get(local[0])
    if centre != 98 or place is None or len(local) < 12:
        return UNKNOWN_NUMBER, local
    begin, stop = place.start - 40, place.stop - 40
    number = int.from_bytes(local[begin:stop], "big")
    is_one = number or local[0] == _SEASONAL or local[stop] != 0  # of a single forecast it is 0 of 0
    return (number if is_one else NO_NUMBER), local[:begin] + bytes(stop - begin) + local[stop:]


def _of_ncep(centre: int, local: bytes) -> tuple[str, str]:
    """Method over members and fault of a field of NCEP's ensembles (ON388, section 1 from octet 41 on)."""
    if not _is_ncep(centre, local):
        return "", ""
    kind, product = local[1], local[3]
    if kind == _WHOLE:
        return ("standard_deviation" if product in (11, 12) else "mean"), ""
    if kind == _NEGATIVE:
        return "", "it is a member of a pair (NCEP, negatively perturbed), whose number is that of another member too"
    return "", ""


def _is_ncep(centre: int, local: bytes) -> bool:
    return centre == 7 and len(local) >= 4 and local[0] == 1
