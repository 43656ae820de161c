"""Attributes of variables, as values or as text to compare with."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_Found = TypeVar("_Found")


def kept(find: Callable[[Variable], _Found]) -> Callable[[Variable], _Found]:
    """Decorator: what is found out about a variable by itself is found once only, as long as its file is open."""
    known: WeakKeyDictionary[Variable, _Found] = WeakKeyDictionary()

    @functools.wraps(find)
    def once(variable: Variable) -> _Found:
        try:
            return known[variable]
        except KeyError:
            found = known[variable] = find(variable)
            return found

    return once


def attribute(variable: Variable | Group, name: str) -> Any:
    """Attribute of a variable or file, "" where it has none."""
    return variable.attributes.get(name, "")


def names(variable: Variable | Group) -> list[str]:
    """The names of all attributes of a variable or file."""
    return list(variable.attributes)


def text(variable: Variable | Group, name: str) -> str:
    """An attribute as text in lower case, blanks around it and a final NUL removed; "" where there is none."""
    return str(variable.attributes.get(name, "")).strip("\0 \t\n").lower()


def number(variable: Variable | Group, name: str) -> float | None:
    """An attribute as one number, also where it was written as text; None where it is none."""
    values = numbers(variable, name)
    return values[0] if len(values) == 1 else None


def numbers(variable: Variable | Group, name: str) -> list[float]:
    """An attribute's numbers, also where they were written as text; those that are none are left out.

    A number in single precision stands for the shortest decimal that it is: 0.1, not 0.100000001490116.
    """
    given = attribute(variable, name)
    if isinstance(given, str) and not given:  # nearly always: a dozen of them are asked for in every file
        return []
    return [value for one in np.atleast_1d(given) if (value := _number(one)) is not None]


def _number(value: object) -> float | None:
    try:
        return float(str(value).strip("\0 fFdDlLsSbBuU")) if isinstance(value, str | np.floating) else float(value)  # type: ignore[arg-type]  # a number of any kind, or refused below
    except (TypeError, ValueError):
        return None
