"""`inv inspect`: what a task sees in a folder of data, and why it does not read the rest.

Of a result's file it is how that was made.
"""

import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.padding import Padding
from rich.text import Text

from stormtracks import config, paths, web_path
from stormtracks.console.inspect_result import show_result
from stormtracks.console.local_paths import data_folder
from stormtracks.console.tables import FIRST, LAST, Column, Form, Table, show
from stormtracks.console.terminal import output
from stormtracks.errors import BadValue
from stormtracks.label import Label, of
from stormtracks.readable import duration, moment, size, some
from stormtracks.science.reanalysis import Inspection
from stormtracks.science.reanalysis import inspect as inspected
from stormtracks.science.reanalysis.inspected_files import Reason, Variable
from stormtracks.science.reanalysis.inspected_year import Year
from stormtracks.science.settings import TASKS
from stormtracks.terminal_text import clean

_RESULTS = "member_*.nc"
"""How files of results are called."""
_MOST = 12
"""Rows of a table, where nothing says that all are wanted."""
_NAMED = 6
"""Variables without a role that are named."""


def inspect(data: str, options: Mapping[str, Any]) -> None:
    """Print what is there, as tables, CSV of the years, or JSON; exit status 1 where nothing can be tracked.

    Of a result's file: how it was made.
    """
    years = (of(options["year"]),) if options["year"] else None
    named = options["dataset"]
    described = config.load_dataset(paths.expand(named, where="--dataset")) if named else None
    folder = data_folder(data)
    is_local = not web_path.is_address(folder)
    form = options["form"]
    if folder.is_file():
        if not folder.match(_RESULTS):
            raise BadValue(
                f"{folder} is a file; give the folder that it lies in: inv inspect {shlex.quote(str(folder.parent))}"
            )
        show_result(folder, form)
        return
    if is_local and folder.match(_RESULTS) and not folder.exists():
        raise BadValue(f"{folder}: there is no such result; check the path")
    found = inspected(folder, described, years=years, measured=True)
    if is_local and not found.is_usable and (file := _one_result(folder)):
        raise BadValue(
            f"{folder} is a folder of results, not of data: inv summary --results {shlex.quote(str(file.parents[2]))} "
            f"shows them, and inv inspect {shlex.quote(str(file))} how that one was made"
        )
    if form.for_people:
        _show(found, form)
    else:
        show(_years_table(found), form, found.to_json())
    if not found.is_usable:
        sys.exit(1)


def _one_result(folder: Path) -> Path | None:
    """The first file of a folder of results, or of a task or a year in one."""
    patterns = *(f"{task}/*/{_RESULTS}" for task in TASKS), f"*/{_RESULTS}", _RESULTS
    files = (file for pattern in patterns for file in sorted(folder.absolute().glob(pattern)))
    return next((file for file in files if file.parents[1].name in TASKS), None)


_OF_YEARS = (
    Column("year", identifies=True, form=str), Column("members"), Column("quantity"), Column("level_hpa"),
    Column("first"), Column("last"), Column("times"), Column("missing_times"), Column("step_hours"),
    Column("calendar"), Column("grid"),
)  # fmt: skip


def _years_table(found: Inspection) -> Table:
    """A row for each year, or start."""
    rows = (
        (label, len(year.members), *(getattr(year, column.key) for column in _OF_YEARS[2:]))
        for label, year in found.years.items()
    )
    return Table("years", _OF_YEARS, tuple(rows))


def _show(found: Inspection, form: Form) -> None:
    out = output()
    out.print(found.folder, soft_wrap=True)
    _show_files(found, form)
    _show_variables(found, form)
    for label, year in _shown_years(found.years):
        _show_year(label, year, found.folder, form)
    said = (
        *found.further,
        *(f"{label}: refused: {_below(why, found.folder)}" for label, why in found.refusals.items()),
    )
    _show_lines("", (_below(line, found.folder) for line in said))
    _show_reasons(found.reasons)
    if not found.is_usable:
        _show_lines("nothing can be tracked", [_why_nothing(found)])


def _why_nothing(found: Inspection) -> str:
    """The reason, unless it stands above already."""
    told = (*found.refusals.values(), *(_what_to_do(one) for one in found.reasons))
    if any(one and one in found.why_nothing for one in told):
        return "for the reason above" if len(told) == 1 else "for the reasons above"
    return _below(found.why_nothing, found.folder)


def _below(text: str, folder: str) -> str:
    """A message with its paths from the folder on, which is said above."""
    return text.removeprefix(f"{folder}: ").replace(f"{folder}/", "")


_OF_FILES = (
    Column("format", identifies=True),
    Column("number", form=","),
    Column("bytes", "size", form=size),
    Column("known_by", prose=True),
)


def _show_files(found: Inspection, form: Form) -> None:
    rows = ((one.format, one.number, one.bytes or None, one.known_by or None) for one in found.files)
    show(Table("files and stores", _OF_FILES, tuple(rows)), form)


_OF_VARIABLES = (
    Column("name", identifies=True),
    Column("roles", "used as", worth=FIRST, prose=True),
    Column("files", form=",", worth=3),
    Column("levels", "hPa", worth=8),
    Column("example", "in", worth=LAST),
)


def _show_variables(found: Inspection, form: Form) -> None:
    """The variables with roles or reasons; the others' names."""
    with_roles = [one for one in found.variables if one.roles]
    if with_roles:
        rows = (
            (one.name, "not: see below" if one.why else ", ".join(one.roles), one.files, _levels(one), one.example)
            for one in with_roles[:_MOST]
        )
        show(Table("variables", _OF_VARIABLES, tuple(rows)), form)
    others = list(dict.fromkeys(one.name for one in found.variables if not one.roles))
    if others:
        more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
        _show_lines("", [f"not asked for: {', '.join(others[:_NAMED])}{more}"])


def _levels(one: Variable) -> str:
    """Levels, of many the first and the last."""
    if len(one.levels_hpa) > 4:
        return f"{one.levels_hpa[0]:g}..{one.levels_hpa[-1]:g} ({len(one.levels_hpa)})"
    return ", ".join(f"{level:g}" for level in one.levels_hpa) or "-"


def _shown_years(years: Mapping[Label, Year]) -> Iterable[tuple[str, Year]]:
    """The years in runs of alike ones: of each run the first, with how many there are."""
    runs: list[list[Label]] = []
    for label, year in years.items():
        if runs and _likeness(years[runs[-1][0]]) == _likeness(year):
            runs[-1].append(label)
        else:
            runs.append([label])
    for run in runs[:_MOST]:
        yield (
            (str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]} ({len(run)}; figures of the first)"),
            years[run[0]],
        )


def _likeness(year: Year) -> tuple[object, ...]:
    """What years have in common that are shown as one."""
    return (
        bool(year.start), year.members, year.quantity, year.level_hpa, year.grid, year.step_hours,
        bool(year.missing_times), year.remarks,
    )  # fmt: skip


def _show_year(label: str, year: Year, folder: str, form: Form) -> None:
    rows = ((name, _below(text, folder)) for name, text in _of_year(year))
    columns = Column("what", identifies=True), Column("text", prose=True)
    show(Table(label, columns, tuple(rows), headed=False), form)


def _of_year(year: Year) -> Iterable[tuple[str, str]]:
    labels = list(year.members)
    shown = ", ".join(labels) if len(labels) <= 6 else f"{', '.join(labels[:3])}, ... {labels[-1]}"
    yield "members", f"{len(labels)}: {shown}"
    if year.start:
        first, last = year.lead_hours
        yield "forecast", f"of {year.start}, leads {first:g} to {last:g} h"
    step = f", {year.step_hours:g}-hourly" if year.step_hours else ""
    gaps = f", {year.missing_times:,} missing" if year.missing_times else ""
    yield "times", f"{year.times:,}, {moment(year.first)} to {moment(year.last)}{step}{gaps} ({year.calendar})"
    names = ", ".join(f"{role} = {name}" for role, name in year.variables.items())
    stored = ", ".join(dict.fromkeys(year.stored_as.values()))
    yield "read", f"{year.quantity} at {year.level_hpa:g} hPa: {names} ({stored})"
    yield "grid", year.grid
    yield "a task", _cost(year)
    for remark in year.remarks:
        yield "note", remark


def _cost(year: Year) -> str:
    """What a task of one member reads."""
    one = year.reading
    files = "1 file" if one.files == 1 else f"{one.files:,} files"
    chunks = f", {one.chunks:,} chunks" if one.chunks else ""
    whole = f" ({size(one.file_bytes)})" if one.file_bytes else ""  # of a store on the web nobody says it
    block = f", each of {one.block_steps:,} steps" if one.block_steps > 1 and one.chunks else ""
    text = f"reads {files}{whole}{chunks}{block}, {size(one.value_bytes)} of values"
    if one.together:
        text += f"; all {len(year.members)} members are read together, once on each host"
    if one.seconds is not None:
        steps = "1 step" if one.sampled_steps == 1 else f"{one.sampled_steps} steps"
        text += f"; estimate: {duration(one.seconds)} for reading, from {steps} read here"
    return text


def _show_reasons(reasons: list[Reason]) -> None:
    if reasons:
        output().print("not used, and why")
    for one in reasons[:_MOST]:
        _show_lines("", [_of_reason(one)])
    if len(reasons) > _MOST:
        _show_lines("", [f"{len(reasons) - _MOST:,} more reasons: --json has all of them"])


def _of_reason(one: Reason) -> str:
    more = f" and {one.number - len(one.files):,} more" if one.number > len(one.files) else ""
    variables = some(one.variables, _NAMED)
    return ": ".join(filter(None, (", ".join(one.files) + more, variables, _what_to_do(one))))


def _what_to_do(one: Reason) -> str:
    return "; ".join(filter(None, (one.reason, one.remedy)))


def _show_lines(title: str, lines: Iterable[str]) -> None:
    """Lines that are wrapped, and indented where they continue."""
    if title:
        output().print(title)
    for line in lines:
        output().print(Padding(Text(clean(line)), (0, 0, 0, 2)))
