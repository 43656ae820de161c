"""A comparison -> what a map of it shows: the tracks in both and in one only, names of the two, a title."""

from pathlib import Path

import numpy as np

from stormtracks.science.arrays import Ints
from stormtracks.science.comparison.comparison import AGREED, Comparison
from stormtracks.science.comparison.sides import Side
from stormtracks.science.records import Tracks


def drawn(comparison: Comparison, one: Side, other: Side) -> tuple[Tracks, Tracks, Tracks]:
    """Tracks in both, as the first side has them, in the first only and in the second only.

    They are read once more: a comparison of many members does not keep them.
    """
    found: tuple[list[Tracks], list[Tracks], list[Tracks]] = ([], [], [])
    for (year, members), agreement in comparison.cells.items():
        ours, theirs = (
            (side.agreed(year) if members == AGREED else side.sample(year, member)).tracks
            for side, member in zip((one, other), members, strict=True)
        )
        chosen: list[tuple[Tracks, Ints]] = [
            (ours, agreement.pairs.one), (ours, agreement.only_one), (theirs, agreement.only_other)
        ]  # fmt: skip
        for kept, (tracks, numbers) in zip(found, chosen, strict=True):
            kept.append(tracks.take(np.sort(numbers)))
    return Tracks.joined(found[0]), Tracks.joined(found[1]), Tracks.joined(found[2])


def names(one: Side, other: Side) -> tuple[str, str]:
    """What the two are called in a legend: their folders or files, or A and B where these have one name."""
    ours, theirs = (Path(side.place).name or str(side.place) for side in (one, other))
    return ("A", "B") if ours == theirs else (ours, theirs)


def title(comparison: Comparison, list_name: str | None = None) -> str:
    """Years, whose tracks, and what is asked of them; whose: of the first pair of members."""
    years = [str(year) for year in comparison.years]
    when = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    one, other = next(members for _, members in comparison.cells)
    whose = f"member {one}" if one == other else f"members {one} and {other}"
    whose = "consensus" if (one, other) == AGREED else whose
    of_list = f"list {list_name}" if list_name else "tracks"
    return ", ".join(filter(None, (when, of_list, whose, comparison.asked.describe())))
