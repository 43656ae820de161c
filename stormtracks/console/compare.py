"""`inv compare`: what two sets of tracks have in common, as tables, CSV, JSON or a figure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks import paths
from stormtracks.console import tables
from stormtracks.console.list_summary import list_of
from stormtracks.console.terminal import notes, output, progress
from stormtracks.console.years import numbers
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.science import comparison as comparisons
from stormtracks.science.comparison import Comparison, ResultsSide, Side
from stormtracks.science.filters import Filter


def compare(a: str, b: str, options: Mapping[str, Any], form: tables.Form, asked: Filter | None = None) -> None:
    """Compare two folders of results, or a folder and a file, and show it in the form that is asked for."""
    if options["top"] < 0:
        raise BadValue(f"--top must be a number of rows, or 0 for none, not {options['top']}")
    sides = _sides(a, b, options)
    if options["dest"]:
        from stormtracks.console import compared_map  # matplotlib takes a second

        compared_map.draw(sides, options, asked)
        return
    with progress("comparing") as report:
        found = comparisons.compare(*sides, agreed=options["consensus"], asked=asked, progress=report)
    remarks = remarks_of(sides, found, options["mixed"])
    _show(found, sides, form, options["top"], remarks)


def _sides(a: str, b: str, options: Mapping[str, Any]) -> tuple[Side, Side]:
    chosen, members = years_of(options["years"]), numbers(options["members"], "members")
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


def _show(found: Comparison, sides: tuple[Side, Side], form: tables.Form, top: int, remarks: list[str]) -> None:
    made = comparisons.table(found)
    if form.json:
        places = {name: str(place_of(side)) for name, side in zip("ab", sides, strict=True)}
        said = {"remarks": remarks}
        tables.show_json(places | comparisons.to_json(found, top) | said)
        return
    if form.csv:
        tables.show(comparisons.only_table(found, top) if top else made, form)
        return
    out = output()
    for name, side in zip("AB", sides, strict=True):
        out.print(f"{name}: {place_of(side)}, {side.kind}", soft_wrap=True)
    if found.differences:
        out.print(f"made differently: {_told(found)}", soft_wrap=True)
    out.print("")
    tables.show(made, form)
    observed = comparisons.observed_table(found)
    if observed.rows:
        out.print("")
        tables.show(observed, form)
    if top:
        out.print("")
        tables.show(comparisons.only_table(found, top), form)
    notes(remarks)


def place_of(side: Side) -> Path:
    """The folder, or the file."""
    return Path(side.folder) if isinstance(side, ResultsSide) else side.path  # type: ignore[attr-defined]  # a file


def _told(found: Comparison) -> str:
    """In what the sides differ, A / B."""
    return "; ".join(f"{name}: {_short(a)} / {_short(b)}" for name, (a, b) in found.differences.items())


def _short(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_short, value))
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
