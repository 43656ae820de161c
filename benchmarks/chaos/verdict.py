"""How a round with faults is held against a run without: each result of each step, whole, right and of its recipe."""

import contextlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np

from stormtracks.science import results

from .planted import cells

_OF_ITS_MAKING = {"seconds", "cpu_seconds", "read_seconds", "host", "version"}
"""What a result says of how it was made that may be different each time; all else is to be the same."""


@dataclass
class Verdict:
    """What a round came to: lists of messages about each result that is lost or wrong, and counts."""

    lost: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    results: int = 0
    twice: int = 0
    scraps: int = 0


def judge(journal, folders, reference, tasks):
    """Hold what is on the hosts' disks against the run without faults.

    Parameters
    ----------
    journal : Path
        Of the manager.
    folders : dict of str to Path
        Each worker's results.
    reference : Path
        Results of `planted.do_without_faults`.
    tasks : sequence of str
        What was to be done for each year and member.

    Returns
    -------
    Verdict
    """
    verdict, found = Verdict(), {}
    for name, folder in folders.items():
        for path in sorted(folder.glob("*/*/member_*.nc")):
            of = path.relative_to(folder)
            found.setdefault(of, []).append(name)
            if difference := _difference(path, reference / of):
                verdict.wrong.append(f"{name}: {of}: {difference}")
        verdict.scraps += sum(1 for _ in folder.rglob(".*.part"))
    complete = complete_tasks(journal)
    for year, member in cells():
        for task in tasks:
            worker, there = complete.get((year, member, task)), found.get(_place(task, year, member), ())
            if worker not in there:
                verdict.lost.append(f"{year} member {member} {task}: complete on {worker}, is on {list(there)}")
    verdict.results = sum(map(len, found.values()))
    verdict.twice = sum(len(names) > 1 for names in found.values())
    return verdict


def complete_tasks(journal):
    """What the journal says is complete: (year, member, task) -> worker."""
    return {cell: worker for cell, (status, worker) in _rows(journal).items() if status == "complete"}


def to_be_done_again(journal):
    """(year, member, task) of what the journal knows, but calls outstanding: a later step did not find its result."""
    return {cell for cell, (status, _) in _rows(journal).items() if status == "outstanding"}


def _rows(journal):
    if not journal.exists():
        return {}
    with contextlib.closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as db:
        columns = {row[1] for row in db.execute("PRAGMA table_info(tasks)")}
        if not columns:
            return {}  # the manager was killed as it began
        task = "task" if "task" in columns else "(SELECT task FROM run)"
        rows = db.execute(f"SELECT year, member, {task}, status, worker FROM tasks").fetchall()
    return {(year, member, task): became for year, member, task, *became in rows}


def _place(task, year, member):
    return results.path("", task, year, member)


def _difference(ours, right):
    """How a result differs from the one without faults, as text; None: it does not."""
    if not right.exists():
        return "there is no such result without faults"
    try:
        found, expected = _contents(ours), _contents(right)
    except Exception as error:  # whatever it is that cannot be read, it has a result's name
        return f"{type(error).__name__}: {error}"
    differ = [name for name in {**found, **expected} if not _same(found.get(name), expected.get(name))]
    return f"other {', '.join(differ)}" if differ else None


def _contents(path):
    """All that a result says, by name."""
    header, found = _READ[path.parts[-3]](path)
    recipe = {key: value for key, value in header.provenance.items() if key not in _OF_ITS_MAKING}
    return {name: getattr(header, name) for name in _HEADER} | recipe | found


def _tracked(path):
    found = results.load(path)
    return found.header, {name: getattr(found, name) for name in ("axis", "maxima", "tracks", "matches")}


def _collected(path):
    header, tracks, around = results.load_collected(path)
    return header, {"tracks": tracks, "fields": around}


def _listed(path):
    header, storms = results.load_list(path)
    return header, {"list": storms}


_HEADER = ("year", "ensemble_member", "member_label", "task", "counts")
_READ = {"vort_track": _tracked, "field_collection": _collected, "classify": _listed}
"""Task -> a function of its result's file: the header, and what is in it by name."""


def _same(one, other):
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(_same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if not isinstance(one, np.ndarray):
        return one == other
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind in "fM")
