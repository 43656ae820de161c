"""Attributes of netCDF variables, as values or as text to compare with."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

import netCDF4
import numpy as np

_Found = TypeVar("_Found")


class _Kept:
    """What was read of one variable or file, and what was found out by that."""

    def __init__(self, variable: netCDF4.Variable | netCDF4.Dataset) -> None:
        self.variable = variable  # as long as it is here, nothing else has its id
        self.values: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.found: dict[Callable[[netCDF4.Variable], Any], Any] = {}
        try:
            self.names: list[str] | None = variable.ncattrs()
        except (RuntimeError, ValueError):  # a damaged one, or a name that is not UTF-8; the others can be asked for
            self.names = None

    def value(self, name: str) -> Any:
        if name not in self.values:
            there = self.names is None or name in self.names
            self.values[name] = _read(self.variable, name) if there else ""
        return self.values[name]


_kept: ContextVar[dict[int, _Kept] | None] = ContextVar("attributes that were read", default=None)


@contextlib.contextmanager
def read_once() -> Iterator[None]:
    """Read each attribute once in here: a file is asked for two hundred, most of which it does not have.

    In here, no file may be written to whose attributes are asked for.
    """
    if _kept.get() is not None:
        yield
        return
    before = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(before)


def kept(find: Callable[[netCDF4.Variable], _Found]) -> Callable[[netCDF4.Variable], _Found]:
    """Decorator: what is found out about a variable by itself is found once only, inside `read_once`."""

    @functools.wraps(find)
    def once(variable: netCDF4.Variable) -> _Found:
        own = _of(variable)
        if own is None:
            return find(variable)
        if find not in own.found:
            own.found[find] = find(variable)
        return own.found[find]

    return once


def attribute(variable: netCDF4.Variable | netCDF4.Dataset, name: str) -> Any:
    """Attribute of a netCDF4 variable or file, "" where it has none."""
    own = _of(variable)
    return _read(variable, name) if own is None else own.value(name)


def names(variable: netCDF4.Variable | netCDF4.Dataset) -> list[str]:
    """The names of all attributes of a netCDF4 variable or file."""
    own = _of(variable)
    return variable.ncattrs() if own is None or own.names is None else own.names


def text(variable: netCDF4.Variable | netCDF4.Dataset, name: str) -> str:
    """An attribute as text in lower case, blanks around it and a final NUL removed; "" where there is none."""
    own = _of(variable)
    if own is None:
        return _plain(_read(variable, name))
    if name not in own.texts:
        own.texts[name] = _plain(own.value(name))
    return own.texts[name]


def number(variable: netCDF4.Variable | netCDF4.Dataset, name: str) -> float | None:
    """An attribute as one number, also where it was written as text; None where it is none."""
    values = numbers(variable, name)
    return values[0] if len(values) == 1 else None


def numbers(variable: netCDF4.Variable | netCDF4.Dataset, name: str) -> list[float]:
    """An attribute's numbers, also where they were written as text; those that are none are left out.

    A number in single precision stands for the shortest decimal that it is: 0.1, not 0.100000001490116.
    """
    given = attribute(variable, name)
    if isinstance(given, str) and not given:  # nearly always: a dozen of them are asked for in every file
        return []
    return [value for one in np.atleast_1d(given) if (value := _number(one)) is not None]


def _of(variable: netCDF4.Variable | netCDF4.Dataset) -> _Kept | None:
    """What is kept of a variable; None where nothing is to be kept."""
    all_kept = _kept.get()
    if all_kept is None:
        return None
    own = all_kept.get(id(variable))
    if own is None:
        own = all_kept[id(variable)] = _Kept(variable)
    return own


def _read(variable: netCDF4.Variable | netCDF4.Dataset, name: str) -> Any:
    try:
        return variable.getncattr(name)
    except AttributeError:
        return ""


def _plain(given: Any) -> str:
    return str(given).strip("\0 \t\n").lower()


def _number(value: object) -> float | None:
    try:
        return float(str(value).strip("\0 fFdDlLsSbBuU")) if isinstance(value, str | np.floating) else float(value)  # type: ignore[arg-type]  # a number of any kind, or refused below
    except (TypeError, ValueError):
        return None
