"""`inv verify`: results against the journal of their run, or a folder of results by itself."""

import sys

from stormtracks.console.local_paths import results_folder
from stormtracks.console.status import hosts_file
from stormtracks.console.tables import FIRST, PEOPLE, Column, Form, Table, show
from stormtracks.console.terminal import output, progress
from stormtracks.pyro_cluster.journal import projects, runs
from stormtracks.report import verification


def verify(folder: str | None = None, run: str | None = None, form: Form = PEOPLE) -> None:
    """Print what is wrong, as a table, CSV or one JSON object; exit status 1 where anything is."""
    if not run and not folder:  # the folder of hosts.yaml is that of its newest run
        run = projects.newest(hosts_file())[0]
    state = runs.read(run) if run else None
    place = results_folder(folder)
    if state and not folder:
        place = place / (state.run.get("results") or "")
    with progress("checking results") as report:
        found = verification.verify(place, state, progress=report)
    if form.for_people:
        _show(found, form)
    else:
        show(_table(found), form, found.to_json())
    if found.problems:
        sys.exit(1)


_COLUMNS = Column("what", worth=FIRST, prose=True), Column("results", identifies=True), Column("more", prose=True)


def _table(found: verification.Verification) -> Table:
    rows = tuple((problem.what, problem.listed, problem.detail) for problem in found.problems)
    return Table(f"{found.folder}{_of(found)}", _COLUMNS, rows)


def _of(found: verification.Verification) -> str:
    return f" of run {found.run}" if found.run else ""


def _show(found: verification.Verification, form: Form) -> None:
    if found.problems:
        show(_table(found), form)
    good = "is as it should be" if found.sound == 1 else "are as they should be"
    more = f"; {found.others:,} more there, not of this run" if found.others else ""
    line = f"{found.sound:,} of {found.number:,} results {good}: {found.folder}{_of(found)}{more}"
    output().print(line, soft_wrap=True, markup=False)
