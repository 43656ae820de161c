"""`inv status`: a run seen from another terminal. Imports little, so that it answers at once."""

import json
import shutil

from stormtracks.pyro_cluster.journal import report, runs
from stormtracks.terminal_text import clean_line


def status(name: str | None = None, as_json: bool = False) -> None:
    """Print the grid and the figures of a run (the newest, where none is named), or one JSON object."""
    state = runs.read(name)
    if as_json:
        print(json.dumps(report.as_json(state)))
        return
    size = shutil.get_terminal_size((100, 40))
    print("\n".join(map(clean_line, report.status(state, size.lines, size.columns))))
