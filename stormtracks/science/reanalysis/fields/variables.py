"""Which variable of a file is which wind, and whether its units are what they must be."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import netCDF4

from stormtracks.science.errors import InputError, LevelMissing
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.dimensions import axes, levels, other_grids
from stormtracks.science.reanalysis.dimensions.levels import Levels
from stormtracks.science.reanalysis.fields import statistic, structure
from stormtracks.science.reanalysis.fields.structure import Structure
from stormtracks.science.reanalysis.stored.attributes import attribute, text

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
_GRIB = r"{0}_?grd_(?:.*isbl.*|p\d+_l100_.*|l100(?:_\d+)?)|{0}grd_pres_.*|{0}grdprs|{0}_?comp(?:onent)?"
_NAMES = {
    "u": re.compile(rf"{_WIND.format('u', 'eastward', 'zonal', 'x')}{_LEVEL}|{_GRIB.format('u')}|var131"),
    "v": re.compile(rf"{_WIND.format('v', 'northward', 'meridional', 'y')}{_LEVEL}|{_GRIB.format('v')}|var132"),
    "vorticity": re.compile(
        rf"(?:vo|vor|vort|vorticity|relv|rel_?vort?|relative_?vorticity|(?:atmosphere_)?(?:relative_)?vorticity){_LEVEL}"
        r"|relv_(?:.*isbl.*|p\d+_l100_.*)|relv_pres_.*|var138"
    ),
}
_NOT_THESE = re.compile(r"water|stress|ocean|ice|absolute")
_NOT_THESE_WORDS = re.compile(
    r"\b(stress|ocean|absolute|sea water|[uv]-momentum component"
    r"|(zonal|meridional|eastward|northward|sea|surface|tidal|water|[uv]|[xy]) (current|velocity of water)s?)\b"
)
_NEAR_SURFACE_NAME = re.compile(r"10[uv]|[uv]100?|[uv]as|.*\d+m")
_NEAR_SURFACE_TEXT = re.compile(r"\d+ ?-?m(et(er|re)s?)?\b|surface|above ground")
_PRESSURE_SURFACE = re.compile(r"(isobaric|pressure|constant pressure) surfaces?")
_HIGHEST_HPA = 2000.0
NEAR_SURFACE_M = 300.0
"""A wind at a height below this is one near the surface, whatever its name."""

_METRE_PER_SECOND = {"m/s", "ms-1", "m/s1", "1m/s", "ms^-1", "mps"}
_NO_UNITS = {"none", "unknown", "undefined", "n/a", "na", "-", "?", "null"}
"""What some write who give none."""
_PLAIN = str.maketrans({"\u00b7": " ", "\u22c5": " ", "\u207b": "-", "\u2212": "-", "\u00b9": "1", "\u00b2": "2"})
"""Dots, minus signs and raised numbers of printed texts."""
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
    structure : Structure or None
        What its dimensions say; None where it cannot be used.
    fault : str
        Why it cannot be used, whatever level is asked for: it is near the surface, on levels of another kind, on a
        grid that is not of latitudes by longitudes, its times are not understood; "" where it can.
    """

    role: str
    name: str
    structure: Structure | None
    fault: str = ""

    @property
    def levels(self) -> tuple[float, ...] | None:
        """The pressure levels (hPa) that it has; None where nothing is said about them."""
        return None if self.structure is None else self.structure.levels.hpa

    def is_at(self, level: float) -> bool:
        """Whether it may be at a level (hPa)."""
        return self.levels is None or levels.has(self.levels, level)

    @property
    def guess(self) -> str:
        """What its level is guessed by; "" where it is stated."""
        return "" if self.structure is None else self.structure.levels.guess


def candidates(nc: netCDF4.Dataset, path: Path, described: Dataset) -> tuple[Candidate, ...]:
    """All variables of an open file that are winds or relative vorticity, a tuple of `Candidate`.

    Those that the user's description names stand for their role alone; else it is their names that say it, or that
    there is one variable only in a file whose own name does.
    """
    by_user = {name: role for role, name in described.variables.items()}
    like: dict[tuple[object, ...], Structure] = {}
    found: list[Candidate] = []
    for name, variable in nc.variables.items():
        by_itself = _role(name, variable)[0]
        role = by_user.get(name, by_itself if by_itself not in described.variables else None)
        if role:
            found.append(_candidate(variable, role, path, described, like))
    return tuple(found or _in_groups(nc, path, by_user))


def only_field(nc: netCDF4.Dataset, role: str, path: Path, described: Dataset) -> Candidate:
    """The one gridded variable of a file whose own name already says what it holds.

    Raises
    ------
    InputError
        There is none, or there are several, or it cannot be used.
    """
    gridded = [variable for variable in nc.variables.values() if axes.is_gridded(nc, variable)]
    if len(gridded) == 1:
        found = _candidate(gridded[0], role, path, described, {})
        if found.fault:
            raise InputError(found.fault)
        return found
    raise InputError(
        f"{path}: no variable is recognised as {role}; the file has {', '.join(nc.variables) or 'none'}; "
        "give the right one under 'variables' of a dataset description"
    )


def choose(found: Iterable[Candidate], role: str, level: float, path: Path) -> Candidate | None:
    """The candidate of a file that holds what a role asks for, at a level (hPa); None where none is of the role.

    Raises
    ------
    InputError
        There are several; it cannot be used; it is not at the level.
    """
    of_role = [one for one in found if one.role == role]
    usable = [one for one in of_role if not one.fault]
    at_level = [one for one in usable if one.is_at(level)]
    at_level = [one for one in at_level if one.levels is not None] or at_level  # what states it goes first
    named = [one for one in at_level if one.name.lower() == path.stem.lower().split("_")[0]]
    best = named if len(at_level) > 1 and named else at_level
    if len(best) > 1:
        names = ", ".join(one.name for one in best)
        raise InputError(
            f"{path}: several variables could be {role}: {names}; give the right one under 'variables' of a dataset "
            "description"
        )
    if best:
        return best[0]
    if usable:
        there = sorted({value for one in usable for value in one.levels or ()})
        raise level_missing(path, usable[0].name, level, there, usable[0].guess)
    if of_role:
        raise InputError(of_role[0].fault)
    return None


def _in_groups(nc: netCDF4.Dataset, path: Path, by_user: dict[str, str]) -> Iterator[Candidate]:
    """Winds and vorticity in the groups of a file, which are not read."""
    for group in nc.groups.values():
        for name, variable in group.variables.items():
            role = by_user.get(name) or _role(name, variable)[0]
            if role:
                yield Candidate(
                    role,
                    name,
                    None,
                    f"{path}: {name}: is in the netCDF group '{group.path}', and groups are not read; copy it out of "
                    f"its group: ncks -G : -g {group.path} {path.name} NEW.nc",
                )
        yield from _in_groups(group, path, by_user)


def _candidate(
    variable: netCDF4.Variable, role: str, path: Path, described: Dataset, like: dict[tuple[object, ...], Structure]
) -> Candidate:
    """A variable, looked at; `like` keeps the structures of the file's variables by what they have in common."""
    where, by_user = f"{path}: {variable.name}", variable.name in described.variables.values()
    try:
        own = axes.of_variable(variable.group(), variable, described.member)
        is_statistic = statistic.remark(statistic.find(variable.group(), variable, own, path.name), by_user, where)
        check_units(variable, role, path)
        other_grids.refuse(variable.group(), variable, own, where)
        found = levels.of_variable(variable.group(), variable, own, path, _role(variable.name, variable)[1])
        if not by_user:
            _refuse_near_surface(variable, found, where)
        elif found.hpa is None and not found.other and not found.near and (words := _near_surface_words(variable)):
            found = replace(found, near=f"near the surface (long_name {words!r})")
        if not (by_user and found.near):  # a wind at a height is read where the user names it
            levels.refuse_others(found, own, where)
        key = structure.shared(variable)
        known = structure.of_variable(path, variable, own, found, like.get(key))
        like[key] = replace(known, statistic=is_statistic)
    except InputError as error:
        return Candidate(role, variable.name, None, str(error))
    return Candidate(role, variable.name, like[key])


def level_missing(path: Path, name: str, level: float, there: Iterable[float] | None, guess: str = "") -> LevelMissing:
    """The refusal of a pressure level that a file does not have; `guess` is what says so where nothing in it does."""
    there = tuple(there or ())
    levels = ", ".join(f"{one:g}" for one in there)
    wrong = (
        f". Only {guess} says so; where it means something else, state the level in the file "
        f"(ncatted -a level,NAME,o,c,'{level:g} hPa' FILE)"
    )
    return LevelMissing(
        f"{path}: {name}: there is no level {level:g} hPa; choose level_hpa from {levels}, or fetch the level"
        + (wrong if guess else ""),
        there,
    )


def check_units(variable: netCDF4.Variable, role: str, path: Path) -> None:
    """Refuse a wind that is not in m s-1 and a vorticity that is not in s-1; absent units are taken to be right."""
    given = str(attribute(variable, "units")).strip()
    allowed, right = (_PER_SECOND, "s-1") if role == "vorticity" else (_METRE_PER_SECOND, "m s-1")
    if given.lower() not in {"", *_NO_UNITS} and _plain_units(given) not in allowed:
        raise InputError(f"{path}: {variable.name}: the units are {given!r} and must be {right!r}; convert the file")


def _plain_units(units: str) -> str:
    text = units.lower().translate(_PLAIN).replace("**", "").replace("^", "")
    text = re.sub(r"per[ _]", "/", text)
    text = re.sub(r"met(er|re)s?", "m", text)
    text = re.sub(r"sec(ond)?s?", "s", text)
    return re.sub(r"[\s.*(){}_\[\]]", "", text)


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
    return role, None if level is None else _in_hpa(float(level))


def _in_hpa(level: float) -> float:
    """The level in a name, which is in Pa where no pressure is as high: u_85000."""
    return level / 100 if level > _HIGHEST_HPA else level


def _refuse_near_surface(variable: netCDF4.Variable, found: Levels, where: str) -> None:
    """Refuse a wind near the surface that nobody named: a pressure that is stated goes before the words."""
    if found.hpa is not None:
        return
    if found.height_m is not None and found.height_m < NEAR_SURFACE_M:
        raise InputError(f"{where}: is at a height of {found.height_m:g} m; name a wind on a pressure level")
    words = _near_surface_words(variable)
    if words:
        raise InputError(f"{where}: is near the surface (long_name {words!r}); name a wind on a pressure level")


def _near_surface_words(variable: netCDF4.Variable) -> str:
    """The words of a variable that say that it is near the surface; "" where they do not."""
    words = _PRESSURE_SURFACE.sub("", text(variable, "long_name"))
    return words if _NEAR_SURFACE_TEXT.search(words) else ""
