"""The maps of a comparison: the tracks that both have, and those of one only, a map per year."""

from collections.abc import Iterator
from typing import Any

from stormtracks import label
from stormtracks.label import Label
from stormtracks.report.compared import Compared
from stormtracks.report.figures import MOST_YEARS, address_of
from stormtracks.report.fragments import Picture
from stormtracks.science import comparison as comparisons


def compared_maps(compared: Compared) -> tuple[list[Picture], str]:
    """Of each of the latest years the consensus, or the first pair of members; and what is left out, or why."""
    try:
        from stormtracks.science import plots  # slow to import, and not needed where nothing is drawn
    except ImportError as error:
        return [], f"Figures need matplotlib and Cartopy: {error}."
    years = label.in_order(compared.found.years)[::-1]
    left_out = (
        f"Of {len(years)} years, the latest {MOST_YEARS} have maps; "
        "inv compare A B --years YEAR --dest FILE draws the others."
    )
    maps = [_map(plots, compared, year) for year in years[:MOST_YEARS]]
    return maps, left_out if len(years) > MOST_YEARS else ""


def _map(plots: Any, compared: Compared, year: Label) -> Picture:
    found, names = compared.found.first_pairs([year]), compared.names
    tracks, title = comparisons.drawn(found, *compared.sides), comparisons.title(found, compared.list_name)
    figure = plots.compared_tracks(*tracks, names, found.asked.region, title)
    described = " ".join(_described(compared, *map(len, tracks)))
    return Picture(f"A and B: {title}", described, address_of(plots, figure, "png"))


def _described(compared: Compared, both: int, only_one: int, only_other: int) -> Iterator[str]:
    one, other = compared.names
    yield (
        f"Map of the {both:,} tracks in both (grey), the {only_one:,} only in {one} (blue, each from a dot) and the "
        f"{only_other:,} only in {other} (vermilion, each from a triangle)."
    )
    if differences := comparisons.made_differently(compared.found):
        yield f"Made differently, A / B: {differences}."
