"""Mappings as YAML has them -> frozen dataclasses: unknown keys, missing keys and wrong types are refused."""

import dataclasses
import difflib
import json
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from stormtracks import web_path, written
from stormtracks.errors import BadValue
from stormtracks.written import Written

T = typing.TypeVar("T")
Where: typing.TypeAlias = Callable[[str], str] | str
"""Says where a key stands, for messages: ``where("slots")`` -> "hosts.yaml, line 12". A string is used as it is, and
only for mappings that do not know it themselves: one that was read from a file has a method `place`."""


_LONGEST = 100
"""Characters of a value in a message."""
_MOST_NAMES = 60
"""Names in a message: decades have hundreds of storms."""


class KeyRefused(BadValue):
    """A key or value that a description may not have; the message says where, what is wrong and what is allowed."""


def build(cls: type[T], mapping: object, where: Where = "") -> T:
    """Make a dataclass from a mapping, refusing what it does not know.

    Parameters
    ----------
    cls : type
        A dataclass; field types may be bool, int, float, str, Path, tuples, dicts, `X | None` and other dataclasses.
        Its attribute `RENAMED`, if it has one, lists the keys that had another name before: see `renamed`.
    mapping : mapping
        Keys are field names.
    where : callable or str
        Says where a key stands, for messages.

    Returns
    -------
    instance of `cls`

    Raises
    ------
    KeyRefused
        Unknown key (with the nearest known one), missing key, or a value of another type; a value that the dataclass's
        own check refuses.
    """
    place = _place(where, mapping)
    if not isinstance(mapping, Mapping):
        raise KeyRefused(f"{place('')}: expected keys and values, found {mapping!r}")
    mapping = renamed(mapping, getattr(cls, "RENAMED", {}), place)
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]  # T is a dataclass
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
    except BadValue as error:  # the dataclass's own check of its values; its message names the key
        named = next((key for key in re.findall(r"'(\w+)'", str(error)) if key in mapping), "")
        raise KeyRefused(f"{place(named)}: {error}") from error


def renamed(mapping: Mapping[str, object], names: Mapping[str, str], where: Where = "") -> dict[str, object]:
    """The mapping with today's name in place of each old one.

    Parameters
    ----------
    mapping : mapping
    names : mapping of str to str
        Old name -> today's.
    where : callable or str
        Says where a key stands, for messages.

    Raises
    ------
    KeyRefused
        A key occurs under both names.

    Examples
    --------
    >>> from stormtracks.strict_dataclass import renamed
    >>> renamed({"threshold": 3e-5, "linker": "motion"}, {"threshold": "threshold_s1"})
    {'threshold_s1': 3e-05, 'linker': 'motion'}
    """
    for old, new in names.items():
        if old in mapping and new in mapping:
            raise KeyRefused(
                f"{_place(where)(old)}: '{old}' is the old name of '{new}', and both are given; remove one"
            )
    return {names.get(key, key): value for key, value in mapping.items()}


def assignments(texts: Iterable[str], where: str = "--set") -> dict[str, object]:
    """Keys and values of ``key=value`` texts; a value is read as JSON, else as text.

    Parameters
    ----------
    texts : iterable of str
        If a key occurs several times, the last one counts.
    where : str
        Which option the texts belong to, for the message.

    Raises
    ------
    KeyRefused
        A text without an equals sign.

    Examples
    --------
    >>> from stormtracks.strict_dataclass import assignments
    >>> assignments(["min_points=8", "linker=motion", "season=none"])
    {'min_points': 8, 'linker': 'motion', 'season': None}
    """
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise KeyRefused(f"{where}: {text!r} is not an assignment; write key=value")
        found[key.strip()] = _value(value.strip())
    return found


def unknown(name: object, known: Iterable[object], kind: str = "key") -> str:
    """A message about an unknown name: with the nearest known one, or with all of them.

    Examples
    --------
    >>> from stormtracks.strict_dataclass import unknown
    >>> unknown("min_point", ["linker", "min_points"])
    "unknown key 'min_point'; did you mean 'min_points'?"
    """
    names = sorted(map(str, known))
    near = difflib.get_close_matches(str(name), names, n=1)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    hint = f"did you mean '{near[0]}'?" if near else "known: " + ", ".join(names[:_MOST_NAMES]) + more
    return f"unknown {kind} '{name}'; {hint}"


def convert(value: object, hint: typing.Any, key: str, place: Callable[[str], str]) -> typing.Any:
    """The value as the type that a field's annotation asks for."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(value, hint, key, place)
    if dataclasses.is_dataclass(hint):
        return value if isinstance(value, hint) else build(hint, value, place)  # type: ignore[arg-type]  # a class
    if origin is tuple:
        return _convert_tuple(value, hint, key, place)
    if origin is dict:
        return _convert_dict(value, hint, key, place)
    return _convert_plain(value, hint, key, place)


def _place(where: Where, mapping: object = None) -> Callable[[str], str]:
    if callable(where):
        return where
    return getattr(mapping, "place", None) or (lambda key: where)


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        pass
    if text.startswith("[") and text.endswith("]"):  # texts without quotes, as YAML has them: [06-01, 12-01]
        return [_value(item.strip()) for item in text[1:-1].split(",")]
    return None if text.lower() == "none" else text


def _convert_union(value: object, hint: typing.Any, key: str, place: Callable[[str], str]) -> object:
    options = typing.get_args(hint)
    nothing = value is None or (isinstance(value, str) and value.lower() == "none" and str not in options)
    if nothing and type(None) in options:
        return None
    rest = [option for option in options if option is not type(None)]
    for option in rest[:-1]:
        try:
            return convert(value, option, key, place)
        except KeyRefused:
            continue
    return convert(value, rest[-1], key, place)


def _convert_tuple(value: object, hint: typing.Any, key: str, place: Callable[[str], str]) -> tuple[object, ...]:
    kinds = typing.get_args(hint)
    if not isinstance(value, (list, tuple)):
        raise KeyRefused(f"{place(key)}: '{key}' must be a list, not {value!r}")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(value) != len(kinds):
        raise KeyRefused(f"{place(key)}: '{key}' must have {len(kinds)} values, not {len(value)}: {value!r}")
    return tuple(convert(v, kind, key, place) for v, kind in zip(value, kinds, strict=True))


def _convert_dict(value: object, hint: typing.Any, key: str, place: Callable[[str], str]) -> dict[object, object]:
    if not isinstance(value, Mapping):
        raise KeyRefused(f"{place(key)}: '{key}' must be keys and values, not {value!r}")
    of_key, of_value = typing.get_args(hint)
    within = getattr(value, "place", None)  # then a fault's own line and key can be named
    if within:
        return {convert(k, of_key, k, within): convert(v, of_value, k, within) for k, v in value.items()}
    return {convert(k, of_key, key, place): convert(v, of_value, key, place) for k, v in value.items()}


def _convert_plain(value: object, hint: typing.Any, key: str, place: Callable[[str], str]) -> object:
    if isinstance(value, str) and hint in (str, Path):
        value = str(value)
    elif isinstance(value, str) and hint is bool and written.truth(value) is not None:
        value = written.truth(value)
    elif isinstance(value, Written):
        value = value.value  # of what is in doubt the text, which is no number
    if hint is Path and isinstance(value, (str, Path)) and str(value):
        return web_path.of(value)
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if hint is float and isinstance(value, str) and (written.is_float(value) or not written.doubt_about(value)):
        try:
            return float(value)
        except ValueError:
            pass
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise KeyRefused(
        f"{place(key)}: '{key}' must be {_CALLED.get(hint, hint.__name__)}, not {_shown(value)}{_hint(value, hint)}"
    )


def _shown(value: object) -> str:
    """A value for a message, which shows the beginning of a long one."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _hint(value: object, hint: typing.Any) -> str:
    """What to do about a value of another type."""
    if isinstance(value, str) and hint in (int, float):
        doubt = written.doubt_about(value)
        return f": {doubt}" if doubt else ""
    if hint in (str, Path) and value is None:
        return " (~ and null are nothing); leave it out for its default, or write the text in quotes"
    if hint in (str, Path) and isinstance(value, Mapping):
        return "; a text with braces needs quotes, such as '{year}/u.nc'"
    return "; write it in quotes" if hint in (str, Path) and not isinstance(value, (list, tuple)) else ""


_CALLED = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    Path: "a path",
}
"""What a message calls each type."""
