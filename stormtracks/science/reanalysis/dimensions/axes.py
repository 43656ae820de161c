"""What the dimensions of a variable stand for: by what CF says of their coordinates first, by their names last."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from stormtracks.science.reanalysis.dimensions import pressure
from stormtracks.science.reanalysis.dimensions.cells import signs
from stormtracks.science.reanalysis.stored import texts
from stormtracks.science.reanalysis.stored.attributes import attribute, kept, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_STANDARD_NAMES = {
    "latitude": "lat",
    "longitude": "lon",
    "time": "time",
    "forecast_reference_time": "start",
    "forecast_period": "lead",
    "air_pressure": "level",
    "height": "level",
    "altitude": "level",
    "geopotential_height": "level",
    "height_above_mean_sea_level": "level",
    "height_above_reference_ellipsoid": "level",
    "depth": "level",
    "air_potential_temperature": "level",
    "ertel_potential_vorticity": "level",
    "model_level_number": "level",
    "hybrid_sigma_pressure": "level",
    "realization": "member",
}
_NETCDF_JAVA = {  # _CoordinateAxisType
    "lat": "lat", "lon": "lon", "time": "time", "runtime": "start", "timeoffset": "lead", "pressure": "level",
    "height": "level", "geoz": "level", "ensemble": "member",
}  # fmt: skip
_AXIS = {"t": "time", "z": "level", "e": "member", "y": "lat", "x": "lon"}
_NAMES = {
    "lat": re.compile(r"(g\d+_)?lat(itude)?s?(_?\d+)?|(nav_|c|e|v|(grid_)?cent(er|re)_)lat|lat_?(cell|edge|vertex)s?"),
    "lon": re.compile(r"(g\d+_)?lon(gitude)?s?(_?\d+)?|(nav_|c|e|v|(grid_)?cent(er|re)_)lon|lon_?(cell|edge|vertex)s?"),
    "start": re.compile(
        r"(forecast_)?(ref(erence)?|init(ial(i[sz]ation)?)?|start|base|analysis|run|issue)_?(time|date)s?_?\d*(_hours)?"
        r"|inits?|time_run"
    ),
    "lead": re.compile(
        r"(fore?ca?st_?|prediction_?)?(steps?|leads?|lead_?times?|lead_?hours?|lead_?days?|periods?|hours?|time_?delta)\d*"
        r"|tau|f(c|cst)?_?(hours?|hrs?)|time_?offset"
    ),
    "time": re.compile(r"(valid_?|verification_?|forecast_?)?times?(_?\d+)?(_hours)?|t|time_counter|valtime|datetime"),
    "level": re.compile(
        r"(air_)?press?(ure)?(_?lev(el)?s?)?(_?\d+)?|p(_?lev(el)?s?(_?\d+)?)?|lev(el)?s?(_?\d+)?|level_\w+|plev\w*|isobaric.*|lv_\w+"
        r"|.*hybrid.*|.*sigma.*|n?m?lev(el)?s?|.*model_?lev.*|height.*|alt(itude)?s?(_?\d+)?|z(_?\d+)?|.*depth.*"
        r"|.*theta.*|.*isentropic.*|.*potential_?(temperature|vorticity).*|bottom_top.*|p_?(full|half)|layers?|eta\w*"
        r"|.*vertical.*|vert|surface|\w*(lev(el)?s?|levelist|lvls?)(_?\d+|_?(p|hpa|pa|mb))?"
        r"|press?(ure)?_?(hpa|pa|mb|surfaces?|coord\w*)|prs|p\d{2,4}|pl|lp|hpa|mb|millibars?|isobars?"
    ),
    "member": re.compile(
        r"[nm]?ens(emble)?s?(_?(members?|mem|number|size|id|index))?\d*|n?_?mem(ber)?s?(_?(id|number|index|label|name))?\d*"
        r"|number|reali[sz]ations?(_?(id|index|number))?|samples?|perturbation(_?number)?|e|m|variants?(_?label)?|ripf"
    ),
    "expver": re.compile(r"expver"),
}  # fmt: skip
NORTH = {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreesn", "degreen"}
EAST = {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreese", "degreee"}
_DURATION = re.compile(r"((milli|micro|nano)?s(ec(ond)?)?|min(ute)?|h(ou)?r?|d(ay)?|week|month|year)s?|[mun]s(ec)?s?")
_OTHER_LEVELS = {
    "k", "kelvin", "pvu", "k m2 kg-1 s-1", "level", "levels", "layer", "layers", "model_level", "model_levels",
    "sigma_level", "hybrid",
}  # fmt: skip
"""Units of levels that are not pressures."""
_DEGREES = {"", "degree", "degrees", "deg", "radian", "radians", "rad"}
_SINCE = re.compile(r"\bsince\b| as %y")
"""Times: counted from a date, or the digits of one (CDO's ``day as %Y%m%d.%f``)."""


@dataclass(frozen=True)
class Axis:
    """One dimension of a variable.

    Attributes
    ----------
    dimension : str
    role : str
        "lat", "lon", "cell" (of a grid without rows and columns), "time", "start" (of a forecast), "lead", "level",
        "member", "expver", or "": not understood.
    size : int
    coordinate : Variable or None
    """

    dimension: str
    role: str
    size: int
    coordinate: Variable | None


def of_variable(group: Group, variable: Variable, member: str | None = None) -> list[Axis]:
    """The axes of a variable in stored order, a list of `Axis`; `member` names the dimension of members."""
    found = [_axis(group, variable, dimension) for dimension in variable.dimensions]
    return [replace(axis, role="member") if axis.dimension == member else axis for axis in found]


def is_gridded(group: Group, variable: Variable) -> bool:
    """Whether a variable lies on latitudes and longitudes, or on cells."""
    roles = {axis.role for axis in of_variable(group, variable)}
    return {"lat", "lon"} <= roles or "cell" in roles


def places_of_cells(group: Group, variable: Variable, dimension: str) -> tuple[Variable, Variable] | None:
    """The latitudes and longitudes along a dimension of cells; None where there are none."""
    along = [group.variables[name] for name in _names_along(group, variable, dimension)]
    found = [next((one for one in along if role(one) == wanted), None) for wanted in ("lat", "lon")]
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def one(axes: list[Axis], role: str) -> Axis | None:
    """The axis of a role; of several the first that is longer than 1, else of levels the first of pressures."""
    fitting = [axis for axis in axes if axis.role == role]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    long = [axis for axis in fitting if axis.size != 1]
    return (long or [axis for axis in fitting if role == "level" and _is_of_pressures(axis)] or fitting)[0]


def _is_of_pressures(axis: Axis) -> bool:
    return axis.coordinate is not None and pressure.in_hpa(text(axis.coordinate, "units")) is not None


def scalars(group: Group, variable: Variable, *roles: str) -> Iterator[Variable]:
    """The scalar coordinates of some roles that belong to a variable: first those that its attribute names.

    What no attribute names counts as well where its role is beyond doubt: by its standard name, by a name that is
    known, by a date that it is counted from. A scalar that only has units, as CAM's reference pressure, does not.
    """
    named, own = str(attribute(variable, "coordinates")).split(), set(variable.dimensions)
    for name in (*named, *(name for name in group.variables if name not in named)):
        other = group.variables.get(name)
        if other is None or is_compound(other) or not own.isdisjoint(other.dimensions):
            continue
        is_word = "level" in roles and _is_word(other)
        if not (other.size == 1 or is_word):
            continue
        if is_text(other) and not {"member", "level"} & set(roles):
            continue
        if other.dimensions and name not in named and other.dimensions != (name,) and not is_word:
            continue
        found = role(other)
        if found not in roles or (found == "level" and name not in named and _is_of_another(group, variable, name)):
            continue
        if found in ("start", "lead") and name not in named and _is_dimension_of_another(group, name):
            continue
        if name in named or _beyond_doubt(name, other):
            yield other


def scalar(group: Group, variable: Variable, role: str) -> Variable | None:
    """The first of `scalars`, or None."""
    return next(scalars(group, variable, role), None)


def is_text(variable: Variable) -> bool:
    """Whether a variable holds texts, single letters, names of an enumeration, or lists and records: no numbers."""
    return variable.kind != "number"


def is_enumeration(variable: Variable) -> bool:
    """Whether each number in a variable stands for a name."""
    return variable.kind == "enumeration"


def one_text(variable: Variable) -> str:
    """The text of a scalar that holds one, also as single letters; "" for anything else."""
    if _is_word(variable) or (variable.kind == "text" and not variable.dimensions):
        return texts.of_variable(variable)[0]
    return ""


def is_compound(variable: Variable) -> bool:
    """Whether each entry of a variable is a list of its own length, or a record; texts are not."""
    return variable.kind == "other"


@kept
def role(coordinate: Variable) -> str:
    """What a coordinate variable stands for, see `Axis`; "" where it is not understood."""
    units, standard_name = text(coordinate, "units"), text(coordinate, "standard_name")
    by_java = _NETCDF_JAVA.get(text(coordinate, "_CoordinateAxisType"))
    if standard_name in _STANDARD_NAMES or by_java:
        return _STANDARD_NAMES.get(standard_name) or str(by_java)
    if standard_name.startswith(("grid_", "projection_")):
        return ""
    if attribute(coordinate, "formula_terms") != "" or standard_name.startswith(("atmosphere_", "ocean_")):
        return "level"
    if units in NORTH or units in EAST:
        return "lat" if units in NORTH else "lon"
    by_name = _role_by_name(coordinate.name)
    if _SINCE.search(units):
        return "start" if by_name == "start" else "time"
    if pressure.in_hpa(units) is not None or units.replace("**", "").replace("^", "") in _OTHER_LEVELS:
        return "level"
    by_axis = _AXIS.get(text(coordinate, "axis"), "")
    if by_axis and (by_axis not in ("lat", "lon") or units in _DEGREES):
        return by_axis
    if text(coordinate, "positive") in ("up", "down"):
        return "level"
    if by_name in ("", "time", "start") and is_duration(units):
        return "lead"
    return by_name


def is_duration(units: str) -> bool:
    """Whether a unit is one of how long something lasts."""
    return _DURATION.fullmatch(units.strip().lower()) is not None


def _axis(group: Group, variable: Variable, dimension: str) -> Axis:
    size = group.dimensions[dimension]
    own = _one_dimensional(group, dimension)
    found = role(own) if own is not None else ""
    if found:
        return Axis(dimension, found, size, own)
    roles = {name: role(group.variables[name]) for name in _names_along(group, variable, dimension)}
    understood = [name for name, found in roles.items() if found]
    if not understood:
        return Axis(dimension, _role_by_name(dimension) or _cells_by_name(group, variable, dimension), size, own)
    if {"lat", "lon"} <= set(roles.values()) and "time" not in roles.values():
        return Axis(dimension, "cell", size, own)
    times = [name for name in understood if roles[name] == "time"]  # before the start and the lead of the same step
    name = (times or understood)[0]
    return Axis(dimension, roles[name], size, group.variables[name])


def _names_along(group: Group, variable: Variable, dimension: str) -> list[str]:
    """Variables that may be the coordinate of a dimension: its own name first, then what the attribute names."""
    named = (dimension, *str(attribute(variable, "coordinates")).split())
    others = (name for name in group.variables if name not in named)
    return [
        name for name in (*named, *others) if name in group.variables and _is_along(group.variables[name], dimension)
    ]


def _is_along(other: Variable, dimension: str) -> bool:
    if is_compound(other):
        return False
    own = other.dimensions
    if dimension not in own[:1]:
        return False
    return len(own) == 1 or (other.kind == "letters" and len(own) == 2)


def _is_word(variable: Variable) -> bool:
    """Whether a variable is one text in single letters."""
    return len(variable.dimensions) == 1 and variable.kind == "letters"


def _one_dimensional(group: Group, dimension: str) -> Variable | None:
    found = group.variables.get(dimension)
    return found if found is not None and _is_along(found, dimension) else None


def _beyond_doubt(name: str, coordinate: Variable) -> bool:
    if text(coordinate, "standard_name") in _STANDARD_NAMES or _SINCE.search(text(coordinate, "units")):
        return True
    found = _role_by_name(name)
    if found == "lead":  # a model's time step may be called step as well
        return re.match(r"fore?ca?st|prediction|lead", name.lower()) is not None
    return bool(found) and len(name) > 1


def _is_of_another(group: Group, variable: Variable, name: str) -> bool:
    """Whether the attribute ``coordinates`` of some other variable names a coordinate."""
    others = (other for other in group.variables.values() if other.name != variable.name)
    return any(name in str(attribute(other, "coordinates")).split() for other in others)


def _is_dimension_of_another(group: Group, name: str) -> bool:
    """Whether a coordinate is that of a dimension of some field: of one that has not this dimension it says nothing."""
    return any(name in other.dimensions for other in group.variables.values() if len(other.dimensions) > 1)


def _cells_by_name(group: Group, variable: Variable, dimension: str) -> str:
    """The role of cells, where something else than latitudes and longitudes along them says where they lie."""
    is_known = (
        signs.is_healpix(group, variable, dimension) or signs.reduced_points(group, variable, dimension) is not None
    )
    return "cell" if is_known or signs.is_of_edges(variable, dimension) else ""


@functools.lru_cache(1024)
def _role_by_name(name: str) -> str:
    return next((role for role, names in _NAMES.items() if names.fullmatch(name.lower())), "")
