"""The level of a field: a pressure that is stated, another kind of level that is refused, or nothing that is said."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import axes as axes_
from stormtracks.science.reanalysis.dimensions import level_kinds, level_pressures, level_words, pressure
from stormtracks.science.reanalysis.dimensions.axes import Axis, one
from stormtracks.science.reanalysis.stored import packing
from stormtracks.science.reanalysis.stored.attributes import attribute, number, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_SAME = 1e-4
"""How far a level may be from the one that is asked for, relative: what rounding makes of it."""
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
    "layers": re.compile(r"\w*layer"),
    "hybrid model levels": re.compile(r"hybrid.*|ml|generalvertical.*|eta.*"),
    "sigma levels": re.compile(r"sigma.*"),
    "heights": re.compile(r"height.*|.*above ?(ground|sea).*"),
    "isentropic levels": re.compile(r"theta.*|isentropic.*|pt"),
    "levels of potential vorticity": re.compile(r"(potential ?)?(vorticity|pv).*"),
    "the surface": re.compile(r"surface|sfc|ground.*"),
}
_ATTRIBUTES = re.compile(
    r"(grib_)?((air_)?p(ress(ure)?)?_?|(vertical|selected|first)_?)?(lev(el)?(ist)?|lvl)(_?(value|desc(ription)?|hpa|mb|pa)|1)?"
    r"|(vertical|selected|first)_?lev(el)?_?value|(air_)?pres(s(ure)?)?(_?(hpa|mb|pa))?|plev|p|isobaric\w*"
)
_SAYS_KIND_ONLY = re.compile(r"(pressure|isobaric|multiple|single|all|upper.air).*|p_?l(ev(el)?s?)?|prs|plevs?")
"""Descriptions of levels that do not say which."""
_AGREE = 0.01
"""How far apart two statements of a level may be, relative, to be the same."""


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
    near : str
        Where it is instead of on a pressure level, if it is said: "at a height of 10 m", "near the surface".
    remark : str
        What was assumed; "" where nothing was.
    source : str
        What states it, with its unit: "the attribute 'level'"; "" for what is only guessed.
    guess : str
        What it is guessed by: "the name of the file"; "" for what is stated.
    """

    hpa: tuple[float, ...] | None = None
    other: str = ""
    height_m: float | None = None
    near: str = ""
    remark: str = ""
    source: str = ""
    guess: str = ""

    def place(self, level: float) -> int:
        """Number of a level (hPa) on the axis."""
        if self.hpa is None:
            return 0
        apart = np.abs(np.asarray(self.hpa) - level)
        return int(np.argmin(np.where(np.isfinite(apart), apart, np.inf)))


def of_variable(
    group: Group,
    variable: Variable,
    axes: list[Axis],
    path: Path,
    named: float | None,
    quantity: str = "wind",
) -> Levels:
    """The levels of a variable: what its coordinate states, else its attributes, its name, its words, the file's name.

    Parameters
    ----------
    group : Group
    variable : Variable
    axes : list of Axis
        Of the variable.
    path : Path
    named : float or None
        The level that the variable's own name says, hPa.
    quantity : str
        Of the variable: its names may stand before a level in the name of the file.
    """
    by_axis = _of_coordinate(group, axes, variable)
    by_attribute = _of_attributes(variable)
    in_words = _of_words(variable, named)
    stated = [found for found in (by_axis, by_attribute, *in_words) if found and found.hpa is not None]
    other = next((found for found in (by_attribute, by_axis) if found and found.other), None)
    if other is not None:
        in_name = _in_name(in_words, path, quantity) if _is_one_height(other, axes) else None
        return in_name or other
    layer = next((found for found in in_words if found.other), None)
    if layer is not None and not (by_axis and by_axis.hpa):
        return layer
    if not stated:
        guesses = (
            _of_any_attribute(variable),
            _of_file_attributes(group),
            _of_file_name(path, quantity),
            _of_title(group),
        )
        stated = [found for found in guesses if found]
    if not stated:
        return _of_height(variable)
    return _agreeing(stated)


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
        no_level = "" if "stated twice" in levels.other else ", not a pressure level"
        raise InputError(f"{where}: {levels.other}{no_level}; {_remedy(levels.other)}")
    if axis is not None and axis.size > 1 and levels.hpa is None:
        raise InputError(
            f"{where}: the {axis.size} levels of {axis.dimension!r} are not pressures; extract one of them, or give "
            "them units of pressure"
        )


def _remedy(other: str) -> str:
    if "stated twice" in other:
        return "correct one of them (ncatted, ncrename)"
    if "not understood" in other or "no units" in other:
        return "give the coordinate units of pressure (ncatted -a units,NAME,o,c,hPa FILE)"
    if "model" in other or "sigma" in other:
        return "interpolate to pressure first (cdo ml2pl,85000 FILE OUT)"
    return "use winds on pressure levels"


def _is_one_height(levels: Levels, axes: list[Axis]) -> bool:
    """Whether a coordinate says one height only: the level in a name is then believed before it (20CRv3)."""
    axis = one(axes, "level")
    return levels.height_m is not None and (axis is None or axis.size == 1)


def _of_words(variable: Variable, named: float | None) -> list[Levels]:
    """What the name of a variable says, and its words."""
    found = [] if named is None else [Levels((named,), source=f"the name {variable.name!r}")]
    level, layer = level_words.of_variable(variable)
    if layer:
        found.append(Levels(other=f"it is of a layer ({layer})"))
    return found if level is None else [*found, Levels((level,), source="its description")]


def _agreeing(stated: list[Levels]) -> Levels:
    """The first of several statements; one without units only if no other has some. Refused if they contradict."""
    with_units = [one for one in stated if one.source]
    first = stated[0] if stated[0].source or len(stated[0].hpa or ()) > 1 or not with_units else with_units[0]
    for other in with_units:
        if first.source and first.hpa and other.hpa and len(first.hpa) == len(other.hpa) == 1:
            one, another = first.hpa[0], other.hpa[0]
            if abs(one - another) > _AGREE * abs(one):
                said = f"{first.source} says {one:g} hPa and {other.source} {another:g} hPa"
                return Levels(other=f"its level is stated twice: {said}")
    return first


def _of_height(variable: Variable) -> Levels:
    height = level_words.height_of(variable)
    return Levels() if height is None else Levels(height_m=height, near=f"at a height of {height:g} m")


def _in_name(in_words: list[Levels], path: Path, quantity: str) -> Levels | None:
    """What the name of a variable, its words or the name of its file says; None where they say no pressure."""
    return next((found for found in in_words if found.hpa is not None), None) or _of_file_name(path, quantity)


def _of_any_attribute(variable: Variable) -> Levels | None:
    level = level_words.of_any_attribute(variable)
    return None if level is None else Levels((level,))


def _of_file_name(path: Path, quantity: str) -> Levels | None:
    level = level_words.of_file_name(path, quantity)
    if level is not None:
        return Levels((level,), guess="the name of the file")
    level = level_words.of_folder_name(path)
    return None if level is None else Levels((level,), guess="the name of its folder")


def _of_title(group: Group) -> Levels | None:
    level = level_words.of_title(text(group, "title"))
    return None if level is None else Levels((level,), guess="the title of the file")


def _of_coordinate(group: Group, axes: list[Axis], variable: Variable) -> Levels | None:
    """What the axis of levels says, or the scalar coordinates: those that the variable names, a pressure first.

    An axis that only counts, or says nothing at all, may have its pressures in a variable along it.
    """
    axis = one(axes, "level")
    by_axis = _levels(group, axis.coordinate) if axis is not None and axis.coordinate is not None else None
    if by_axis is not None and (by_axis.source or (by_axis.other and not by_axis.remark)):
        return by_axis
    along = level_pressures.find(group, variable, axes)
    if along is not None:
        return Levels(along.hpa, source=f"the pressure {along.name!r}", other=along.fault)
    if by_axis is not None and (by_axis.other or axis is None or axis.size != 1):
        return by_axis
    if axis is not None and axis.size != 1:
        return None
    return _of_scalars(group, variable, by_axis)


def _of_scalars(group: Group, variable: Variable, by_axis: Levels | None) -> Levels | None:
    """What scalar coordinates say; where an axis has one level without units (`by_axis`), only a pressure counts."""
    scalars = list(axes_.scalars(group, variable, "level"))
    names = str(attribute(variable, "coordinates")).split()
    named = [scalar for scalar in scalars if scalar.name in names]
    found = [_levels(group, scalar) for scalar in named or scalars]
    if by_axis is not None:
        return next((one for one in found if one.hpa is not None and one.source), by_axis)
    pressures = [one for one in found if one.hpa is not None]
    return next((one for one in pressures if one.source), next(iter(pressures), found[0] if found else None))


def _levels(group: Group, coordinate: Variable) -> Levels:
    name = coordinate.name
    if axes_.is_text(coordinate):
        level = level_words.pressure_in(axes_.one_text(coordinate).lower())
        if level is not None:
            return Levels((level,), source=f"the coordinate {name!r}")
        what = "the names of an enumeration" if axes_.is_enumeration(coordinate) else "texts"
        return Levels(other=f"the levels of {name!r} are {what} and not understood")
    units = text(coordinate, "units")
    kind, because = level_kinds.of_coordinate(group, coordinate)
    factor = pressure.in_hpa(str(attribute(coordinate, "units")))
    values = packing.coordinate(coordinate).ravel()
    if kind:
        one_height = kind == "heights" and len(values) == 1
        height = float(values[0]) * level_kinds.METRES.get(units, np.nan) if one_height else None
        near = _at_height(height) if kind == "heights" else ""
        return Levels(other=f"{name!r} are {kind} ({because})", height_m=height, near=near)
    if factor is None and units:
        return Levels(other=f"the units {units!r} of the level {name!r} are not understood")
    return _pressures(f"the level {name!r}", values, factor)


def _at_height(height: float | None) -> str:
    is_known = height is not None and np.isfinite(height)
    return f"at a height of {height:g} m" if is_known else "at a height"


def _pressures(what: str, values: Floats, factor: float | None) -> Levels:
    """Levels in hPa; without units guessed, but for numbers from 1 upwards, which count the levels of a model."""
    remark = ""
    if factor is None:
        if len(values) > 1 and (np.abs(np.diff(values)) == 1).all():
            return Levels(
                other=f"{what.removeprefix('the level ')} are levels of a model by number, without units",
                remark="counted",
            )
        if 0 <= np.nanmax(values, initial=0) < 1:  # a place, 0, or a share of the pressure at the surface
            return Levels(other=f"{what} has no units and only numbers below 1: no pressures", remark="counted")
        factor = 0.01 if np.nanmax(values, initial=0) > 2000 else 1.0  # no pressure level lies above 2000 hPa
        remark = f"{what} has no units; taken to be in {'Pa' if factor < 1 else 'hPa'}"
    hpa = tuple(float(level) for level in np.round(values * factor, 6))
    return Levels(hpa, remark=remark, source="" if remark else what)


def _of_attributes(variable: Variable) -> Levels | None:
    """What the attributes say that converters from GRIB write: cfgrib, pygrib, wgrib2, NCL, netCDF-Java, and others."""
    type_name = next((name for name in _TYPES if attribute(variable, name) != ""), "")
    code = number(variable, type_name) if type_name else None
    type_ = text(variable, type_name) if code is None else _TYPES[type_name].get(int(code), f"{code:g}")
    names = level_words.attribute_names(variable, _ATTRIBUTES)
    names.sort(key=lambda name: name not in ("GRIB_level", "level"))
    for kind, pattern in _KINDS.items():
        if type_ and pattern.fullmatch(type_.split("(")[0].strip()):
            height = (number(variable, names[0]) if names else None) if kind == "heights" else None
            near = _at_height(height) if kind == "heights" else "near the surface" if kind == "the surface" else ""
            return Levels(other=f"it is on {kind} ({type_name} {type_!r})", height_m=height, near=near)
    found = [one for name in names if (one := _of_level_attribute(variable, name, type_))]
    stated = [one for one in found if one.hpa is not None]
    return _agreeing(stated) if stated else next(iter(found), None)


def _of_file_attributes(group: Group) -> Levels | None:
    """What the attributes of the file itself say: ``level = "500 hPa"``."""
    names = level_words.attribute_names(group, _ATTRIBUTES)
    found = (_of_level_attribute(group, name, "") for name in names)
    return next((replace(one, source="") for one in found if one and one.hpa is not None), None)


def _of_level_attribute(variable: Variable | Group, name: str, type_: str) -> Levels | None:
    what = f"the attribute {name!r}"
    value, words = number(variable, name), text(variable, name)
    if value is None:  # "850 mb", "10 m above ground"
        level = level_words.pressure_in(words)
        if level is not None:
            layer = level_words.layer_in(words)
            return Levels(other=f"it is of a layer ({layer})") if layer else Levels((level,), source=what)
        height = re.match(r"([\d.]+) ?m\b", words)
        if height:
            metres = float(height[1])
            return Levels(other=f"its level is {words!r}", height_m=metres, near=_at_height(metres))
        if _SAYS_KIND_ONLY.fullmatch(words) or (name != "level" and not words.startswith("surface")):
            return None
        return Levels(other=f"its level is {words!r}", near="near the surface" if "surface" in words else "")
    unit = re.search(r"(hpa|mb|pa)$", name.lower())
    factor = pressure.in_hpa(str(attribute(variable, f"{name}_units")) or (unit[1] if unit else ""))
    if factor is None and _ISOBARIC.fullmatch(type_.split("(")[0].strip()):
        factor = 0.01 if "inpa" in type_ or "(pa)" in type_ or value > 2000 else 1.0
    return _pressures(what, np.array([value]), factor)
