"""The planted data of a soak, what a run without faults makes of it, and how a run with faults is held against it."""

import contextlib
import sqlite3
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path

import numpy as np

from stormtracks.science import ibtracs, pipeline, results, synthetic

YEARS = {2003: "20crv2c", 2004: "20crv3", 2005: "20crv2c", 2006: "20crv3"}
"""Both ways in which an archive keeps its members: all in each chunk, and a file for each."""
MEMBERS = 8
BEST_TRACKS = Path(__file__).resolve().parents[2] / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"


def plant(folder):
    """Write the data: `YEARS` x `MEMBERS`, twelve days each on a grid of 5 degrees."""
    for year, layout in YEARS.items():
        season = {"start": f"{year}-08-20", "stop": f"{year}-08-31"}
        plan = synthetic.Plan(year, MEMBERS, grid=5.0, layout=layout, complevel=1, **season)
        best = ibtracs.load(BEST_TRACKS, plan.times[0], plan.times[-1])
        synthetic.plant(folder, plan, best)


def track_without_faults(data, folder):
    """Do every task here, one after the other."""
    setup = {"data": str(data), "results": str(folder), "best_tracks": str(BEST_TRACKS)}
    for year, member in cells():
        pipeline.run_task(year, member, "vort_track", setup)


def cells():
    """Every (year, member)."""
    return [(year, member) for year in YEARS for member in range(MEMBERS)]


@dataclass
class Verdict:
    """What a round came to: lists of messages about each result that is lost or wrong, and counts."""

    lost: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    results: int = 0
    twice: int = 0
    scraps: int = 0


def judge(journal, folders, reference):
    """Hold what is on the hosts' disks against the run without faults.

    Parameters
    ----------
    journal : Path
        Of the manager.
    folders : dict of str to Path
        Each worker's results.
    reference : Path
        Results of `track_without_faults`.

    Returns
    -------
    Verdict
    """
    verdict, found = Verdict(), {}
    for name, folder in folders.items():
        for year in results.years(folder):
            for member in results.members(folder, year):
                found.setdefault((year, member), []).append(name)
                if difference := _difference(folder, reference, year, member):
                    verdict.wrong.append(f"{name}: {year} member {member}: {difference}")
        verdict.scraps += sum(1 for _ in folder.rglob(".*.part"))
    complete = _complete(journal)
    for cell in cells():
        if complete.get(cell) not in found.get(cell, ()):
            where = f"complete on {complete.get(cell)}, is on {found.get(cell)}"
            verdict.lost.append(f"{cell[0]} member {cell[1]}: {where}")
    verdict.results = sum(map(len, found.values()))
    verdict.twice = sum(len(names) > 1 for names in found.values())
    return verdict


def complete_tasks(journal):
    """(year, member) of what the journal says is complete."""
    return set(_complete(journal))


def _complete(journal):
    if not journal.exists():
        return {}
    with contextlib.closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'tasks'").fetchone():
            return {}  # the manager was killed as it began
        rows = db.execute("SELECT year, member, worker FROM tasks WHERE status = 'complete'").fetchall()
    return {(year, member): worker for year, member, worker in rows}


def _difference(folder, reference, year, member):
    """Words about how a result differs from the one without faults; None: it does not."""
    try:
        ours, right = (results.load(place, year, member) for place in (folder, reference))
    except Exception as error:  # whatever it is that cannot be read, it has a result's name
        return f"{type(error).__name__}: {error}"
    differ = [name for name in _PARTS if not _same(getattr(ours, name), getattr(right, name))]
    return f"other {', '.join(differ)}" if differ else None


_PARTS = ("year", "ensemble_member", "member_label", "task", "axis", "maxima", "tracks", "matches")


def _same(one, other):
    if is_dataclass(one):
        return all(_same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    one, other = np.asarray(one), np.asarray(other)
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind in "fM")
