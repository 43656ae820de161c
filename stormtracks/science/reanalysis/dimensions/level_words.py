"""Levels in words: in the name of a variable, its long name and attributes, the name of its file."""

import functools
import re
from pathlib import Path

from stormtracks.science.reanalysis.dimensions import pressure
from stormtracks.science.reanalysis.stored.attributes import attribute, text
from stormtracks.science.reanalysis.stored.attributes import names as names_of
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_UNIT = r"hpa|mbars?|mb|millibars?|kpa|pa|hecto-?pascals?|kilo-?pascals?|pascals?"
_PRESSURE = re.compile(rf"(?<![\d.])(\d+(?:\.\d+)?)[ _-]?({_UNIT})(?![a-z])")
_LAYER = re.compile(
    rf"(?<![\d.])(\d+(?:\.\d+)?) ?(?:{_UNIT})? ?(?:-|\u2013|to|and|through) ?(\d+(?:\.\d+)?)[ _-]?({_UNIT})(?![a-z])"
)
_UNIT_IN_FILE_NAME = re.compile(
    r"(?<!\d)(?<!\d\.)(\d{1,4}(?=[_-]?(?:hpa|mb))|\d{2,3}(?=kpa)|\d{4,6}(?=pa))[_-]?(hpa|mbar|mb|kpa|pa)(?![a-z])"
)
_AXIS_IN_FILE_NAME = re.compile(r"(?<![a-z0-9])(?:plevs?|pl|p|pres|lev(?:el)?|isobaric)[_.-]?(\d{2,6})(?![0-9a-z])")
_WIND = (
    r"(?:u|v|uv|ua|va|uava|[uv]_?wnd|[uv]_?wind|wind|winds|[uv]_?grd|vo|vor|vort|relv|vorticity"
    r"|[uv][_-]component[_-]of[_-]wind|(?:east|north)ward[_-]wind)"
)
_FIELDS = {  # as they stand before a level in the names of files; any other quantity is a wind or vorticity
    "height": r"(?:z|zg|hgt|gh|geopotential(?:[_-]height)?)",
    "temperature": r"(?:t|ta|tmp|temp|air|temperature|air[_-]temperature)",
}
_WORD_BEFORE = re.compile(
    rf"(?:^|[^a-z0-9])(?:(?:{_WIND}|{'|'.join(_FIELDS.values())}|q|r|w|plevs?|pl|p|pres|lev(?:el)?|isobaric|at)[_.-]?)?$"
)
"""What stands before a level that is a word, or belongs to a quantity: ``era5_u850hpa``."""
_GRID_IN_FILE_NAME = re.compile(r"(?:anl|fcst|fcst_phy|ice|surf)_p125(?![0-9])")
"""JRA's files on a grid of 1.25 degrees: ``anl_p125_ugrd``."""
_REACHES = re.compile(
    rf"\b(?:to|top|top at|from|above|below|up to|through|and) \d+(?:\.\d+)?[ _-]?(?:{_UNIT})(?![a-z])"
)
_USUAL = {*range(100, 1001, 25)}
_STANDARD = {10, 20, 30, 50, 70, 100, 150, 200, 250, 300, 400, 500, 600, 700, 850, 925, 1000}
_APART = (1, 2, 3, 6, 10, 12)
"""How far apart the numbers of files are that count steps, hours or members."""
_HIGHEST_HPA = 1100.0
_WORDS = ("long_name", "description", "var_desc", "level_desc", "GRIB_name")
_OF_SOMETHING_ELSE = re.compile(
    r"ref|p0|top|bottom|min|max|range|resol|thick|spac|step|thresh|press.*(surf|sea)|(surf|sea).*press|base|unit"
)
"""Names of attributes that are pressures, but not the level."""
_HEIGHT = re.compile(r"(\d+(?:\.\d+)?) ?-?m(?:et(?:er|re)s?)?\b")
_HEIGHT_IN_NAME = re.compile(
    r"(\d{1,3})_?m?_?[uv](?:_?\d*)?|(?:u|v)_?(10|100)n?|[uv].*?(\d+)_?m(?:_?above.*)?|(\d{1,3})_?m_[uv].*"
)
_TEN_METRES = {"uas", "vas"}
"""CMIP's names of the wind at 10 m."""


def pressure_in(words: str) -> float | None:
    """The pressure (hPa) that a text in lower case says with its unit, as ``at 50 kPa``; None where it says none."""
    found = _PRESSURE.search(words)
    return _in_hpa(found[1], found[2]) if found else None


def layer_in(words: str) -> str:
    """The layer between two pressures that a text says, as it says it; "" where it says none."""
    found = _LAYER.search(words)
    if not found:
        return ""
    ends = [_in_hpa(found[number], found[3]) for number in (1, 2)]
    return found[0] if None not in ends and ends[0] != ends[1] and min(filter(None, ends), default=0) >= 1 else ""


def of_variable(variable: Variable) -> tuple[float | None, str]:
    """The level (hPa) that the words of a variable say, and the layer, where it is one."""
    for name in _WORDS:
        words = text(variable, name)
        layer = layer_in(words)
        level = None if layer else pressure_in(words)
        if layer or level is not None:
            return level, layer
    return None, ""


def of_file_name(path: Path, quantity: str = "wind") -> float | None:
    """The level (hPa) that the name of a file says, of a wind or of another quantity; None where it says none."""
    name = _GRID_IN_FILE_NAME.sub("", path.name.lower())
    level = _with_unit(name)
    if level is not None:
        return level
    found = _AXIS_IN_FILE_NAME.search(name)
    if found and (level := _of_axis(int(found[1]))) is not None:
        return level
    joined, apart = _in_file_name(_FIELDS.get(quantity, _WIND))
    found = joined.search(name)
    if found and int(found[1]) in _USUAL:
        return float(found[1])
    found = apart.search(name)
    if found and int(found[1]) in _STANDARD and not _is_counted(path, found):
        return float(found[1])
    return None


def of_folder_name(path: Path) -> float | None:
    """The level (hPa) that the name of a file's folder says with its unit: ``500hPa``; None where it says none."""
    return _with_unit(path.parent.name.lower())


def of_title(title: str) -> float | None:
    """The one level (hPa) that the title of a file says, in lower case; None where it says none or several."""
    levels = {_in_hpa(number, unit) for number, unit in _PRESSURE.findall(title)}
    return levels.pop() if len(levels) == 1 and not layer_in(title) and not _REACHES.search(title) else None


def height_of(variable: Variable) -> float | None:
    """The height (m) that the words of a variable say, or its name (u10, 10v, u100, uas)."""
    name = variable.name.lower()
    if name in _TEN_METRES:
        return 10.0
    texts = (text(variable, one) for one in ("long_name", "level_desc"))
    found = next((found for one in texts if (found := _HEIGHT.search(one))), None) or _HEIGHT_IN_NAME.fullmatch(name)
    return float(next(filter(None, found.groups()))) if found else None


@functools.cache
def _in_file_name(field: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How a field and its level stand in the name of a file: joined, or apart."""
    return (
        re.compile(rf"(?:^|[^a-z0-9]){field}(\d{{3,4}})(?![0-9a-z])"),
        re.compile(rf"(?:^|[^a-z0-9]){field}[_.-]([1-9]\d{{2,3}})(?![0-9a-z])"),
    )


def _with_unit(name: str) -> float | None:
    """The level (hPa) that a name in lower case says with its unit: as a word, behind a quantity, or a usual one.

    Letters and digits of a name that stands for nothing (``tmpnc0nv1mb``) say none.
    """
    for found in _UNIT_IN_FILE_NAME.finditer(name):
        level = _in_hpa(found[1], found[2])
        is_word = _WORD_BEFORE.search(name[: found.start()]) and not name[found.end() : found.end() + 1].isalnum()
        if level is not None and (is_word or level in _USUAL):
            return level
    return None


def _in_hpa(number: str, unit: str) -> float | None:
    """A pressure in hPa; None for one that no level has."""
    factor = pressure.in_hpa(unit.replace("-", ""))
    level = round(float(number) * (factor or 1.0), 6)
    return level if 0 < level <= _HIGHEST_HPA else None


def _of_axis(number: int) -> float | None:
    """The level of ``plev500`` and ``plev50000``."""
    if number in _USUAL or number in _STANDARD:
        return float(number)
    return number / 100 if number % 100 == 0 and number / 100 in _USUAL else None


def _is_counted(path: Path, found: re.Match[str]) -> bool:
    """Whether a number in a file's name only counts: a file beside it has one there that is not a level."""
    start, stop = found.span(1)
    number, width = int(found[1]), stop - start
    others = [0, *(number + sign * apart for apart in _APART for sign in (-1, 1))]
    return any(path.with_name(f"{path.name[:start]}{one:0{width}d}{path.name[stop:]}").exists() for one in others)


def of_any_attribute(variable: Variable) -> float | None:
    """The level (hPa) that some attribute of a variable is, whatever its name: ``surface = "500 mb"``."""
    for name in names_of(variable):
        if name in _WORDS or _OF_SOMETHING_ELSE.search(name.lower()):
            continue
        found = _PRESSURE.fullmatch(text(variable, name))
        if found:
            return _in_hpa(found[1], found[2])
    return None


def attribute_names(variable: Variable | Group, names: re.Pattern[str]) -> list[str]:
    """The attributes whose names fit a pattern and that say something."""
    fitting = (name for name in names_of(variable) if names.fullmatch(name.lower()))
    return [name for name in fitting if str(attribute(variable, name)).strip() != ""]
