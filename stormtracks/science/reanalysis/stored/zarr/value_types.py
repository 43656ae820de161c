"""What the numbers of an array are: their type, units of dates and lengths of time, the mark of missing ones.

The metadata say it in words of their own; here it becomes what CF says in attributes.
"""

import base64
import binascii
import math
import re
import struct

import numpy as np

from stormtracks.science.reanalysis.stored.protocol import Kind
from stormtracks.science.reanalysis.stored.zarr.codecs import Unread, named
from stormtracks.science.reanalysis.stored.zarr.documents import Json

_NUMBERS = re.compile(r"[<>|=][biuf](1|2|4|8)")
_SPANS = {"D": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds"}
_SPANS["ns"] = "nanoseconds"
_NOT_A_TIME = int(np.iinfo(np.int64).min)


def type_2(stored: object, is_text: bool) -> tuple[np.dtype, Kind, str]:
    """Type and kind of the values of an array of version 2, and of dates and lengths of time their unit (``M8[ns]``).

    Parameters
    ----------
    stored : object
        What the metadata call its type.
    is_text : bool
        Whether it holds texts.
    """
    if is_text:
        return np.dtype(object), "text", ""
    if isinstance(stored, str) and _NUMBERS.fullmatch(stored):
        return (np.dtype(np.uint8) if stored[1] == "b" else np.dtype(stored).newbyteorder("=")), "number", ""
    if isinstance(stored, str) and re.fullmatch(r"[<>][Mm]8\[\w+\]", stored):
        return np.dtype(np.int64), "number", stored[1:]
    return np.dtype(object), "other", ""


def type_3(stored: object, is_text: bool) -> tuple[np.dtype, Kind, str]:
    """The same of an array of version 3."""
    if is_text:
        return np.dtype(object), "text", ""
    if stored == "bool":
        return np.dtype(np.uint8), "number", ""
    if stored == "bfloat16":
        return np.dtype(np.float32), "number", ""
    if isinstance(stored, str) and re.fullmatch(r"(u?int(8|16|32|64)|float(16|32|64))", stored):
        return np.dtype(stored), "number", ""
    name, said = named(stored)
    if name in ("numpy.datetime64", "numpy.timedelta64"):
        letter = "M" if name == "numpy.datetime64" else "m"
        factor = said.get("scale_factor", 1)
        return np.dtype(np.int64), "number", f"{letter}8[{'' if factor == 1 else factor}{said.get('unit')}]"
    return np.dtype(object), "other", ""


def timed(attributes: Json, unit: str) -> Json:
    """The attributes of dates (``M8[ns]``) or lengths of time (``m8[s]``), with the units that CF has for them.

    Raises
    ------
    Unread
        CF has no name for that unit.
    """
    span = _SPANS.get(unit[3:-1])
    if span is None:
        raise Unread(f"its times are counted in {unit[3:-1]}, which is not understood; save it with days or hours")
    said = {key: value for key, value in attributes.items() if key not in ("units", "calendar")}
    said["_FillValue"] = np.int64(_NOT_A_TIME)
    if unit[0] == "m":
        return said | {"units": span}
    return said | {"units": f"{span} since 1970-01-01 00:00:00", "calendar": "proleptic_gregorian"}


def marked(attributes: Json, given: float | None, dtype: np.dtype) -> Json:
    """The attributes of an array of version 2, whose fill value is what CF calls ``_FillValue``.

    0 is what zarr writes where nobody chose: it is taken for a mark only of packed numbers without a sign, of which
    it is the lowest and nobody's value by chance.
    """
    chosen = bool(given) or (given == 0 and dtype.kind == "u" and {"scale_factor", "add_offset"} & set(attributes))
    if given is None or not chosen or "_FillValue" in attributes or dtype.kind not in "iuf":
        return attributes
    return attributes | {"_FillValue": dtype.type(given)} if _fits(given, dtype) else attributes


def _fits(given: float, dtype: np.dtype) -> bool:
    if dtype.kind == "f":
        return not abs(given) > float(np.finfo(dtype).max) or math.isinf(given)
    limits = np.iinfo(dtype)
    return math.isfinite(given) and limits.min <= given <= limits.max


def decoded_mark(attributes: Json, dtype: np.dtype) -> Json:
    """The attributes with ``_FillValue`` as a number: xarray writes that of version 3 as base64 of its eight bytes."""
    mark = attributes.get("_FillValue")
    if not isinstance(mark, str) or dtype.kind not in "iuf":
        return attributes
    try:
        (value,) = struct.unpack("<d" if dtype.kind == "f" else "<q", base64.b64decode(mark, validate=True))
    except (binascii.Error, struct.error, ValueError):
        value = fill(mark)
    return {key: given for key, given in attributes.items() if key != "_FillValue"} | (
        {} if value is None else {"_FillValue": value}
    )


def fill(given: object, unit: str = "") -> float | None:
    """A fill value as a number; None where it is not one. `unit`: of dates and lengths of time, see `type_2`."""
    if unit and given == "NaT":
        return _NOT_A_TIME
    if isinstance(given, str):
        given = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(given)
    return given if isinstance(given, int | float) else None
