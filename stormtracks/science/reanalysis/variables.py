"""Which variable of a file is which wind, and whether its units are what they must be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import netCDF4

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import axes

_STANDARD_NAMES = {
    "eastward_wind": "u",
    "northward_wind": "v",
    "atmosphere_relative_vorticity": "vorticity",
}
_WIND = r"(?:{0}a?|{0}wnd|{0}grd|{0}_?wind|{0}_component_of_wind|{1}_wind)"
_LEVEL = r"_?(?P<level>\d+)?_?(?:hpa|mb|millibars)?"
_NAMES = {
    "u": re.compile(rf"{_WIND.format('u', 'eastward')}{_LEVEL}|u_grd.*isbl.*"),
    "v": re.compile(rf"{_WIND.format('v', 'northward')}{_LEVEL}|v_grd.*isbl.*"),
    "vorticity": re.compile(rf"(?:vo|vor|vort|vorticity|relv|relative_vorticity|rel_vort){_LEVEL}|relv.*isbl.*"),
}
_NOT_THESE = re.compile(r"water|stress|ocean|ice|absolute")
_NEAR_SURFACE_NAME = re.compile(r"10[uv]|[uv]100?|[uv]as|.*\d+m")
_NEAR_SURFACE_TEXT = re.compile(r"\d+ ?-?m(et(er|re)s?)?\b|surface|above ground")
NEAR_SURFACE_M = 300.0
"""A wind at a height below this is one near the surface, whatever its name."""

_METRE_PER_SECOND = {"m/s", "ms-1", "m/s1", "1m/s", "ms^-1"}
_PER_SECOND = {"s-1", "1/s", "/s"}


@dataclass(frozen=True)
class Candidate:
    """A variable that holds what a role asks for.

    Attributes
    ----------
    role : str
        "u", "v" or "vorticity".
    name : str
        Of the variable.
    levels : tuple of float, or None
        The pressure levels (hPa) that it has; None where nothing is said about them.
    """

    role: str
    name: str
    levels: tuple[float, ...] | None


def candidates(nc: netCDF4.Dataset) -> tuple[Candidate, ...]:
    """All variables of an open file that are winds or relative vorticity on a grid, a tuple of `Candidate`."""
    found = []
    for name, variable in nc.variables.items():
        role, level = _role(name, variable)
        if role and not _near_surface(nc, variable, level):
            found.append(Candidate(role, name, _levels(nc, variable, level)))
    return tuple(found)


def choose(nc: netCDF4.Dataset, role: str, level: float, path: Path) -> str:
    """Name of the variable of an open file that holds what a role asks for, at a level (hPa).

    Raises
    ------
    InputError
        There is none, or there are several.
    """
    fitting = [c for c in candidates(nc) if c.role == role]
    at_level = [c for c in fitting if c.levels is None or axes.has_level(c.levels, level)]
    named = [c for c in at_level if c.name.lower() == path.stem.lower().split("_")[0]]
    best = named if len(at_level) > 1 and named else at_level
    if len(best) == 1:
        return best[0].name
    if best:
        names = ", ".join(c.name for c in best)
        raise InputError(
            f"{path}: several variables could be {role}: {names}; give the right one under 'variables' of a dataset "
            "description"
        )
    if fitting:
        raise level_missing(path, fitting[0].name, level, fitting[0].levels)
    return _only_field(nc, role, path)


def _only_field(nc: netCDF4.Dataset, role: str, path: Path) -> str:
    """The one gridded variable of a file whose own name already says what it holds."""
    gridded = [name for name, variable in nc.variables.items() if axes.is_gridded(nc, variable)]
    if len(gridded) == 1 and not _near_surface(nc, nc.variables[gridded[0]], None):
        return gridded[0]
    raise InputError(
        f"{path}: no variable is recognised as {role}; the file has {', '.join(nc.variables) or 'none'}; "
        "give the right one under 'variables' of a dataset description"
    )


def level_missing(path: Path, name: str, level: float, there: Iterable[float] | None) -> InputError:
    """The refusal of a pressure level that a file does not have."""
    levels = ", ".join(f"{one:g}" for one in there or ())
    return InputError(
        f"{path}: {name}: there is no level {level:g} hPa; choose level_hpa from {levels}, or fetch the level"
    )


def check_units(variable: netCDF4.Variable, role: str, path: Path) -> None:
    """Refuse a wind that is not in m s-1 and a vorticity that is not in s-1; absent units are taken to be right."""
    given = str(axes.attribute(variable, "units")).strip()
    allowed, right = (_PER_SECOND, "s-1") if role == "vorticity" else (_METRE_PER_SECOND, "m s-1")
    if given and _plain_units(given) not in allowed:
        raise InputError(f"{path}: {variable.name}: the units are {given!r} and must be {right!r}; convert the file")


def _plain_units(units: str) -> str:
    text = units.lower().replace("**", "").replace("^", "").replace("per ", "/")
    text = re.sub(r"met(er|re)s?", "m", text)
    text = re.sub(r"sec(ond)?s?", "s", text)
    return re.sub(r"[\s.*()_]", "", text)


def _role(name: str, variable: netCDF4.Variable) -> tuple[str | None, float | None]:
    """Role of a variable, and the level that its name says."""
    if len(variable.dimensions) < 2 or variable.dtype is str or variable.dtype.kind not in "fiu":
        return None, None
    standard_name = str(axes.attribute(variable, "standard_name")).lower()
    if _NEAR_SURFACE_NAME.fullmatch(name.lower()) or _NOT_THESE.search(standard_name):
        return None, None
    role, level = _STANDARD_NAMES.get(standard_name), None
    for by_name, names in _NAMES.items():
        match = names.fullmatch(name.lower())
        if match:
            role, level = role or by_name, match["level"]
    return role, None if level is None else float(level)


def _near_surface(nc: netCDF4.Dataset, variable: netCDF4.Variable, level: float | None) -> bool:
    described = str(axes.attribute(variable, "long_name")).lower()
    if _NEAR_SURFACE_TEXT.search(described) or not axes.is_gridded(nc, variable):
        return True
    height = axes.height_m(nc, variable)
    return height is not None and height < NEAR_SURFACE_M and level is None


def _levels(nc: netCDF4.Dataset, variable: netCDF4.Variable, named: float | None) -> tuple[float, ...] | None:
    levels = axes.levels_hpa(nc, variable)
    if levels is not None:
        return levels
    if str(axes.attribute(variable, "typeOfLevel")) == "isobaricInhPa" and axes.attribute(variable, "level") != "":
        return (float(axes.attribute(variable, "level")),)
    return None if named is None else (named,)
