"""What `inv compare` is given, as the sides of a comparison, and what is to be said of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks import paths
from stormtracks.console.list_summary import list_of
from stormtracks.console.years import numbers
from stormtracks.console.years import years as years_of
from stormtracks.science import comparison as comparisons
from stormtracks.science.comparison import Comparison, ResultsSide, Side


def sides_of(a: str, b: str, options: Mapping[str, Any]) -> tuple[Side, Side]:
    """The two sides, of what is chosen in them."""
    chosen, members = years_of(options["years"]), numbers(options["filter"].get("members"), "members")
    how = {
        "list_name": list_of(options["list"]),
        "wanted": None if chosen is None else tuple(chosen),
        "chosen_members": None if members is None else tuple(members),
        "best_tracks": options["best_tracks"] and paths.expand(options["best_tracks"], where="--best-tracks"),
    }
    one, other = (comparisons.side(paths.expand(place, where=name), **how) for name, place in (("A", a), ("B", b)))
    return one, other


def remarks_of(sides: tuple[Side, Side], found: Comparison, mixed: bool) -> list[str]:
    """What is to be said of what was compared; results that were made differently are refused."""
    remarks = [
        str(remark)
        for side in sides
        if isinstance(side, ResultsSide)
        for remark in side.recipes.remarks(side.folder, mixed)
    ]
    left_out = sum(one.left_out for one in found.cells.values())
    if left_out:
        remarks.append(
            f"{left_out:,} tracks, of all members, have too few points at times that both have: they are left out"
        )
    return remarks


def place_of(side: Side) -> Path:
    """The folder, or the file."""
    return Path(side.place)
