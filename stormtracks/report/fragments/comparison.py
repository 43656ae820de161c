"""A comparison with other results: in a sentence for the finding, and as the tables and maps of a section."""

from collections.abc import Iterator, Sequence

from stormtracks.report.compared import Compared
from stormtracks.report.fragments.pictures import Picture, figures
from stormtracks.report.fragments.shown import file_name, shown
from stormtracks.report.fragments.table_html import html_table, numeric
from stormtracks.science import comparison as comparisons
from stormtracks.science.comparison.band import Band
from stormtracks.table import Table

MOST_ONLY = 500
"""Most rows in the table of what one side only has, the strongest."""
_NAMED = 3
"""So many of the settings that differ are named in the finding."""


def comparison(compared: Compared, pictures: Sequence[Picture], note: str = "") -> str:
    """How the two were made, their tables, what is to be said of them, and their maps."""
    found = compared.found
    notes = "".join(f'<p class="note">{shown(remark)}.</p>' for remark in compared.remarks)
    tables = (
        _table(comparisons.table(found), "Tracks of A and B"),
        _table(comparisons.observed_table(found), "Observed storms of A and B"),
        _table(comparisons.only_table(found, MOST_ONLY), "Tracks in A or B only"),
    )
    maps = f"<h3>Maps</h3>{figures(pictures, note)}" if pictures or note else ""
    return f"<p>{shown(' '.join(_caption(compared)))}</p>{notes}{''.join(tables)}{maps}"


def compared_in_short(compared: Compared) -> str:
    """What both have, what one has only, and in what they were made differently, in one sentence."""
    name, (both, ours, theirs) = compared.names[1], compared.found.mean_counts
    form = ",.0f" if len(compared.found.cells) == 1 else ",.1f"
    return (
        f"Compared with {name}: {both:{form}} tracks in both, {ours:{form}} only here, {theirs:{form}} only in "
        f"{name}{_mean_over(compared)}; {_made(compared)}."
    )


def _mean_over(compared: Compared) -> str:
    """What the numbers are means of; empty: they are counts."""
    found = compared.found
    years = ["year"] * (len(found.years) > 1)
    members = ["member"] * (len(found.cells) > len(found.years))
    return f" (means per {' and '.join(members + years)})" if members or years else ""


def _made(compared: Compared) -> str:
    names = list(compared.found.differences)
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"they differ in {', '.join(names[:_NAMED])}{more}"
    if compared.are_results:
        return "both were made with the same settings, from the same kind of data"
    return f"how {compared.names[1]} was made is not known"


def _caption(compared: Compared) -> Iterator[str]:
    """What A and B are, and what differs in how they were made, as sentences."""
    for which, side in zip(("A, shown on this page", "B"), compared.sides, strict=True):
        yield f"{which}: {file_name(side.place)}, {side.kind}."
    differences, made = comparisons.made_differently(compared.found), _made(compared)
    yield f"Made differently, A / B: {differences}." if differences else f"{made[0].upper()}{made[1:]}."


def _table(made: Table, label: str) -> str:
    """A table that follows the year of the map."""
    if not made.rows:
        return ""
    texts, year = made.texts(), [column.key for column in made.columns].index("year")
    # "+1.3 (+0.1 to +2.1)" is a number too
    numbers = [
        looks or all(isinstance(row[column], Band) for row in made.rows) for column, looks in enumerate(numeric(texts))
    ]
    legend = f'<p class="note">{shown(made.legend)}</p>' if made.legend else ""
    years = [row[year] for row in made.rows]
    listed = html_table(made.headings, texts, label, years=years, numbers=numbers)
    return f"<h3>{shown(made.title)}</h3>{listed}{legend}"
