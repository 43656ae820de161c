"""Which variable of a file has which role, and why it cannot be used where it cannot."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stormtracks.science.errors import InputError, LevelMissing
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.dimensions import axes, levels, other_grids
from stormtracks.science.reanalysis.dimensions.axes import Axis
from stormtracks.science.reanalysis.dimensions.levels import Levels
from stormtracks.science.reanalysis.fields import recognition, statistic, structure, units
from stormtracks.science.reanalysis.fields.structure import Structure
from stormtracks.science.reanalysis.roles import ROLES, TRACKED, of_quantity
from stormtracks.science.reanalysis.stored.attributes import text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_NOT_AT_SEA_LEVEL = (
    "is the pressure at the surface, and not at mean sea level; add the latter (prmsl, msl, psl): over land it is "
    "another field"
)
_NEAR_SURFACE_TEXT = re.compile(r"\d+ ?-?m(et(er|re)s?)?\b|surface|above ground")
_PRESSURE_SURFACE = re.compile(r"(isobaric|pressure|constant pressure) surfaces?")
_APART = {
    "GRIB_run": "", "GRIB_dataType": "type", "GRIB_edition": "GRIB", "GRIB_gridType": "grid", "GRIB_typeOfLevel": "",
    "level": "level", "cell_methods": "",
}  # fmt: skip
"""Attributes by which variables of one quantity differ, and what stands before them where they are named."""
NEAR_SURFACE_M = 300.0
"""A wind at a height below this is one near the surface, whatever its name."""


@dataclass(frozen=True)
class Candidate:
    """A variable that holds what a role asks for.

    Attributes
    ----------
    role : str
        A key of `roles.ROLES`.
    name : str
        Of the variable.
    structure : Structure or None
        What its dimensions say; None where it cannot be used.
    fault : str
        Why it cannot be used, whatever level is asked for: it is near the surface, on levels of another kind, on a
        grid that is not of latitudes by longitudes, its times are not understood; "" where it can.
    second : str
        What it is, where it is used only if there is no other; see `recognition.second`.
    phrases : tuple of str
        What its attributes say by which variables of one quantity may differ.
    """

    role: str
    name: str
    structure: Structure | None
    fault: str = ""
    second: str = ""
    phrases: tuple[str, ...] = ()

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


class Alike(dict[tuple[object, ...], Structure]):
    """The structures of variables of one file, by what variables that have it in common share."""


def candidates(
    group: Group, path: Path, described: Dataset, roles: Collection[str] = TRACKED, like: Alike | None = None
) -> tuple[Candidate, ...]:
    """All variables of an open file that have one of some roles, a tuple of `Candidate`.

    Those that the user's description names stand for their roles alone; else it is their names that say it, or that
    there is one variable only in a file whose own name does. A height has each role of heights, whatever its levels.
    """
    looked = _Looked(path, described, like)
    found: list[Candidate] = []
    for name, variable in named(group):
        names = name, variable.name
        given = [role for role, named in described.variables.items() if named in names and role in roles]
        own, level = recognition.quantity(variable.name, variable, only_tracked=roles == TRACKED)
        level = None if recognition.is_again(variable.name, variable.group.variables) else level
        by_itself = [role for role in _roles(own) if role in roles and role not in described.variables]
        by_role = given or by_itself
        if by_role and own == recognition.SURFACE_PRESSURE and not given:
            found.append(Candidate(by_role[0], name, None, f"{path}: {name}: {_NOT_AT_SEA_LEVEL}"))
        elif by_role:
            found += [
                one
                for one in looked.at(variable, by_role, level)
                if not one.fault or level is None or _may_be_at(one.role, level)
            ]
    if group.reads_groups:
        return tuple(found)
    by_user = {name: role for role, name in described.variables.items() if role in roles}
    return tuple(found or _in_groups(group, path, by_user, roles))


def only_field(group: Group, role: str, path: Path, described: Dataset) -> Candidate:
    """The one gridded variable of a file whose own name already says what it holds.

    Raises
    ------
    InputError
        There is none, or there are several, or it cannot be used.
    """
    gridded = [variable for variable in group.variables.values() if axes.is_gridded(group, variable)]
    if len(gridded) == 1:
        variable = gridded[0]
        level = recognition.quantity(variable.name, variable)[1]
        found = _Looked(path, described).at(variable, [role], level)[0]
        if found.fault:
            raise InputError(found.fault)
        return found
    raise InputError(
        f"{path}: no variable is recognised as {role}; the file has {', '.join(group.variables) or 'none'}; "
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
    named = [] if any(recognition.is_again(one.name, [each.name for each in at_level]) for one in at_level) else named
    best = _first_choice(_members_before_means(named if len(at_level) > 1 and named else at_level))
    if len(best) > 1:
        raise InputError(
            f"{path}: several variables could be {role}: {_apart(best)}; give the right one under 'variables' of a "
            "dataset description"
        )
    if best:
        return best[0]
    if usable:
        there = sorted({value for one in usable for value in one.levels or ()})
        raise level_missing(path, usable[0].name, level, there, usable[0].guess)
    if of_role:
        raise InputError(of_role[0].fault)
    return None


def _members_before_means(found: list[Candidate]) -> list[Candidate]:
    """Without means over members that lie beside the members, of which is said that they are left out."""
    means = [one for one in found if one.structure and statistic.MEMBER_MEAN in one.structure.statistic]
    whole = [one for one in found if one not in means]
    if not (whole and means):
        return found
    said = f"the mean over members ({', '.join(one.name for one in means)}) is left out"
    return [_with_remark(one, said) for one in whole]


def _first_choice(found: list[Candidate]) -> list[Candidate]:
    """Without what is used only if there is no other, of which is said that it is left out."""
    first = [one for one in found if not one.second]
    others = [one for one in found if one.second]
    if not (first and others):
        return found
    said = f"left out beside it: {', '.join(f'{one.name} ({one.second})' for one in others)}"
    return [_with_remark(one, said) for one in first]


def _apart(found: list[Candidate]) -> str:
    """The names of candidates, each with what only it says of itself."""
    shared = set(found[0].phrases).intersection(*(one.phrases for one in found))
    own = [(one.name, ", ".join(phrase for phrase in one.phrases if phrase not in shared)) for one in found]
    return ", ".join(f"{name} ({phrases})" if phrases else name for name, phrases in own)


def _phrases(variable: Variable) -> tuple[str, ...]:
    found = [(before, text(variable, name)) for name, before in _APART.items()]
    return tuple(f"{before} {one}".strip() for before, words in found for one in words.split(", ") if one)


def _with_remark(candidate: Candidate, said: str) -> Candidate:
    known = candidate.structure
    return candidate if known is None else replace(candidate, structure=replace(known, assumed=(*known.assumed, said)))


def named(group: Group) -> Iterator[tuple[str, Variable]]:
    """Variables with their paths in a file: its own, and where groups are read those in them."""
    for variable in group.variables.values():
        if variable.group is group:
            yield _name(variable), variable
    for inner in group.groups.values() if group.reads_groups else ():
        yield from named(inner)


def _name(variable: Variable) -> str:
    """The path of a variable in its file."""
    return f"{variable.group.path.strip('/')}/{variable.name}".strip("/")


def _roles(quantity: str) -> tuple[str, ...]:
    """The roles that a variable of a quantity may have."""
    return ("pressure",) if quantity == recognition.SURFACE_PRESSURE else of_quantity(quantity)


def _in_groups(group: Group, path: Path, by_user: dict[str, str], roles: Collection[str]) -> Iterator[Candidate]:
    """Variables in the groups of a file, which are not read; none of tracks (CF: discrete sampling geometry)."""
    if "featureType" in group.attributes:
        return
    for inner in group.groups.values():
        for name, variable in inner.variables.items():
            by_itself = of_quantity(recognition.quantity(name, variable)[0])
            for role in [by_user[name]] if name in by_user else [one for one in by_itself if one in roles]:
                yield Candidate(
                    role,
                    name,
                    None,
                    f"{path}: {name}: is in the netCDF group '{inner.path}', and groups are not read; copy it out of "
                    f"its group: ncks -G : -g {inner.path} {path.name} NEW.nc",
                )
        yield from _in_groups(inner, path, by_user, roles)


class _Looked:
    """The variables of one file, looked at one after another; structures are kept by what they have in common."""

    def __init__(self, path: Path, described: Dataset, like: Alike | None = None) -> None:
        self._path = path
        self._described = described
        self._like = Alike() if like is None else like

    def at(self, variable: Variable, by_role: Sequence[str], named: float | None) -> list[Candidate]:
        """A variable, looked at once for all roles of its quantity; `named` is the level (hPa) that its name says."""
        role, key = by_role[0], structure.shared(variable)
        try:
            _refuse_fault(variable, self._where(variable))
            own = axes.of_variable(variable.group, variable, self._described.member)
            is_statistic = self._statistic(variable, role, own)
            units.of_variable(variable, role, self._path)
            other_grids.refuse(variable.group, variable, own, self._where(variable))
            found = self._levels(variable, by_role, named, own)
            said = self._described.stated(self._path)
            known = structure.of_variable(
                self._path, variable, own, found, self._like.get(key), said, self._described.grid
            )
            self._like[key] = replace(known, statistic=is_statistic)
        except InputError as error:
            return [Candidate(role, _name(variable), None, str(error)) for role in by_role]
        second = recognition.second(role, variable)
        known = self._like[key]
        return [Candidate(role, _name(variable), known, second=second, phrases=_phrases(variable)) for role in by_role]

    def _statistic(self, variable: Variable, role: str, own: list[Axis]) -> str:
        """What is said of a statistic that is tracked; refused where it is none that can be."""
        found = statistic.find(variable.group, variable, own, self._path.name)
        tracked = role in TRACKED
        return statistic.remark(found, tracked and self._is_given(variable), self._where(variable), tracked)

    def _levels(self, variable: Variable, by_role: Sequence[str], named: float | None, own: list[Axis]) -> Levels:
        """The levels of a variable; refused where they are none that its roles may have."""
        role = ROLES[by_role[0]]
        if by_role[0] in TRACKED:
            return self._of_tracked(variable, named, own)
        if not role.levels:
            _refuse_several_levels(own, self._where(variable))
            return Levels()
        found = levels.of_variable(variable.group, variable, own, self._path, named, role.quantity)
        if not self._is_given(variable):
            _refuse_near_surface(variable, found, self._where(variable), "field")
        levels.refuse_others(found, own, self._where(variable))
        is_one = len(by_role) == len(role.levels) == 1
        if found.hpa is None and not (is_one and self._is_given(variable)):
            raise InputError(
                f"{self._where(variable)}: no level is stated; state it (ncatted -a level,NAME,o,c,'500 hPa' FILE)"
            )
        return found

    def _of_tracked(self, variable: Variable, named: float | None, own: list[Axis]) -> Levels:
        """The levels of a wind or vorticity; one at a height, or that states no level, is read where it is named."""
        found = levels.of_variable(variable.group, variable, own, self._path, named)
        is_given, where = self._is_given(variable), self._where(variable)
        if not is_given:
            _refuse_near_surface(variable, found, where, "wind")
        elif found.hpa is None and not found.other and not found.near and (words := _near_surface_words(variable)):
            found = replace(found, near=f"near the surface (long_name {words!r})")
        if not (is_given and found.near):
            levels.refuse_others(found, own, where)
        return found

    def _is_given(self, variable: Variable) -> bool:
        """Whether the user's description names a variable."""
        return not {variable.name, _name(variable)}.isdisjoint(self._described.variables.values())

    def _where(self, variable: Variable) -> str:
        return f"{self._path}: {_name(variable)}"


def _refuse_fault(variable: Variable, where: str) -> None:
    """Refuse what cannot be read: a GRIB file that lacks fields, a codec of a Zarr array."""
    if variable.fault:
        raise InputError(f"{where}: {variable.fault}")


def _may_be_at(role: str, level: float) -> bool:
    """Whether a role may ask for a level (hPa)."""
    return not ROLES[role].levels or levels.has(ROLES[role].levels, level)


def _refuse_several_levels(own: list[Axis], where: str) -> None:
    """Refuse several levels of what has none."""
    axis = axes.one(own, "level")
    if axis is not None and axis.size != 1:
        raise InputError(f"{where}: has {axis.size} levels ({axis.dimension!r}) and may have none; extract one of them")


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


def _refuse_near_surface(variable: Variable, found: Levels, where: str, what: str) -> None:
    """Refuse what is near the surface and nobody named: a pressure that is stated goes before the words."""
    if found.hpa is not None:
        return
    if found.height_m is not None and found.height_m < NEAR_SURFACE_M:
        raise InputError(f"{where}: is at a height of {found.height_m:g} m; name a {what} on a pressure level")
    words = _near_surface_words(variable)
    if words:
        raise InputError(f"{where}: is near the surface (long_name {words!r}); name a {what} on a pressure level")


def _near_surface_words(variable: Variable) -> str:
    """The words of a variable that say that it is near the surface; "" where they do not."""
    words = _PRESSURE_SURFACE.sub("", text(variable, "long_name"))
    return words if _NEAR_SURFACE_TEXT.search(words) else ""
