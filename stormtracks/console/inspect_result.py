"""`inv inspect FILE` of a result: which one it is, how much it holds, and how it was made."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from stormtracks.console.tables import Column, Form, Table, show
from stormtracks.readable import duration, some
from stormtracks.science import results
from stormtracks.science.results import Header

_COLUMNS = Column("what", identifies=True), Column("text", prose=True)
_MADE_BY = {"compiled": "the kernel", "numpy": "NumPy"}


def show_result(path: Path, form: Form) -> None:
    """Print the head of a result's file as tables, CSV, or JSON with its whole provenance."""
    header = results.load_header(path)
    text = f"result of {header.task}, {header.year}, member {header.ensemble_member}"
    table = Table(text, _COLUMNS, tuple(_rows(header)), headed=not form.for_people)
    show(table, form, {"file": str(path), **vars(header)})
    settings = header.provenance.get("settings")
    if form.for_people and isinstance(settings, Mapping):
        rows = ((name, "-" if value is None else _plain(value)) for name, value in settings.items())
        show(Table("settings", _COLUMNS, tuple(rows), headed=False), form)


def _rows(header: Header) -> Iterable[tuple[str, str]]:
    """What is recorded; a result of an older version has less."""
    made = header.provenance
    yield "member", f"{header.ensemble_member}, called {header.member_label} in the data"
    yield "holds", ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in header.counts.items())
    if made.get("version"):
        by = f", by {_MADE_BY[made['kernel']]}" if made.get("kernel") in _MADE_BY else ""
        where = f" on {made['host']}" if made.get("host") else ""
        took = f", in {duration(made['seconds'])}" if isinstance(made.get("seconds"), int | float) else ""
        yield "made", f"by stormtracks {made['version']}{where}{by}{took}"
    for name in ("vort_track", "field_collection"):
        if name in made:
            yield "made of", f"the result of {name}, {made[name]}"
    if made.get("told_by"):
        yield "told by", str(made["told_by"])
    if made.get("dataset"):
        yield "dataset", _plain(made["dataset"])
    if paths := [str(one["path"]) for one in made.get("inputs") or ()]:
        yield "read", some(paths, 8)
    for feature, why in (made.get("missing") or {}).items():
        yield "without", f"{feature}: {why}"
    for remark in made.get("remarks") or ():
        yield "note", str(remark)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
