"""Statistics of lists -> rows: for people as a table, for programs as plain values."""

import csv
import functools
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from stormtracks.errors import BadValue
from stormtracks.science.summary.list_rows import (
    Row,
    by_basin,
    by_class,
    by_coast,
    by_false,
    by_intensity,
    by_member,
    by_month,
    by_storm,
    by_trend,
    by_year,
)
from stormtracks.science.summary.list_summary import ListSummary
from stormtracks.science.summary.statistics import Spread
from stormtracks.science.summary.summary_table import of_lines, titled
from stormtracks.science.summary.values import figure, plain
from stormtracks.strict_dataclass import unknown
from stormtracks.table import FIRST, USUAL, Column, Table

_MANY = 20.0
"""From here on a figure has a decimal less, so that a row fits into 80 columns."""
_DIGITS = {"storms": 1, "days": 0, "ace": 0, "pdi": 0, "landfalls": 1}


def rows(summary: ListSummary, by: str = "year") -> list[Row]:
    """Statistics of lists, row by row.

    Parameters
    ----------
    summary : ListSummary
    by : str
        One of `LIST_BY`.

    Returns
    -------
    list of dict
        Figures are of one year: where there are several, their mean.

    Raises
    ------
    BadValue
        Another `by`.

    Notes
    -----
    POD is the share of the best tracks whose storm is in the list; its class is that of the best track's wind. FAR is
    the share of the listed storms that no best track is; its class is that of the data's wind. Listed storms that
    began in a basin with next to no best track (`ListSummary.covered`) are in neither part of it.
    """
    if by not in _ROWS:
        raise BadValue(unknown(by, _ROWS, "table of a list"))
    return [{key: value for key, value in row.items() if _told(summary, key)} for row in _ROWS[by][0](summary)]


def list_table(summary: ListSummary, by: str = "year") -> Table:
    """The same as a table for people, without what few ask for."""
    found = rows(summary, by)
    title, headings, digits = _ROWS[by][1:]
    columns = tuple(
        _column(by, key, heading, digits.get(key, 0)) for key, heading in headings.items() if _told(summary, key)
    )
    shown = tuple(tuple(row[column.key] for column in columns) for row in found)
    title = titled(f"{_LISTS[summary.list_name]}{title}", summary.asked, "storms")
    made = Table(title, columns, shown, _legend(summary, by))
    return of_lines(made, (one.year for one in summary.years))


def _column(by: str, key: str, heading: str, digits: int) -> Column:
    form = functools.partial(_text, digits=digits)
    identifies = key in _IDENTIFIES or (by == "intensity" and key in ("from", "to"))
    return Column(key, heading, form=form, worth=_WORTH.get(key, USUAL), identifies=identifies)


def skill_line(summary: ListSummary) -> str:
    """POD and FAR of all intensities in one line, for below the statistics of years."""
    *_, row = by_class(summary)
    *_, told = by_false(summary)
    if not row["pod"].number:
        return "POD and FAR are not known: there are no best tracks of these years and basins"
    aside = told["uncovered"]
    without = f", without {aside:.1f} storms in basins with next to none" if aside else ""
    scores = f"POD {_text(row['pod'], 2)}, FAR {_text(row['far'], 2)}"
    return f"{scores} by the best tracks{without}; more: --by class, --by false"


def _legend(summary: ListSummary, by: str) -> str:
    """What a table's headings mean, and their units."""
    wind = "of the data, at the level of the tracks" if summary.wind == "data" else "by the lowest pressure"
    legend = _LEGENDS.get(by, "").format(wind=wind)
    return legend if summary.list_name == "tc" else _LEGENDS_OF_OTHERS.get(by, "")


def _told(summary: ListSummary, key: str) -> bool:
    """Whether a column is of this list: energy, POD and FAR are of tropical cyclones."""
    return summary.list_name == "tc" or key not in _OF_TROPICAL_CYCLONES


def to_plain(summary: ListSummary) -> dict[str, Any]:
    """All tables as plain values; a spread becomes a dict, what is not known None."""
    return {
        "list": summary.list_name,
        "wind": summary.wind,
        "asked": summary.asked,
        **{by: plain_rows(rows(summary, by)) for by in _ROWS},
        "remarks": [str(one) for one in summary.remarks],
    }


def plain_rows(made: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows as plain values."""
    return [{key: _plain(value) for key, value in row.items()} for row in made]


def to_csv(made: Sequence[Row]) -> str:
    """Rows as CSV with a header; a spread becomes NAME_mean, NAME_p05, NAME_p95, what is not known is empty."""
    flat = [dict(_flat(row)) for row in made]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in flat for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def _flat(row: Row) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        if isinstance(value, Spread):
            for part in ("mean", "p05", "p95"):
                yield f"{key}_{part}", _plain(getattr(value, part))
        else:
            yield key, _plain(value)


def _plain(value: Any) -> Any:
    return plain(vars(value) if isinstance(value, Spread) else value)


def _text(value: Any, digits: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Spread):
        digits -= digits > 0 and value.mean >= _MANY
        return "-" if not value.number else f"{value.mean:.{digits}f} ({value.p05:.{digits}f}-{value.p95:.{digits}f})"
    return figure(value, digits)


_IDENTIFIES = "year", "basin", "month", "member", "class", "coast", "unit", "quantity", "storm"
_WORTH = {
    "storms": FIRST, "lists": FIRST, "listed": FIRST, "landfalls": 7, "ace": 8, "pod": 8, "far": 7, "days": 4, "pdi": 2,
    "years": 1, "memory": 1, "members": 2, "name": 8, "wind_kt": 6, "distance_km": 4, "lead_hours": 3,
}  # fmt: skip
"""Of columns; of all others the usual."""
_LISTS = {"tc": "Tropical cyclones", "etc": "Extratropical cyclones"}
_HEADINGS = {"storms": "storms", "days": "days", "ace": "ACE", "pdi": "PDI", "landfalls": "landfalls"}
_SCORES = {"pod": 2, "far": 2}
_OF_TROPICAL_CYCLONES = ("ace", "pdi", "pod", "far", "best_tracks", "observed", "weak", "uncovered", "false")
_ROWS: dict[str, tuple[Callable[[ListSummary], Iterator[Row]], str, dict[str, str], dict[str, int]]] = {
    "year": (by_year, " per year: mean (5-95 % of the members)", {"year": "year"} | _HEADINGS, _DIGITS),
    "basin": (by_basin, " by basin, per year", {"basin": "basin"} | _HEADINGS, _DIGITS),
    "month": (
        by_month,
        " by month, per year",
        {"month": "month", "storms": "storms", "days": "days", "ace": "ACE", "pdi": "PDI"},
        _DIGITS,
    ),
    "member": (
        by_member,
        " by member, per year",
        {"member": "member", "years": "years"} | _HEADINGS | {"pod": "POD", "far": "FAR"},
        _DIGITS | _SCORES,
    ),
    "class": (
        by_class,
        ": skill by intensity class",
        {"class": "class", "listed": "listed", "best_tracks": "best tracks", "pod": "POD", "far": "FAR"},
        {"listed": 1, "best_tracks": 1} | _SCORES,
    ),
    "false": (
        by_false,
        ": what the listed ones are, per year",
        {
            "class": "class", "listed": "listed", "observed": "observed", "weak": "weak", "uncovered": "uncovered",
            "false": "false", "far": "FAR",
        },
        {"listed": 1, "observed": 1, "weak": 1, "uncovered": 1, "false": 1, "far": 2},
    ),
    "coast": (
        by_coast,
        ": landfalls per year",
        {"coast": "coast", "basin": "basin", "landfalls": "landfalls"},
        {"landfalls": 2},
    ),
    "intensity": (
        by_intensity,
        " by highest wind and lowest pressure, per year",
        {"unit": "unit", "from": "from", "to": "to", "storms": "storms", "share": "share"},
        {"storms": 1, "share": 2},
    ),
    "trend": (
        by_trend,
        ": change per decade",
        {
            "quantity": "of", "basin": "basin", "years": "years", "per_decade": "slope", "low": "2.5 %",
            "high": "97.5 %", "members": "of the members", "memory": "memory",
        },
        {"per_decade": 2, "low": 2, "high": 2, "members": 2, "memory": 2},
    ),
    "storm": (
        by_storm,
        ": observed ones",
        {
            "year": "year", "storm": "storm", "name": "name", "wind_kt": "kt", "lists": "lists", "distance_km": "km",
            "lead_hours": "lead (h)",
        },
        {},
    ),
}  # fmt: skip
"""By its name: what makes the rows, title, columns that are shown and their headings, decimals."""

_AMOUNTS = "days: storm days; ACE: 1e4 kt2, PDI: 1e9 m3 s-2, of winds {wind}"
_FAR = "FAR: share of the listed storms that no best track is"
_LEGENDS = {
    **dict.fromkeys(("year", "basin", "month"), _AMOUNTS),
    "member": f"{_AMOUNTS}; POD: share of the best tracks that are listed; {_FAR}",
    "class": f"listed, {_FAR}: by the highest wind {{wind}}; best tracks, POD: by that of the best track",
    "false": "classes by the highest wind {wind}; weak: a best track below 34 kt; "
    "uncovered: in a basin with next to no best track, and in neither part of FAR",
    "intensity": "kt: highest wind {wind}",
    "trend": "2.5 %, 97.5 %: interval of the slope of the members' mean",
    "storm": "kt: best track's highest wind; lists: how many members' have it; km: mean distance from the best track; "
    "lead: hours before its first observation (negative: after, or the data begin later)",
}
_LEGENDS_OF_OTHERS = dict.fromkeys(("year", "basin", "month", "member"), "days: storm days")
"""What headings mean, by the table's name: of tropical cyclones, and of other lists."""

LIST_BY = tuple(_ROWS)
