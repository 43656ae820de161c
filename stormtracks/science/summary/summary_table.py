"""Statistics -> rows for people: by year, by member, by storm, by intensity class."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from stormtracks.errors import BadValue
from stormtracks.label import Label, is_start
from stormtracks.science.summary.statistics import Spread, StormStatistics, Summary, YearStatistics
from stormtracks.science.summary.values import figure
from stormtracks.strict_dataclass import unknown

_YEAR = re.compile(r"\byear(?=s?\b)")
BY = ("year", "member", "storm", "class")


@dataclass(frozen=True)
class Table:
    """Columns (heading with unit) and rows of texts, as the command prints them; what the headings mean."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: str = ""

    def of(self, labels: Iterable[Label]) -> "Table":
        """The table as it is called where its lines are starts of forecasts alone, and not years.

        Examples
        --------
        >>> from stormtracks.science.summary.summary_table import Table
        >>> shown = Table("Storms per year", ("year", "tracks per year"), ()).of(["2025-06-01T00"])
        >>> shown.title, shown.columns
        ('Storms per start', ('start', 'tracks per start'))
        """
        kinds = set(map(is_start, labels))
        if kinds != {True}:
            return self
        title, *columns = (_YEAR.sub("start", text) for text in (self.title, *self.columns))
        return replace(self, title=title, columns=tuple(columns))


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
    rows: dict[str, Callable[[Summary], Table]] = {
        "year": _by_year,
        "member": _by_member,
        "storm": _by_storm,
        "class": _by_class,
    }
    made = rows[by](summary).of(one.year for one in summary.years if one.year is not None)
    return replace(made, title=titled(made.title, summary.asked))


def titled(title: str, asked: str, what: str = "tracks") -> str:
    """A title with what the tracks do that are asked for; as it is where all are."""
    return f"{title}; of {what} that {asked.replace('; ', ' and ')}" if asked else title


def _by_year(summary: Summary) -> Table:
    columns = (
        "year", "members", "observed storms", "found (5-95 %)", "POD (5-95 %)", "tracks (5-95 %)", "FAR (5-95 %)",
    )  # fmt: skip
    rows = [_year_row(str(year.year), year) for year in summary.years]
    total = _year_row("all", summary.total) if len(rows) > 1 else None
    return Table("Storms per year", columns, tuple([*rows, total] if total else rows))


def _year_row(name: str, year: YearStatistics) -> tuple[str, ...]:
    return (
        name, str(year.members), str(year.observed), _spread(year.found, 1), _spread(year.pod, 2),
        _spread(year.tracks, 0), _spread(year.far, 3),
    )  # fmt: skip


def _by_class(summary: Summary) -> Table:
    columns = (
        "year", "intensity class", "observed storms", "found (5-95 %)", "POD (5-95 %)", "median peak (1e-5 s-1)",
        "FAR of tracks of this strength (5-95 %)",
    )  # fmt: skip
    years = [*summary.years, summary.total] if len(summary.years) > 1 else summary.years
    rows = [
        (
            "all" if year.year is None else str(year.year), row.label, str(row.observed), _spread(row.found, 1),
            _spread(row.pod, 2), figure(row.equivalent_vorticity * 1e5, 1), _spread(row.far, 3),
        )
        for year in years
        for row in year.classes
        if row.observed
    ]  # fmt: skip
    return Table("Skill by intensity class", columns, tuple(rows))


def _by_member(summary: Summary) -> Table:
    columns = ("member", "years", "tracks per year", "observed storms", "found", "POD", "FAR", "mean distance (km)")
    rows = (
        (
            str(m.member), str(m.years), figure(m.tracks, 0), str(m.observed), str(m.found), figure(m.pod, 2),
            figure(m.far, 3), figure(m.distance_km, 0),
        )
        for m in summary.members
    )  # fmt: skip
    return Table("Members", columns, tuple(rows))


def _by_storm(summary: Summary) -> Table:
    return storm_table(summary.storms)


def storm_table(storms: Sequence[StormStatistics]) -> Table:
    """Observed storms, and how many members have them.

    Parameters
    ----------
    storms : sequence of StormStatistics
    """
    columns = (
        "year", "storm", "name", "wind (kt)", "members that found it", "distance (km)", "spread (km)", "lead (h)",
        "longest lead (h)",
    )  # fmt: skip
    rows = (
        (
            str(s.year), s.sid, s.name, figure(s.max_wind_kt, 0), f"{s.found} of {s.members}",
            *(figure(x, 0) for x in (s.distance_km, s.distance_std_km, s.lead_hours, s.earliest_hours)),
        )
        for s in storms
    )  # fmt: skip
    return Table("Observed storms", columns, tuple(rows)).of(s.year for s in storms)


def _spread(spread: Spread, digits: int) -> str:
    if not spread.number:
        return "-"
    return f"{spread.mean:.{digits}f} ({spread.p05:.{digits}f}-{spread.p95:.{digits}f})"
