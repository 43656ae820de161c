"""`inv status`: a run seen from another terminal. Imports little, so that it answers at once."""

import contextlib
import os
import shutil
import sys

from stormtracks import config
from stormtracks.console import tables
from stormtracks.console.tables import PEOPLE, Column, Form, Table
from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import projects, report, runs
from stormtracks.science.findings import findings
from stormtracks.terminal_text import clean_line


def status(name: str | None = None, form: Form = PEOPLE) -> None:
    """Print grid and figures of a run, its tasks as CSV, or JSON; none is named: the newest of this hosts.yaml."""
    others: list[str] = []
    if name is None:
        name, others = projects.newest(hosts_file())
        if name is None and others:
            mine = hosts_file()
            alone = f"{mine} has no run yet" if mine else "there is no hosts.yaml here"
            print(clean_line(f"{alone}; the newest run of another hosts file:"), file=sys.stderr)
            name, others = others[0], others[1:]
    state = runs.read(name)
    if not form.for_people:
        tables.show(_tasks_table(state), form, report.as_json(state))
        return
    size = shutil.get_terminal_size((100, 40))
    lines = report.status(state, size.lines, size.columns, findings)
    if others:
        one = len(others) == 1
        there = "there is also a run of another hosts file" if one else f"there are also {len(others):,} runs of others"
        lines.append(f"{there}: inv status --run {others[0]}")
    print("\n".join(map(clean_line, lines)))


_COLUMNS = tuple(map(Column, ("year", "member", "task", "status", "worker", "attempts", "error")))


def _tasks_table(state: runs.RunState) -> Table:
    """A row for each task: of a chain the step that it is at."""
    known: dict[tuple[Label, int], tuple[object, ...]] = {
        (slot["year"], slot["member"]): (f"{slot['worker']}/{slot['slot']}", None, None) for slot in state.working
    }
    known |= {(one["year"], one["member"]): (one["worker"], one["attempts"], one["error"]) for one in state.problems}
    tasks = (
        state.schedule.get_task(year, member) for year in state.schedule.years for member in range(state.run["members"])
    )
    rows = (
        (
            one.year, one.ensemble_member, one.task, one.status,
            *known.get((one.year, one.ensemble_member), (None, None, None)),
        )
        for one in tasks
    )  # fmt: skip
    return Table(state.run["name"], _COLUMNS, tuple(rows))


def hosts_file() -> str:
    """The hosts.yaml that is meant here, as journals name it; empty: there is none."""
    with contextlib.suppress(StormtracksError):
        return os.path.realpath(config.hosts_file())
    return ""
