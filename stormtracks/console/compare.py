"""`inv compare`: what two sets of tracks have in common, as tables, CSV, JSON or a figure."""

from collections.abc import Mapping
from typing import Any

from stormtracks.console import filtering, tables
from stormtracks.console.compared_sides import place_of, sides_of
from stormtracks.console.terminal import notes, output, progress
from stormtracks.errors import BadValue
from stormtracks.science import comparison as comparisons
from stormtracks.science.comparison import Comparison, Side


def compare(a: str, b: str, options: Mapping[str, Any], form: tables.Form) -> None:
    """Compare two folders of results, or a folder and a file, and show it in the form that is asked for."""
    if options["top"] < 0:
        raise BadValue(f"--top must be a number of rows, or 0 for none, not {options['top']}")
    asked = filtering.filter_of(options["filter"])
    if not options["consensus"]:
        filtering.refuse_share(asked, "add --consensus")
    sides = sides_of(a, b, options)
    if options["dest"]:
        from stormtracks.console.figures import compared_map  # matplotlib takes a second

        compared_map.draw(sides, options, asked)
        return
    with progress("comparing") as report:
        found = comparisons.compare(*sides, agreed=options["consensus"], asked=asked, progress=report)
    remarks = comparisons.remarks(found, *sides, mixed=options["mixed"])
    _show(found, sides, form, options["top"], remarks)


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
    if told := comparisons.made_differently(found):
        out.print(f"made differently: {told}", soft_wrap=True)
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
