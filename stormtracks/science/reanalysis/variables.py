"""Which variable of a file is which wind, and whether its units are what they must be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import netCDF4

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import axes, levels, other_grids
from stormtracks.science.reanalysis.attributes import attribute, text
from stormtracks.science.reanalysis.levels import Levels

_STANDARD_NAMES = {
    "eastward_wind": "u",
    "northward_wind": "v",
    "x_wind": "u",
    "y_wind": "v",
    "atmosphere_relative_vorticity": "vorticity",
    "atmosphere_upward_relative_vorticity": "vorticity",
}
_WIND = r"(?:{0}a?|{0}_?wnd|{0}_?wind|wind_?{0}|{0}_?component_?of_?wind|{1}_?winds?|{2}_?winds?|{3}_wind|{0}_?grd)"
_LEVEL = r"(?:_?(?:plev|pl|pres|isobaric\w*))?(?:[_@.]?p?(?P<level>\d+)_?(?:hpa|mb|mbar|millibars?)?)?(?:_isobaric\w*)?"
_GRIB = r"{0}_?grd_(?:.*isbl.*|p\d+_l100_.*)|{0}grd_pres_.*"
_NAMES = {
    "u": re.compile(rf"{_WIND.format('u', 'eastward', 'zonal', 'x')}{_LEVEL}|{_GRIB.format('u')}|var131"),
    "v": re.compile(rf"{_WIND.format('v', 'northward', 'meridional', 'y')}{_LEVEL}|{_GRIB.format('v')}|var132"),
    "vorticity": re.compile(
        rf"(?:vo|vor|vort|vorticity|relv|rel_?vort?|relative_?vorticity|(?:atmosphere_)?(?:relative_)?vorticity){_LEVEL}"
        r"|relv_(?:.*isbl.*|p\d+_l100_.*)|relv_pres_.*|var138"
    ),
}
_NOT_THESE = re.compile(r"water|stress|ocean|ice|absolute")
_NOT_THESE_WORDS = re.compile(r"\b(stress|ocean|absolute|sea water)\b")
_NEAR_SURFACE_NAME = re.compile(r"10[uv]|[uv]100?|[uv]as|.*\d+m")
_NEAR_SURFACE_TEXT = re.compile(r"\d+ ?-?m(et(er|re)s?)?\b|surface|above ground")
_PRESSURE_SURFACE = re.compile(r"(isobaric|pressure|constant pressure) surfaces?")
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
    fault : str
        Why it cannot be used whatever is asked for: it is near the surface, on levels of another kind, on a grid that
        is not of latitudes by longitudes; "" where it can.
    """

    role: str
    name: str
    levels: tuple[float, ...] | None
    fault: str = ""


def candidates(nc: netCDF4.Dataset, path: Path) -> tuple[Candidate, ...]:
    """All variables of an open file that are winds or relative vorticity, a tuple of `Candidate`."""
    found = []
    for name, variable in nc.variables.items():
        role, _ = _role(name, variable)
        if role:
            levels_, fault = _looked_at(nc, variable, path)
            found.append(Candidate(role, name, levels_.hpa, fault))
    return tuple(found)


def choose(nc: netCDF4.Dataset, role: str, level: float, path: Path) -> str:
    """Name of the variable of an open file that holds what a role asks for, at a level (hPa).

    Raises
    ------
    InputError
        There is none, or there are several.
    """
    all_ = [c for c in candidates(nc, path) if c.role == role]
    fitting = [c for c in all_ if not c.fault]
    at_level = [c for c in fitting if c.levels is None or levels.has(c.levels, level)]
    stated = [c for c in at_level if c.levels is not None]
    at_level = stated or at_level  # what states the level goes before what states none
    named = [c for c in at_level if c.name.lower() == path.stem.lower().split("_")[0]]
    best = named if len(at_level) > 1 and named else at_level
    if len(best) == 1:
        return best[0].name
    if best:
        names = ", ".join(c.name for c in best)
        raise InputError(
            f"{path}: several variables may be {role}: {names}; name the right one under 'variables' of a dataset "
            "description"
        )
    if fitting:
        there = sorted({one for c in fitting for one in c.levels or ()})
        raise level_missing(path, fitting[0].name, level, there)
    if all_:
        raise InputError(f"{path}: {all_[0].name}: {all_[0].fault}")
    return _only_field(nc, role, path)


def levels_of(nc: netCDF4.Dataset, variable: netCDF4.Variable, path: Path) -> Levels:
    """The levels of a variable, by whatever says them."""
    _, named = _role(variable.name, variable)
    return levels.of_variable(nc, variable, axes.of_variable(nc, variable), path, named)


def _looked_at(nc: netCDF4.Dataset, variable: netCDF4.Variable, path: Path) -> tuple[Levels, str]:
    """The levels of a variable, and why it cannot be used: "" where it can."""
    own = axes.of_variable(nc, variable)
    found = levels_of(nc, variable, path)
    fault = _near_surface(variable, found)
    try:
        other_grids.refuse(nc, variable, own, "")
        if not fault:
            levels.refuse_others(found, own, "")
    except InputError as error:
        fault = fault or str(error).removeprefix(": ")
    return found, fault


def _only_field(nc: netCDF4.Dataset, role: str, path: Path) -> str:
    """The one gridded variable of a file whose own name already says what it holds."""
    gridded = [variable for variable in nc.variables.values() if axes.is_gridded(nc, variable)]
    if len(gridded) == 1 and not _near_surface(gridded[0], levels_of(nc, gridded[0], path)):
        return str(gridded[0].name)
    raise InputError(
        f"{path}: no variable is recognised as {role} among {', '.join(nc.variables) or 'none at all'}; "
        "name the right one under 'variables' of a dataset description"
    )


def level_missing(path: Path, name: str, level: float, there: Iterable[float] | None) -> InputError:
    """The refusal of a pressure level that a file does not have."""
    levels = ", ".join(f"{one:g}" for one in there or ())
    return InputError(
        f"{path}: {name}: there is no level {level:g} hPa; choose level_hpa from {levels}, or fetch the level"
    )


def check_units(variable: netCDF4.Variable, role: str, path: Path) -> None:
    """Refuse a wind that is not in m s-1 and a vorticity that is not in s-1; absent units are taken to be right."""
    given = str(attribute(variable, "units")).strip()
    allowed, right = (_PER_SECOND, "s-1") if role == "vorticity" else (_METRE_PER_SECOND, "m s-1")
    if given and _plain_units(given) not in allowed:
        raise InputError(f"{path}: {variable.name}: the units are {given!r} and must be {right!r}; convert the file")


def _plain_units(units: str) -> str:
    text = units.lower().replace("**", "").replace("^", "").replace("per ", "/")
    text = re.sub(r"met(er|re)s?", "m", text)
    text = re.sub(r"sec(ond)?s?", "s", text)
    return re.sub(r"[\s.*()_]", "", text)


def _role(name: str, variable: netCDF4.Variable) -> tuple[str | None, float | None]:
    """Role of a variable, and the level (hPa) that its name says."""
    if len(variable.dimensions) < 2 or axes.is_text(variable):
        return None, None
    standard_name, plain = text(variable, "standard_name"), re.sub(r"[- ]", "_", name.lower())
    if _NEAR_SURFACE_NAME.fullmatch(plain):
        return None, None
    if _NOT_THESE.search(standard_name) or _NOT_THESE_WORDS.search(text(variable, "long_name")):
        return None, None
    role, level = _STANDARD_NAMES.get(standard_name), None
    for by_name, names in _NAMES.items():
        match = names.fullmatch(plain)
        if match:
            role, level = role or by_name, match["level"]
    return role, None if level is None else float(level)


def _near_surface(variable: netCDF4.Variable, found: Levels) -> str:
    """Why a wind is one near the surface: a pressure that is stated goes before the words; "" where it is none."""
    if found.hpa is not None:
        return ""
    if found.height_m is not None and found.height_m < NEAR_SURFACE_M:
        return f"is at a height of {found.height_m:g} m; name a wind on a pressure level"
    words = _PRESSURE_SURFACE.sub("", text(variable, "long_name"))
    if _NEAR_SURFACE_TEXT.search(words):
        return f"is near the surface (long_name {words!r}); name a wind on a pressure level"
    return ""
