"""A comparison as columns: of each year and member, of tracks on one side only, of pairs, of observed storms."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from stormtracks.label import Label
from stormtracks.notebook.tables import columns
from stormtracks.notebook.tables.columns import Arrays
from stormtracks.science.comparison import Agreement, Comparison
from stormtracks.science.comparison.comparison import AGREED, Members

_DIFFERENCES: dict[str, Callable[[Agreement], Any]] = {
    "genesis_difference_hours": lambda one: one.genesis_hours,
    "peak_difference_s1": lambda one: one.difference("peak_s1"),
    "wind_difference_m_s": lambda one: one.difference("wind_m_s"),
    "pressure_difference_pa": lambda one: one.difference("pressure_pa"),
}
"""Column -> how much later, stronger and deeper each pair is in B."""


def counts(found: Comparison) -> Arrays:
    """A row per year and member."""
    return _stacked([_counted(cell, one) for cell, one in _cells(found)])


def only(found: Comparison, of_results: tuple[bool, bool]) -> Arrays:
    """A row per track that is on one side only; `of_results`: whether a side's tracks are all those of results."""
    parts = []
    for (label, members), one in _cells(found):
        for side, heads, numbers, member, has_ids in (
            ("A", one.one, one.only_one, members[0], of_results[0]),
            ("B", one.other, one.only_other, members[1], of_results[1]),
        ):
            named: Arrays = {"only_in": np.full(len(numbers), side), **columns.of_label(label, len(numbers))}
            if members != AGREED:
                named |= {"ensemble_member": np.full(len(numbers), member)}
            if has_ids:
                named |= {"track_id": columns.ids(label, np.full(len(numbers), member), numbers)}
            parts.append(named | columns.of_heads(heads.take(numbers)))
    return columns.stacked(parts)


def pairs(found: Comparison, of_results: tuple[bool, bool]) -> Arrays:
    """A row per pair of tracks that are the same storm; `of_results` as for `only`."""
    return _stacked([_paired(cell, one, of_results) for cell, one in _cells(found)])


def observed(found: Comparison) -> Arrays:
    """A row per observed storm, year and member."""
    return _stacked([
        _of_cell(cell, len(one.observed)) | {"sid": one.observed, "found_a": one.found_one, "found_b": one.found_other}
        for cell, one in _cells(found)
    ])  # fmt: skip


def _counted(cell: tuple[Label, Members], one: Agreement) -> Arrays:
    sizes = {"both": len(one.pairs), "only_a": len(one.only_one), "only_b": len(one.only_other)}
    a, b = one.found_one, one.found_other
    sizes |= {"observed": len(one.observed), "observed_by_both": int((a & b).sum())}
    sizes |= {"observed_by_a_only": int((a & ~b).sum()), "observed_by_b_only": int((~a & b).sum())}
    means = {"mean_distance_km": one.pairs.distance_km} | {name: of(one) for name, of in _DIFFERENCES.items()}
    numbers = {name: np.array([size]) for name, size in sizes.items()}
    return _of_cell(cell, 1) | numbers | _without_unknown({name: _mean(values) for name, values in means.items()})


def _paired(cell: tuple[Label, Members], one: Agreement, of_results: tuple[bool, bool]) -> Arrays:
    made = _of_cell(cell, len(one.pairs))
    for side, member, numbers, has_ids in zip("ab", cell[1], (one.pairs.one, one.pairs.other), of_results, strict=True):
        if has_ids:
            made[f"track_id_{side}"] = columns.ids(cell[0], np.full(len(numbers), member), numbers)
    sid, name = (_either(one, which) for which in ("sid", "name"))
    made |= {"sid": sid, "name": name, "common_times": one.pairs.common, "mean_distance_km": one.pairs.distance_km}
    return made | _without_unknown({name: of(one) for name, of in _DIFFERENCES.items()})


def _either(one: Agreement, which: str) -> Any:
    """Which observed storm a pair is: as A has it, or B where A does not say."""
    ours, theirs = getattr(one.one, which)[one.pairs.one], getattr(one.other, which)[one.pairs.other]
    return np.where(ours == "", theirs, ours)


def _cells(found: Comparison) -> Iterator[tuple[tuple[Label, Members], Agreement]]:
    yield from found.cells.items()


def _of_cell(cell: tuple[Label, Members], count: int) -> Arrays:
    """Year, and member of either side."""
    label, members = cell
    made = columns.of_label(label, count)
    if members != AGREED:
        made |= {"ensemble_member": np.full(count, members[0]), "ensemble_member_b": np.full(count, members[1])}
    return made


def _stacked(parts: Sequence[Arrays]) -> Arrays:
    """Columns one after another; the second side's members where they are others."""
    made = columns.stacked(parts)
    if "ensemble_member_b" in made and (made["ensemble_member"] == made["ensemble_member_b"]).all():
        del made["ensemble_member_b"]
    return made


def _mean(values: Any) -> Any:
    known = values[np.isfinite(values)]
    return np.array([known.mean() if len(known) else np.nan])


def _without_unknown(made: Arrays) -> Arrays:
    """Winds and pressures only where they are known."""
    always = ("mean_distance_km", "genesis_difference_hours", "peak_difference_s1")
    return {name: values for name, values in made.items() if name in always or columns.known(values)}
