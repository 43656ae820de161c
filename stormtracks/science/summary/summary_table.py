"""Statistics -> tables for people: by year, by member, by storm, by intensity class."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from stormtracks.errors import BadValue
from stormtracks.label import Label, is_start
from stormtracks.science.summary.statistics import StormStatistics, Summary, YearStatistics
from stormtracks.strict_dataclass import unknown
from stormtracks.table import FIRST, LAST, Column, PartOf, Table

_YEAR = re.compile(r"\byear(?=s?\b)")
BY = ("year", "member", "storm", "class")
YEAR = Column("year", identifies=True, form=str)
"""The line that a row is of: a year, or the start of a forecast."""
SID = Column("sid", "storm", identifies=True)
"""What `--storm` asks for."""


def of_lines(table: Table, labels: Iterable[Label]) -> Table:
    """A table as it is called where its lines are starts of forecasts alone, and not years.

    Examples
    --------
    >>> from stormtracks.science.summary.summary_table import Column, Table, of_lines
    >>> shown = Table("Storms per year", (Column("year"), Column("tracks", "tracks per year")), ())
    >>> shown = of_lines(shown, ["2025-06-01T00"])
    >>> shown.title, shown.headings
    ('Storms per start', ('start', 'tracks per start'))
    """
    if set(map(is_start, labels)) != {True}:
        return table
    title, *headings = (_YEAR.sub("start", text) for text in (table.title, *(c.name for c in table.columns)))
    columns = tuple(replace(column, heading=text) for column, text in zip(table.columns, headings, strict=True))
    return replace(table, title=title, columns=columns)


def table(summary: Summary, by: str = "year") -> Table:
    """A summary as a table.

    Parameters
    ----------
    summary : Summary
    by : {'year', 'member', 'storm', 'class'}

    Raises
    ------
    BadValue
        Another `by`.
    """
    if by not in BY:
        raise BadValue(unknown(by, BY, "table"))
    tables: dict[str, Callable[[Summary], Table]] = {
        "year": _by_year,
        "member": _by_member,
        "storm": _by_storm,
        "class": _by_class,
    }
    made = of_lines(tables[by](summary), (one.year for one in summary.years if one.year is not None))
    return replace(made, title=titled(made.title, summary.asked))


def titled(title: str, asked: str, what: str = "tracks") -> str:
    """A title with what the tracks do that are asked for; as it is where all are."""
    return f"{title}; of {what} that {asked}" if asked else title


_BY_YEAR = (
    YEAR,
    Column("members", worth=4),
    Column("observed", "observed storms", worth=8),
    Column("found", "found (5-95 %)", form=".1f", worth=FIRST),
    Column("pod", "POD (5-95 %)", form=".2f", worth=7),
    Column("tracks", "tracks (5-95 %)", form=".0f", worth=3),
    Column("far", "FAR (5-95 %)", form=".3f", worth=6),
)


def _by_year(summary: Summary) -> Table:
    rows = [_year_row(year.year, year) for year in summary.years]
    total = [_year_row("all", summary.total)] if len(rows) > 1 else []
    return Table("Storms per year", _BY_YEAR, tuple(rows + total))


def _year_row(name: Label | None, year: YearStatistics) -> tuple[object, ...]:
    return name, year.members, year.observed, year.found, year.pod, year.tracks, year.far


_BY_CLASS = (
    YEAR,
    Column("class", "intensity class", identifies=True),
    Column("observed", "observed storms", worth=8),
    Column("found", "found (5-95 %)", form=".1f", worth=7),
    Column("pod", "POD (5-95 %)", form=".2f", worth=FIRST),
    Column("equivalent_vorticity", "median peak", "1e-5 s-1", lambda value: f"{1e5 * value:.1f}", worth=LAST),
    Column("far", "FAR of tracks of this strength (5-95 %)", form=".3f", worth=3),
)


def _by_class(summary: Summary) -> Table:
    years = [*summary.years, summary.total] if len(summary.years) > 1 else summary.years
    rows = (
        (
            "all" if year.year is None else year.year, row.label, row.observed, row.found, row.pod,
            row.equivalent_vorticity, row.far,
        )
        for year in years
        for row in year.classes
        if row.observed
    )  # fmt: skip
    return Table("Skill by intensity class", _BY_CLASS, tuple(rows))


_BY_MEMBER = (
    Column("member", identifies=True),
    Column("years"),
    Column("tracks", "tracks per year", form=".0f", worth=4),
    Column("observed", "observed storms", worth=7),
    Column("found", worth=FIRST),
    Column("pod", "POD", form=".2f", worth=8),
    Column("far", "FAR", form=".3f", worth=6),
    Column("distance_km", "mean distance", "km", ".0f"),
)


def _by_member(summary: Summary) -> Table:
    rows = (tuple(getattr(member, column.key) for column in _BY_MEMBER) for member in summary.members)
    return Table("Members", _BY_MEMBER, tuple(rows))


def _by_storm(summary: Summary) -> Table:
    return storm_table(summary.storms)


_BY_STORM = (
    Column("year", form=str, worth=LAST),
    SID,
    Column("name", worth=8),
    Column("max_wind_kt", "wind", "kt", ".0f", worth=6),
    Column("found", "members that found it", worth=FIRST),
    Column("distance_km", "distance", "km", ".0f", worth=7),
    Column("distance_std_km", "spread", "km", ".0f", worth=3),
    Column("lead_hours", "lead", "h", ".0f", worth=5),
    Column("earliest_hours", "longest lead", "h", ".0f", worth=2),
)


def storm_table(storms: Sequence[StormStatistics]) -> Table:
    """Observed storms, and how many members have them.

    Parameters
    ----------
    storms : sequence of StormStatistics
    """
    rows = (
        (
            s.year, s.sid, s.name, s.max_wind_kt, PartOf(s.found, s.members), s.distance_km, s.distance_std_km,
            s.lead_hours, s.earliest_hours,
        )
        for s in storms
    )  # fmt: skip
    return of_lines(Table("Observed storms", _BY_STORM, tuple(rows)), (s.year for s in storms))
