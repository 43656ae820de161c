"""`inv status`: a run seen from another terminal. Imports little, so that it answers at once."""

import contextlib
import json
import os
import shutil
import sys

from stormtracks import config
from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster.journal import projects, report, runs
from stormtracks.science.findings import findings
from stormtracks.terminal_text import clean_line


def status(name: str | None = None, as_json: bool = False) -> None:
    """Print the grid and the figures of a run, or one JSON object; none is named: the newest of this hosts.yaml."""
    others: list[str] = []
    if name is None:
        name, others = projects.newest(hosts_file())
        if name is None and others:
            mine = hosts_file()
            alone = f"{mine} has no run yet" if mine else "there is no hosts.yaml here"
            print(clean_line(f"{alone}; the newest run of another hosts file:"), file=sys.stderr)
            name, others = others[0], others[1:]
    state = runs.read(name)
    if as_json:
        print(json.dumps(report.as_json(state)))
        return
    size = shutil.get_terminal_size((100, 40))
    lines = report.status(state, size.lines, size.columns, findings)
    if others:
        one = len(others) == 1
        there = "there is also a run of another hosts file" if one else f"there are also {len(others):,} runs of others"
        lines.append(f"{there}: inv status --run {others[0]}")
    print("\n".join(map(clean_line, lines)))


def hosts_file() -> str:
    """The hosts.yaml that is meant here, as journals name it; empty: there is none."""
    with contextlib.suppress(StormtracksError):
        return os.path.realpath(config.hosts_file())
    return ""
