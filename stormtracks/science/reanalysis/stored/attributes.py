"""Attributes of netCDF variables, as values or as text to compare with."""

from typing import Any

import netCDF4
import numpy as np


def attribute(variable: netCDF4.Variable | netCDF4.Dataset, name: str) -> Any:
    """Attribute of a netCDF4 variable or file, "" where it has none."""
    try:
        return variable.getncattr(name)
    except AttributeError:
        return ""


def text(variable: netCDF4.Variable | netCDF4.Dataset, name: str) -> str:
    """An attribute as text in lower case, blanks around it and a final NUL removed; "" where there is none."""
    return str(attribute(variable, name)).strip("\0 \t\n").lower()


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


def _number(value: object) -> float | None:
    try:
        return float(str(value).strip("\0 fFdDlLsSbBuU")) if isinstance(value, str | np.floating) else float(value)  # type: ignore[arg-type]  # a number of any kind, or refused below
    except (TypeError, ValueError):
        return None
