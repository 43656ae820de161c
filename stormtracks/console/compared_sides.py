"""What `inv compare` is given, as the sides of a comparison."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks import paths
from stormtracks.console.list_summary import list_of
from stormtracks.console.years import numbers
from stormtracks.console.years import years as years_of
from stormtracks.science import comparison as comparisons
from stormtracks.science.comparison import Side


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


def place_of(side: Side) -> Path:
    """The folder, or the file."""
    return Path(side.place)
