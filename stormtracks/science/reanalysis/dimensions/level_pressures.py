"""Pressures of levels in a variable beside the winds: ``p(time, lev)`` where the levels themselves only count."""

import re
from typing import NamedTuple

import numpy as np

from stormtracks.science.reanalysis.dimensions import axes as axes_
from stormtracks.science.reanalysis.dimensions import pressure
from stormtracks.science.reanalysis.dimensions.axes import Axis, one
from stormtracks.science.reanalysis.stored import packing
from stormtracks.science.reanalysis.stored.attributes import attribute, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_NAMES = re.compile(r"p|pres|press|pressures?|air_pressure|p_?lev(els?)?|pressure_?levels?|isobaric\w*|p_?(full|mid)")
_SAME = 1e-4
"""How much the pressure of a level may change along the other dimensions, relative: what rounding makes of it."""


class Along(NamedTuple):
    """Pressures (hPa) of all levels and the variable that has them, or why they cannot be used."""

    name: str
    hpa: tuple[float, ...] | None
    fault: str


def find(group: Group, variable: Variable, axes: list[Axis]) -> Along | None:
    """The pressures of a wind's levels, from a variable along them or, for one level, along the times.

    Parameters
    ----------
    group : Group
    variable : Variable
        The wind.
    axes : list of Axis
        Of the wind; its level axis, if there is one, states no pressure itself.

    Returns
    -------
    Along or None
        None where there is no such variable.
    """
    level = one(axes, "level")
    dimension = "" if level is None else level.dimension
    named = str(attribute(variable, "coordinates")).split()
    for name in (*named, *(name for name in group.variables if name not in named)):
        other = group.variables.get(name)
        if other is not None and _is_pressure(other, variable, dimension, name in named):
            return _along(other, axes, dimension)
    return None


def _is_pressure(other: Variable, variable: Variable, dimension: str, named: bool) -> bool:
    own = other.dimensions
    if not own or axes_.is_text(other) or not set(own) <= set(variable.dimensions):
        return False
    if own == (other.name,) or pressure.in_hpa(str(attribute(other, "units"))) is None:
        return False
    if not named and dimension not in own:  # a pressure at the surface, say
        return False
    return named or text(other, "standard_name") == "air_pressure" or _NAMES.fullmatch(other.name.lower()) is not None


def _along(other: Variable, axes: list[Axis], dimension: str) -> Along:
    points = {axis.dimension for axis in axes if axis.role in ("lat", "lon", "cell")}
    if points & set(other.dimensions):
        return Along(other.name, None, f"the pressure {other.name!r} of its levels differs from point to point")
    factor = pressure.in_hpa(str(attribute(other, "units"))) or 1.0
    values = packing.coordinate(other).reshape(other.shape) * factor
    if dimension in other.dimensions:
        place = other.dimensions.index(dimension)
        values = np.moveaxis(values, place, -1).reshape(-1, other.shape[place])
    else:
        values = values.reshape(-1, 1)
    if not values.size or not (np.ptp(values, axis=0) <= _SAME * np.abs(values[0])).all():
        return Along(other.name, None, f"the pressure {other.name!r} of its levels changes with time")
    return Along(other.name, tuple(float(level) for level in np.round(values[0], 6)), "")
