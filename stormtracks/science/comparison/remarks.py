"""What is to be said of a comparison: how its results were made, and what is left out."""

from typing import Any

from stormtracks.science.comparison.comparison import Comparison
from stormtracks.science.comparison.sides import ResultsSide, Side


def remarks(found: Comparison, *sides: Side, mixed: bool = False) -> list[str]:
    """Sentences about what was compared.

    Parameters
    ----------
    found : Comparison
    *sides : Side
        Those that were compared.
    mixed : bool
        Whether a side may have results that were made differently.

    Raises
    ------
    MixedResults
        One has, and may not.
    """
    said = [
        str(remark)
        for side in sides
        if isinstance(side, ResultsSide)
        for remark in side.recipes.remarks(side.folder, mixed)
    ]
    left_out = sum(one.left_out for one in found.cells.values())
    if left_out:
        said.append(
            f"{left_out:,} tracks, of all members, have too few points at times that both have: they are left out"
        )
    return said


def made_differently(found: Comparison) -> str:
    """In what the two sides were made differently, A / B; empty where both say the same, or one says nothing."""
    return "; ".join(f"{name}: {_short(a)} / {_short(b)}" for name, (a, b) in found.differences.items())


def _short(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_short, value))
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
