"""The level of a wind: a pressure that is stated, another kind of level that is refused, or nothing that is said."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import netCDF4
import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import axes as axes_
from stormtracks.science.reanalysis import packing, pressure
from stormtracks.science.reanalysis.attributes import attribute, number, text
from stormtracks.science.reanalysis.axes import Axis, one

_SAME = 1e-4
"""How far a level may be from the one that is asked for, relative: what rounding makes of it."""
_METRES = {"m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "km": 1000.0, "kilometer": 1000.0}
_ISOBARIC = re.compile(r"isobaric.*|pl|pressure.*")
_GRIB1 = {
    100: "isobaric",
    1: "surface",
    103: "height",
    105: "height",
    107: "sigma",
    109: "hybrid",
    113: "theta",
    117: "pv",
}
_GRIB2 = {
    100: "isobaric",
    1: "surface",
    102: "height",
    103: "height",
    104: "sigma",
    105: "hybrid",
    107: "theta",
    109: "pv",
}
_TYPES = {  # attributes that converters from GRIB write, and the codes in them where they are numbers
    "GRIB_typeOfLevel": _GRIB2, "typeOfLevel": _GRIB2, "level_type": _GRIB2, "level_indicator": _GRIB1,
    "Grib2_Level_Type": _GRIB2, "Grib1_Level_Type": _GRIB1,
}  # fmt: skip
_KINDS = {  # kinds of level by the types that GRIB and its converters name
    "hybrid model levels": re.compile(r"hybrid.*|ml|generalvertical.*|eta.*"),
    "sigma levels": re.compile(r"sigma.*"),
    "heights": re.compile(r"height.*|.*above ?(ground|sea).*"),
    "isentropic levels": re.compile(r"theta.*|isentropic.*|pt"),
    "levels of potential vorticity": re.compile(r"(potential ?)?(vorticity|pv).*"),
    "the surface": re.compile(r"surface|sfc|ground.*"),
}
_WORDS = {  # and of long names
    "hybrid model levels": re.compile(r"hybrid|model.?lev|\beta\b|ref(erence)? (full|half) pressure|generali[sz]ed"),
    "sigma levels": re.compile(r"sigma"),
    "isentropic levels": re.compile(r"isentrop|potential temperature|\btheta\b"),
    "levels of potential vorticity": re.compile(r"potential vorticity|\bpvu?\b"),
    "heights": re.compile(r"height|altitude|above (the )?(ground|sea)"),
    "depths": re.compile(r"depth"),
}
_NAMES = {
    "hybrid model levels": re.compile(
        r".*hybrid.*|.*model_?lev.*|mlevs?|bottom_top.*|p_?(full|half)|eta\w*|ml|.*generalvertical.*"
    ),
    "sigma levels": re.compile(r".*sigma.*|lv_sigm\w*|lv_hybl\w*"),
    "isentropic levels": re.compile(r".*theta.*|.*isentropic.*|lv_thel\w*"),
    "levels of potential vorticity": re.compile(r".*potential_?vorticity.*|pv|pvu|lv_pvl\w*"),
    "heights": re.compile(r"height.*|alt(itude)?s?|lv_htgl\w*"),
    "depths": re.compile(r".*depth.*"),
}
_MODEL_UNITS = {"level", "levels", "layer", "layers", "model_level", "model_levels", "sigma", "sigma_level", "hybrid"}
_IN_TEXT = re.compile(r"(\d+(?:\.\d+)?)[ _-]?(hpa|mbar|mb|millibars?|pa|hectopascals?)(?![a-z])")
_UNIT_IN_FILE_NAME = re.compile(r"(?<!\d)(\d{1,4})_?(hpa|mbar|mb)(?![a-z])")
_IN_FILE_NAME = re.compile(
    r"(?:^|[^a-z0-9])(?:u|v|uv|ua|va|uava|[uv]_?wnd|[uv]_?wind|wind|winds|[uv]grd|vo|vor|vort|relv|vorticity)(\d{3,4})(?![0-9a-z])"
)
_HEIGHT_IN_TEXT = re.compile(r"(\d+(?:\.\d+)?) ?-?m(?:et(?:er|re)s?)?\b")
_HEIGHT_IN_NAME = re.compile(r"(10|100)[uv]|[uv](10|100)|[uv].*?(\d+)m")
_USUAL = {*range(100, 1001, 25)}


@dataclass(frozen=True)
class Levels:
    """What is known of the levels of a variable.

    Attributes
    ----------
    hpa : tuple of float, or None
        Its pressure levels in the order of the axis; None where no pressure is stated.
    other : str
        What its levels are where they are not pressures: "hybrid model levels (units 'level')"; "" where nothing
        says so.
    height_m : float or None
        Its height, where it has one.
    remark : str
        What was assumed; "" where nothing was.
    """

    hpa: tuple[float, ...] | None = None
    other: str = ""
    height_m: float | None = None
    remark: str = ""

    def place(self, level: float) -> int:
        """Number of a level (hPa) on the axis."""
        if self.hpa is None:
            return 0
        apart = np.abs(np.asarray(self.hpa) - level)
        return int(np.argmin(np.where(np.isfinite(apart), apart, np.inf)))


def of_variable(
    nc: netCDF4.Dataset, variable: netCDF4.Variable, axes: list[Axis], path: Path, named: float | None
) -> Levels:
    """The levels of a variable: what its coordinate states, else its attributes, its name, its words, the file's name.

    Parameters
    ----------
    nc : netCDF4.Dataset
    variable : netCDF4.Variable
    axes : list of Axis
        Of the variable.
    path : Path
    named : float or None
        The level that the variable's own name says, hPa.
    """
    in_name = named if named is not None else _in_words(variable, path)
    by_axis = _of_coordinate(nc, one(axes, "level"), variable)
    by_attribute = _of_attributes(variable)
    stated = next((found for found in (by_axis, by_attribute) if found and found.hpa is not None), None)
    other = next((found for found in (by_attribute, by_axis) if found and found.other), None)
    if other is not None and not (in_name is not None and _is_one_height(other, axes)):
        return other
    if stated is not None:
        return stated
    return Levels(height_m=_height_in_words(variable)) if in_name is None else Levels((in_name,))


def has(levels: tuple[float, ...], level: float) -> bool:
    """Whether a level (hPa) is among others, rounding aside."""
    return any(abs(one - level) <= _SAME * level for one in levels)


def refuse_twice(levels: Levels, level: float, where: str) -> None:
    """Refuse an axis on which two entries are the level (hPa) that is asked for.

    Raises
    ------
    InputError
        Which of them is meant cannot be told.
    """
    if sum(has((one,), level) for one in levels.hpa or ()) > 1:
        raise InputError(f"{where}: has level {level:g} hPa twice; extract one of them")


def refuse_others(levels: Levels, axes: list[Axis], where: str) -> None:
    """Refuse levels that are not pressures.

    Raises
    ------
    InputError
        What they are, and what to do.
    """
    axis = one(axes, "level")
    if levels.other:
        raise InputError(f"{where}: {levels.other}, not a pressure level; {_remedy(levels.other)}")
    if axis is not None and axis.size > 1 and levels.hpa is None:
        raise InputError(
            f"{where}: the {axis.size} levels of {axis.dimension!r} are not pressures; extract one of them, or give "
            "them units of pressure"
        )


def _remedy(other: str) -> str:
    if "not understood" in other:
        return "give the coordinate units of pressure (ncatted -a units,NAME,o,c,hPa FILE)"
    if "model" in other or "sigma" in other:
        return "interpolate to pressure first (cdo ml2pl,85000 FILE OUT)"
    return "use winds on pressure levels"


def _is_one_height(levels: Levels, axes: list[Axis]) -> bool:
    """Whether a coordinate says one height only: the level in a name is then believed before it (20CRv3)."""
    axis = one(axes, "level")
    return levels.height_m is not None and (axis is None or axis.size == 1)


def _of_coordinate(nc: netCDF4.Dataset, axis: Axis | None, variable: netCDF4.Variable) -> Levels | None:
    """What the axis of levels says, or the scalar coordinates: those that the variable names, a pressure first."""
    if axis is not None and axis.coordinate is not None:
        return _levels(nc, axis.coordinate)
    if axis is not None and axis.size != 1:
        return None
    scalars = list(axes_.scalars(nc, variable, "level"))
    names = str(attribute(variable, "coordinates")).split()
    named = [scalar for scalar in scalars if scalar.name in names]
    found = [_levels(nc, scalar) for scalar in named or scalars]
    return next((one for one in found if one.hpa is not None), found[0] if found else None)


def _levels(nc: netCDF4.Dataset, coordinate: netCDF4.Variable) -> Levels:
    if axes_.is_text(coordinate):
        return Levels(other=f"the levels of {coordinate.name!r} are texts and not understood")
    units = text(coordinate, "units")
    kind, because = _kind(nc, coordinate)
    factor = pressure.in_hpa(str(attribute(coordinate, "units")))
    values = packing.coordinate(coordinate).ravel()
    if kind:
        height = float(values[0]) * _METRES.get(units, np.nan) if kind == "heights" and len(values) == 1 else None
        return Levels(other=f"{coordinate.name!r} are {kind} ({because})", height_m=height)
    if factor is None and units:
        return Levels(other=f"the units {units!r} of the level {coordinate.name!r} are not understood")
    return _pressures(coordinate.name, values, factor)


def _pressures(name: str, values: Floats, factor: float | None) -> Levels:
    """Levels in hPa; without units guessed, but for numbers from 1 upwards, which count the levels of a model."""
    remark = ""
    if factor is None:
        if len(values) > 1 and (np.abs(np.diff(values)) == 1).all():
            return Levels(other=f"{name!r} are levels of a model by number, without units")
        factor = 0.01 if np.nanmax(values, initial=0) > 2000 else 1.0  # no pressure level lies above 2000 hPa
        remark = f"the level {name!r} has no units; taken to be in {'Pa' if factor < 1 else 'hPa'}"
    return Levels(tuple(float(level) for level in np.round(values * factor, 6)), remark=remark)


def _kind(nc: netCDF4.Dataset, coordinate: netCDF4.Variable) -> tuple[str, str]:
    """Kind of a level coordinate that is not a pressure, and what says so; ("", "") where nothing does."""
    standard_name, units = text(coordinate, "standard_name"), text(coordinate, "units")
    formula = next((name for name in ("formula_terms", "formula") if attribute(coordinate, name) != ""), "")
    if formula or standard_name.startswith(("atmosphere_", "ocean_", "hybrid_")):
        stated = f"standard_name {standard_name!r}" if standard_name else f"it has {formula}"
        return ("hybrid model levels" if "hybrid" in standard_name or not standard_name else "model levels"), stated
    name = next((name for name in ("hyam", "hybm") if _along(nc, name, coordinate)), "")
    if (
        not name
        and any(_along(nc, a, coordinate) for a in ("ap", "a", "ap_bnds", "a_bnds"))
        and any(_along(nc, b, coordinate) for b in ("b", "b_bnds"))
    ):
        name = "b, beside ap or a,"
    if name:
        return "hybrid model levels", f"{name} lies along it"
    if standard_name == "model_level_number" or units in _MODEL_UNITS:
        return "model levels", f"units {units!r}" if units else f"standard_name {standard_name!r}"
    words = text(coordinate, "long_name")
    is_pressure = pressure.in_hpa(units) is not None
    for kind, pattern in _WORDS.items():
        if pattern.search(words) and not (is_pressure and kind in ("heights", "depths")):
            return kind, f"long_name {words!r}"
    if _NAMES["hybrid model levels"].fullmatch(coordinate.name.lower()):
        return "hybrid model levels", "by its name"
    if is_pressure:
        return "", ""
    if units in _METRES:
        is_depth = _NAMES["depths"].fullmatch(coordinate.name.lower()) or standard_name == "depth"
        return ("depths" if is_depth else "heights"), f"units {units!r}"
    if units in ("k", "kelvin", "degk"):
        return "isentropic levels", f"units {units!r}"
    if "pvu" in units or units.replace("**", "").replace("^", "").startswith("k m2"):
        return "levels of potential vorticity", f"units {units!r}"
    by_name = next((kind for kind, names in _NAMES.items() if names.fullmatch(coordinate.name.lower())), "")
    return (by_name, "by its name") if by_name else ("", "")


def _along(nc: netCDF4.Dataset, name: str, coordinate: netCDF4.Variable) -> bool:
    """Whether a variable lies along a coordinate; bounds have one more dimension."""
    if not coordinate.dimensions or name not in nc.variables:
        return False
    dimensions = nc.variables[name].dimensions
    return (dimensions[:-1] if name.endswith("_bnds") else dimensions) == coordinate.dimensions


def _of_attributes(variable: netCDF4.Variable) -> Levels | None:
    """What the attributes say that converters from GRIB write: cfgrib, pygrib, wgrib2, NCL, netCDF-Java."""
    type_name = next((name for name in _TYPES if attribute(variable, name) != ""), "")
    code = number(variable, type_name) if type_name else None
    type_ = text(variable, type_name) if code is None else _TYPES[type_name].get(int(code), f"{code:g}")
    level = next((name for name in ("GRIB_level", "level") if attribute(variable, name) != ""), None)
    for kind, pattern in _KINDS.items():
        if type_ and pattern.fullmatch(type_.split("(")[0].strip()):
            height = (number(variable, level) if level else None) if kind == "heights" else None
            return Levels(other=f"it is on {kind} ({type_name} {type_!r})", height_m=height)
    return None if level is None else _of_level_attribute(variable, level, type_)


def _of_level_attribute(variable: netCDF4.Variable, name: str, type_: str) -> Levels | None:
    value, words = number(variable, name), text(variable, name)
    if value is None:  # "850 mb", "10 m above ground"
        found = re.fullmatch(r"([\d.]+)\s*(.+)", words)
        factor = pressure.in_hpa(found[2]) if found else None
        if found and factor is not None:
            return Levels((round(float(found[1]) * factor, 6),))
        height = re.match(r"([\d.]+) ?m\b", words)
        return Levels(other=f"its level is {words!r}", height_m=float(height[1]) if height else None)
    if _ISOBARIC.fullmatch(type_.split("(")[0].strip()):
        in_pa = "inpa" in type_ or "(pa)" in type_ or value > 2000
        return Levels((round(value * (0.01 if in_pa else 1.0), 6),))
    found_ = _pressures(name, np.array([value]), None)
    return replace(found_, remark=found_.remark.replace("the level", "the attribute"))


def _height_in_words(variable: netCDF4.Variable) -> float | None:
    """The height that the words of a variable say, or its name (u10, 10v, u100)."""
    found = _HEIGHT_IN_TEXT.search(text(variable, "long_name")) or _HEIGHT_IN_NAME.fullmatch(variable.name.lower())
    return float(next(filter(None, found.groups()))) if found else None


def _in_words(variable: netCDF4.Variable, path: Path) -> float | None:
    """The level that the words of a variable say, or the name of its file."""
    file_name = path.name.lower()
    words = (text(variable, "long_name"), text(variable, "description"))
    found = next((found for one in words if (found := _IN_TEXT.search(one))), None)
    found = found or _UNIT_IN_FILE_NAME.search(file_name)
    if found:
        return round(float(found[1]) * (pressure.in_hpa(found[2]) or 1.0), 6)
    found = _IN_FILE_NAME.search(file_name)
    return float(found[1]) if found and int(found[1]) in _USUAL else None
