"""What may cross the wire: dict, list, str, int, float, bool and None, and nothing else."""

import dataclasses
import datetime
import os
from collections.abc import Mapping

DEPTH = 32
_AS_IT_IS = (bool, int, float, str, type(None))


def plain(value, _depth=0):
    """The value made of built-in types only, so that it arrives as what it was.

    NumPy scalars become numbers, arrays, tuples and sets lists, paths and times text, dataclasses dicts. NumPy is not
    imported: its values are known by their methods.

    Raises
    ------
    TypeError
        A value that has no plain form (the message names its type), or one nested deeper than `DEPTH`.
    """
    if type(value) in _AS_IT_IS:
        return _text(value) if type(value) is str else value
    if _depth > DEPTH:
        raise TypeError(f"nested deeper than {DEPTH} levels: this cannot be sent")
    if isinstance(value, Mapping):
        return {_key(key): plain(item, _depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, _depth + 1) for item in value]
    return _converted(value, _depth + 1)


def _converted(value, depth):
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), depth) for field in dataclasses.fields(value)}
    for method in ("tolist", "item"):  # arrays of any shape, then scalars; a masked value becomes None
        if hasattr(value, method) and not isinstance(value, type):
            return plain(getattr(value, method)(), depth)
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    raise TypeError(f"a value of type {kind} cannot be sent: {value!r:.100}")


def _key(key):
    key = plain(key)
    if isinstance(key, (dict, list)):
        raise TypeError(f"a key must be text or a number to be sent, not {key!r:.100}")
    return key


def _text(value):
    """Text without lone surrogates (a file name that is no UTF-8 has them), which no wire takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="backslashreplace").decode()
    return value


# In this order: an IntEnum is an int, NumPy's float64 a float, a datetime a date.
_CONVERSIONS = (
    (int, int),
    (float, float),
    (str, lambda value: _text(str.__str__(value))),
    ((bytes, bytearray), lambda value: bytes(value).decode(errors="backslashreplace")),
    (os.PathLike, lambda value: _text(os.fsdecode(value))),
    ((datetime.date, datetime.time), lambda value: value.isoformat()),
    (datetime.timedelta, datetime.timedelta.total_seconds),
)
