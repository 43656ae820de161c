"""`inv status`: a run seen from another terminal. Loads little, so that it answers at once."""

import json
import shutil

from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.journal import report, runs
from stormtracks.pyro_cluster.journal.lock import JournalRefused


def status(name=None, as_json=False):
    """Print the grid and the figures of a run (the newest, where none is named), or one JSON object."""
    try:
        state = runs.read(name)
    except JournalRefused as error:
        raise BadValue(str(error)) from error
    if as_json:
        print(json.dumps(report.as_json(state)))
        return
    size = shutil.get_terminal_size((100, 40))
    print("\n".join(report.status(state, size.lines, size.columns)))
