"""Mappings read from YAML -> frozen dataclasses: unknown keys, missing keys and wrong types are refused."""

import dataclasses
import difflib
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path


class KeyRefused(ValueError):
    """A key or value that a description may not have; the message says where, what is wrong and what is allowed."""


def build(cls, mapping, where: Callable[[str], str] | str = ""):
    """Make a dataclass from a mapping, refusing what it does not know.

    Parameters
    ----------
    cls : type
        A dataclass; field types may be bool, int, float, str, Path, tuples, dicts, `X | None` and other dataclasses.
    mapping : mapping
        Keys are field names.
    where : callable or str
        Says where a key stands, for messages: ``where("slots")`` -> "hosts.yaml, line 12". A string is used as it is.

    Raises
    ------
    KeyRefused
        Unknown key (with the nearest known one), missing key, or a value of another type.
    """
    place = where if callable(where) else (lambda key: where)
    if not isinstance(mapping, Mapping):
        raise KeyRefused(f"{place('')}: expected keys and values, found {mapping!r}")
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for key in mapping:
        if key not in fields:
            raise KeyRefused(f"{place(key)}: {unknown(key, fields)}")
    hints = typing.get_type_hints(cls)
    values = {}
    for name, field in fields.items():
        if name in mapping:
            values[name] = convert(mapping[name], hints[name], name, place)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise KeyRefused(f"{place('')}: the key '{name}' is missing")
    try:
        return cls(**values)
    except KeyRefused:
        raise
    except ValueError as error:  # a dataclass's own check of its values; which key it was, its message says
        raise KeyRefused(f"{place('')}: {error}") from error


def unknown(name, known, kind="key") -> str:
    """Words for an unknown name: the nearest known one, or all of them."""
    near = difflib.get_close_matches(str(name), [str(k) for k in known], n=1)
    hint = f"did you mean '{near[0]}'?" if near else "known: " + ", ".join(sorted(map(str, known)))
    return f"unknown {kind} '{name}'; {hint}"


def convert(value, hint, key, place):
    """The value as the type that a field's annotation asks for."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(value, hint, key, place)
    if dataclasses.is_dataclass(hint):
        return value if isinstance(value, hint) else build(hint, value, place)
    if origin is tuple:
        return _convert_tuple(value, hint, key, place)
    if origin is dict:
        return _convert_dict(value, hint, key, place)
    return _convert_plain(value, hint, key, place)


def _convert_union(value, hint, key, place):
    options = typing.get_args(hint)
    if value is None and type(None) in options:
        return None
    rest = [option for option in options if option is not type(None)]
    for option in rest[:-1]:
        try:
            return convert(value, option, key, place)
        except KeyRefused:
            continue
    return convert(value, rest[-1], key, place)


def _convert_tuple(value, hint, key, place):
    kinds = typing.get_args(hint)
    if not isinstance(value, (list, tuple)):
        raise KeyRefused(f"{place(key)}: '{key}' must be a list, not {value!r}")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(value) != len(kinds):
        raise KeyRefused(f"{place(key)}: '{key}' must have {len(kinds)} values, not {len(value)}: {value!r}")
    return tuple(convert(v, kind, key, place) for v, kind in zip(value, kinds, strict=True))


def _convert_dict(value, hint, key, place):
    if not isinstance(value, Mapping):
        raise KeyRefused(f"{place(key)}: '{key}' must be keys and values, not {value!r}")
    of_key, of_value = typing.get_args(hint)
    return {convert(k, of_key, key, place): convert(v, of_value, key, place) for k, v in value.items()}


def _convert_plain(value, hint, key, place):
    if hint is Path and isinstance(value, (str, Path)) and str(value):
        return Path(value)
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if hint is float and isinstance(value, str):  # YAML 1.1 reads 5e-5 as text
        try:
            return float(value)
        except ValueError:
            pass
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise KeyRefused(f"{place(key)}: '{key}' must be {_WORDS.get(hint, hint.__name__)}, not {value!r}")


_WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    Path: "a path",
}
