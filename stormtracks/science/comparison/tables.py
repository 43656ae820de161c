"""A comparison -> tables: per year with the spread over the members, observed storms, what only one side has."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from stormtracks.label import Label
from stormtracks.science import calendars
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.comparison.agreement import Agreement
from stormtracks.science.comparison.band import Band
from stormtracks.science.comparison.comparison import AGREED, Comparison, Members
from stormtracks.science.heads import Heads
from stormtracks.table import FIRST, LAST, Column, Place, Table, is_unknown, plain

ALL = "all"
_COUNTS: dict[str, tuple[str, Callable[[Agreement], float]]] = {
    "both": ("in both", lambda one: len(one.pairs)),
    "only_a": ("only A", lambda one: len(one.only_one)),
    "only_b": ("only B", lambda one: len(one.only_other)),
}
_MEANS: dict[str, tuple[str, str, str, Callable[[Agreement], Any]]] = {
    "distance_km": ("distance", "km", ".0f", lambda one: one.pairs.distance_km),
    "genesis_h": ("genesis B-A", "h", "+.1f", lambda one: one.genesis_hours),
    "peak": ("peak B-A", "1e-5 s-1", "+.2f", lambda one: one.difference("peak_s1") * 1e5),
    "wind_kt": ("wind B-A", "kt", "+.1f", lambda one: one.difference("wind_m_s") / KNOT_M_S),
    "pressure_hpa": ("pressure B-A", "hPa", "+.1f", lambda one: one.difference("pressure_pa") / 100.0),
}
_OBSERVED: dict[str, tuple[str, Callable[[Agreement], float]]] = {
    "observed": ("observed", lambda one: len(one.observed)),
    "by_both": ("found by both", lambda one: (one.found_one & one.found_other).sum()),
    "by_a": ("only by A", lambda one: (one.found_one & ~one.found_other).sum()),
    "by_b": ("only by B", lambda one: (~one.found_one & one.found_other).sum()),
    "by_none": ("by neither", lambda one: (~one.found_one & ~one.found_other).sum()),
}
_OF_MEMBERS = "mean over the members (5th-95th percentile)"


def table(comparison: Comparison) -> Table:
    """What both sides have, what one has only, and how the same storms differ, a row per year."""
    counts = [Column(key, heading, form=".0f", worth=FIRST) for key, (heading, _) in _COUNTS.items()]
    means = [Column(key, heading, unit, form) for key, (heading, unit, form, _) in _MEANS.items()]
    rows = []
    for year, cells in _years(comparison):
        of_counts = [_counted(cells, value) for _, value in _COUNTS.values()]
        of_means = [_mean(cells, value) for *_, value in _MEANS.values()]
        rows.append((year, _compared(cells), *of_counts, *of_means))
    columns = (Column("year", identifies=True), Column("compared", worth=LAST), *counts, *means)
    title = "Tracks of A and B" + (f" that {comparison.asked.describe()}" if comparison.asked else "")
    return _known(Table(title, columns, tuple(rows), _legend(comparison)))


def observed_table(comparison: Comparison) -> Table:
    """Observed storms that both sides could have found, and by which they were; without rows where one does not say."""
    columns = [Column(key, heading, form=".0f") for key, (heading, _) in _OBSERVED.items()]
    rows = [
        (year, *(_counted(cells, value) for _, value in _OBSERVED.values()))
        for year, cells in _years(comparison)
        if any(len(found.observed) for of in cells.values() for found in of)
    ]
    title = "Observed storms" + (", wherever and whenever they are" if comparison.asked else "")
    return Table(title, (Column("year", identifies=True), *columns), tuple(rows))


def only_table(comparison: Comparison, top: int = 0) -> Table:
    """Tracks that are on one side only, the strongest first; `top`: at most so many, 0 for all."""
    columns = (
        Column("only_in", "only in", identifies=True), Column("year"), Column("member"),
        Column("begins", identifies=True), Column("genesis"), Column("hours", unit="h", form=".0f"),
        Column("peak", unit="1e-5 s-1", form=".1f", worth=FIRST), Column("wind_kt", "wind", unit="kt", form=".0f"),
        Column("sid", "storm", worth=LAST), Column("name", worth=FIRST),
    )  # fmt: skip
    rows = [
        row
        for (year, members), found in comparison.cells.items()
        for side, heads, numbers, member in (
            ("A", found.one, found.only_one, members[0]), ("B", found.other, found.only_other, members[1])
        )
        for row in _only(side, year, member, heads.take(numbers))
    ]  # fmt: skip
    rows.sort(key=lambda row: (*(-(row[n] if not is_unknown(row[n]) else -1.0) for n in (6, 7, 5)), row[:4]))
    shown = rows[:top] if top else rows
    title = "Only in one" + (f": the strongest {top} of {len(rows):,}" if len(shown) < len(rows) else "")
    return _known(Table(title, columns, tuple(shown)))


def to_json(comparison: Comparison, top: int = 0) -> dict[str, Any]:
    """All of it as plain values."""
    return {
        "years": table(comparison).plain(),
        "observed": observed_table(comparison).plain(),
        "only": only_table(comparison, top).plain(),
        "differences": plain({name: {"a": a, "b": b} for name, (a, b) in comparison.differences.items()}),
        "filter": comparison.asked.to_json(),
        "left_out": sum(found.left_out for found in comparison.cells.values()),
    }


def _years(comparison: Comparison) -> list[tuple[str, dict[Members, list[Agreement]]]]:
    """Each year with its members; all years of each member at the end, where all years have the same ones."""
    years: list[tuple[str, dict[Members, list[Agreement]]]] = [
        (str(year), {members: [found] for members, found in comparison.of_year(year).items()})
        for year in comparison.years
    ]
    if len(years) > 1 and comparison.same_members:
        together: dict[Members, list[Agreement]] = {}
        for (_, members), found in comparison.cells.items():
            together.setdefault(members, []).append(found)
        years.append((ALL, together))
    return years


def _counted(cells: Mapping[Members, Sequence[Agreement]], value: Callable[[Agreement], float]) -> Band:
    """A number of storms: of each member the sum over its years."""
    return Band.of([float(sum(value(one) for one in of)) for of in cells.values()])


def _mean(cells: Mapping[Members, Sequence[Agreement]], values: Callable[[Agreement], Any]) -> Band:
    """A mean over the storms in both: of each member over all of its storms."""
    return Band.of([_known_mean(np.concatenate([values(one) for one in of])) for of in cells.values()])


def _known_mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def _compared(cells: Mapping[Members, Any]) -> str:
    pairs = list(cells)
    if pairs == [AGREED]:
        return "consensus"
    if len(pairs) == 1:
        one, other = pairs[0]
        return f"member {one}" if one == other else f"member {one} with {other}"
    return f"{len(pairs)} members"


def _only(side: str, year: Label, member: int, heads: Heads) -> list[tuple[Any, ...]]:
    times: Any = calendars.texts(heads.first_time, heads.calendar, "h") if len(heads) else ()
    return [
        (
            side, str(year), "consensus" if member < 0 else str(member), str(times[n]).replace("T", " "),
            Place(float(heads.genesis_lat[n]), float(heads.genesis_lon[n])), float(heads.hours[n]),
            float(heads.peak_s1[n]) * 1e5, float(heads.wind_m_s[n]) / KNOT_M_S, str(heads.sid[n]), str(heads.name[n]),
        )
        for n in range(len(heads))
    ]  # fmt: skip


def _known(made: Table) -> Table:
    """A table without the columns in which nothing is known."""
    there = [
        number
        for number, column in enumerate(made.columns)
        if column.identifies or not made.rows or any(_is_there(row[number]) for row in made.rows)
    ]
    rows = tuple(tuple(row[number] for number in there) for row in made.rows)
    return Table(made.title, tuple(made.columns[number] for number in there), rows, made.legend)


def _is_there(value: Any) -> bool:
    return value.is_known if isinstance(value, Band) else not is_unknown(value) and value != ""


def _legend(comparison: Comparison) -> str:
    several = any(len(comparison.of_year(year)) > 1 for year in comparison.years)
    texts = [_OF_MEMBERS] if several else []
    texts.append("B-A: of the storms in both, in B minus in A")
    return "; ".join(texts)
