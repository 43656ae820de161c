"""Whether what came from a host has the shape that it should have: a host that was broken into sends what it likes."""

import math
import types
from collections.abc import Mapping
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

MOST = 10**15
"""No number in an answer is larger."""


def misfit(value: object, kind: Any, where: str = "the answer") -> str | None:
    """Where a value does not have the shape of a type of `on_host.answers`; None: it has. Further keys are let pass.

    Examples
    --------
    >>> from stormtracks.hosts.shape import misfit
    >>> misfit({"a": [1, "2"]}, dict[str, list[int]])
    "the answer['a'][1] is '2'"
    """
    if kind is Any:
        return None
    if is_typeddict(kind):
        return _misfit_of_keys(value, kind, where)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _misfit_of_all(value, inner, where)
    if origin is Literal:
        return None if value in inner else _said(value, where)
    if origin is list and isinstance(value, list):
        return _first(misfit(one, inner[0], f"{where}[{number}]") for number, one in enumerate(value))
    if origin is dict and isinstance(value, dict):
        return _first(misfit(one, inner[1], f"{where}[{key!r:.60}]") for key, one in value.items())
    return None if _is_plain(value, kind) else _said(value, where)


def _misfit_of_keys(value: object, kind: Any, where: str) -> str | None:
    if not isinstance(value, Mapping):
        return _said(value, where)
    for key, hint in get_type_hints(kind, include_extras=True).items():
        optional = get_origin(hint) is NotRequired
        if key not in value:
            if optional or key in kind.__optional_keys__:
                continue
            return f"{where} has no {key!r}"
        found = misfit(value[key], get_args(hint)[0] if optional else hint, f"{where}[{key!r}]")
        if found:
            return found
    return None


def _misfit_of_all(value: object, kinds: tuple[Any, ...], where: str) -> str | None:
    """None where one of the kinds fits; else what is wrong with the last of them, or with the one that is meant."""
    found = [misfit(value, kind, where) for kind in kinds]
    return None if None in found else found[-1]


def _is_plain(value: object, kind: Any) -> bool:
    if kind is type(None) or kind is None:
        return value is None
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    if kind in (int, float) and isinstance(value, (int, float)):
        return math.isfinite(value) and abs(value) <= MOST and (kind is float or isinstance(value, int))
    return kind in (str,) and isinstance(value, str)


def _first(found: Any) -> str | None:
    return next(filter(None, found), None)


def _said(value: object, where: str) -> str:
    return f"{where} is {value!r:.60}"
