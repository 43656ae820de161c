"""`inv verify`: results against the journal of their run, or a folder of results by itself."""

import json
import sys

from stormtracks.console.local_paths import results_folder
from stormtracks.console.status import hosts_file
from stormtracks.console.terminal import output, progress, table
from stormtracks.pyro_cluster.journal import projects, runs
from stormtracks.report import verification


def verify(folder: str | None = None, run: str | None = None, as_json: bool = False) -> None:
    """Print what is wrong, as a table or one JSON object; exit status 1 where anything is."""
    if not run and not folder:  # the folder of hosts.yaml is that of its newest run
        run = projects.newest(hosts_file())[0]
    state = runs.read(run) if run else None
    place = results_folder(folder)
    if state and not folder:
        place = place / (state.run.get("results") or "")
    with progress("checking results") as report:
        found = verification.verify(place, state, progress=report)
    if as_json:
        print(json.dumps(found.to_json()))
    else:
        _show(found)
    if found.problems:
        sys.exit(1)


def _show(found: verification.Verification) -> None:
    of = f" of run {found.run}" if found.run else ""
    out = output()
    if found.problems:
        shown = table(f"{found.folder}{of}", "what", "results", "more")
        for problem in found.problems:
            shown.add_row(problem.what, problem.listed, problem.detail)
        out.print(shown)
    good = "is as it should be" if found.sound == 1 else "are as they should be"
    more = f"; {found.others:,} more there, not of this run" if found.others else ""
    line = f"{found.sound:,} of {found.number:,} results {good}: {found.folder}{of}{more}"
    out.print(line, soft_wrap=True, markup=False)
