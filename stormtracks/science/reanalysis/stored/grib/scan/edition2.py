"""Sections of a GRIB 2 message (WMO FM 92 GRIB edition 2): a field is its own sections 4 to 7 and those before it.

Sections 2 to 7 may come again in the same message, and what does not come again still holds.
"""

import calendar
import math
from typing import NamedTuple

from stormtracks.science.reanalysis.stored.grib.scan.product import DERIVED, NO_NUMBER, STATISTICS, UNITS, Product
from stormtracks.science.reanalysis.stored.grib.scan.window import HEAD, Broken, Window, whole_number

_AFTER = {1: (2, 3), 2: (3,), 3: (4,), 4: (5,), 5: (6,), 6: (7,), 7: (2, 3, 4)}
"""Which sections may follow which."""
_SHORTEST = {1: 21, 2: 5, 3: 14, 4: 9, 5: 11, 6: 6, 7: 5}
_MISSING = 255
_TEMPLATES = {
    0: (34, 0), 1: (34, 37), 2: (34, 36), 3: (35, 0), 4: (35, 0), 5: (34, 0), 6: (34, 0), 7: (34, 0),
    8: (34, 34), 9: (34, 47), 10: (34, 35), 11: (34, 37), 12: (34, 36), 60: (34, 44), 61: (34, 44),
}  # fmt: skip
"""Templates of products that are understood, and where (from 0) the end of a range of times stands in them."""
_WITH_RANGE = {8, 9, 10, 11, 12, 61}
_OF_MEMBERS = {1, 11, 60, 61}
_DERIVED = {2, 3, 4, 12}
_OF_MANY = {5: "probability", 9: "probability", 6: "percentile", 10: "percentile"}
_REFORECASTS = {60, 61}


class Places(NamedTuple):
    """Offsets in the file of sections 2 (0: not there) to 7 of a field."""

    local: int
    grid: int
    product: int
    packing: int
    bitmap: int
    values: int


def fields(window: Window, offset: int, end: int) -> list[Places]:
    """The fields of a message.

    Parameters
    ----------
    window : Window
    offset, end : int
        Of the message; the end is that of its last section.

    Raises
    ------
    Broken
    """
    found: list[Places] = []
    at, before, earlier_bitmap = offset + 16, 0, 0
    places = [0] * 8
    while at < end:
        place = window.place(at, 6)
        size, number = HEAD.unpack_from(window.data, place)
        if number not in (_AFTER[before] if before else (1,)):
            raise Broken(f"a section {number} follows section {before}", at)
        if size < _SHORTEST[number] or at + size > end:
            raise Broken(f"section {number} has {size} bytes", at)
        places[number] = at
        if number == 6:
            kind = window.data[place + 5]
            if kind == 254:
                places[6] = earlier_bitmap
            elif kind == 0:
                earlier_bitmap = at
        elif number == 7:
            found.append(Places(*places[2:]))
        at += size
        before = number
    if before != 7:
        raise Broken(f"its last section is number {before}, not the values (7)", at)
    return found


def key(discipline: int, first: bytes, local: bytes, product: bytes) -> bytes:
    """What of sections 0, 1, 2 and 4 says which field it is, but for its start."""
    return bytes([discipline, len(local) & 0xFF]) + first[5:12] + first[19:21] + local + product


def start(first: bytes) -> int:
    """The start, seconds since 1970; ValueError where it is not a date."""
    year, (month, day, hour, minute, second) = first[12] << 8 | first[13], first[14:19]
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(max(1, year), month)[1]:
        raise ValueError(f"the date {year:04d}-{month:02d}-{day:02d}")
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(f"the time {hour:02d}:{minute:02d}:{second:02d}")
    return calendar.timegm((year, month, day, hour, minute, second))


def product(key: bytes) -> Product:
    """What the bytes of `key` say."""
    local = key[11 : 11 + key[1]]
    section = key[11 + key[1] :]
    template = section[7] << 8 | section[8]
    parameter = f"{key[0]}/{section[9]}/{section[10]}" if len(section) > 10 else f"{key[0]}/?"
    centre, sub_centre = key[2] << 8 | key[3], key[4] << 8 | key[5]
    head = Product(2, parameter, (centre, sub_centre, key[6], key[7], key[9]), _MISSING, template=template, rest=local)
    if template not in _TEMPLATES:
        return head._replace(fault=f"its product definition template 4.{template} is not known")
    common, end = _TEMPLATES[template]
    if len(section) < max(common, end + 24 if template in _WITH_RANGE else end):
        return head._replace(fault=f"its section 4 is shorter than template 4.{template}")
    level, second = _level(section[22:28]), _level(section[28:34])
    derived = _OF_MANY.get(template, "")
    if template in _DERIVED:
        derived = DERIVED.get(section[34], f"derived forecast {section[34]}")
    lead, span, statistic, fault = _time(section, end if template in _WITH_RANGE else 0)
    of_many = section[34:47] if template in (5, 9) else section[34:35] if template in (6, 10) else b""
    model = section[37:44] if template in _REFORECASTS else b""
    return head._replace(
        origin=(*head.origin, section[13]),
        level_type=section[22],
        level=level,
        second_level=math.nan if section[28] == _MISSING or section[28:34] == section[22:28] else second,
        number=section[35] if template in _OF_MEMBERS else NO_NUMBER,
        lead=lead,
        span=span,
        statistic=statistic,
        derived=derived,
        forecast=key[8] == 1 or lead > 0,
        rest=local + of_many + model,
        fault=fault,
    )


def _level(six: bytes) -> float:
    """A level of its type, scale and value; NaN where it has none."""
    if six[0] == _MISSING or six[1] == _MISSING or six[2:] == b"\xff\xff\xff\xff":
        return math.nan
    scale, value = whole_number(six[1:2]), whole_number(six[2:])
    return value / 10**scale if scale > 0 else float(value * 10**-scale)


def _time(section: bytes, end: int) -> tuple[int, int, str, str]:
    """Lead and span (s), statistic, fault; `end` is where that of a range of times stands, 0 for none."""
    lead, fault = _seconds(section[17], whole_number(section[18:22]))
    if not end:
        return lead, 0, "", fault
    method = section[end + 12]
    span, other = _seconds(section[end + 14], int.from_bytes(section[end + 15 : end + 19], "big"))
    statistic = STATISTICS.get(method, f"process {method} of code table 4.10")
    return lead + span, span, statistic, fault or other


def _seconds(unit: int, count: int) -> tuple[int, str]:
    if not count:
        return 0, ""
    if unit not in UNITS[2]:
        return 0, f"its lead is counted in units of code table 4.4, number {unit}, which are not always equally long"
    return count * UNITS[2][unit], ""
