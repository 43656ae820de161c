"""List the results here, and hand over those that are asked for."""

import re
from collections.abc import Mapping
from typing import Any

from stormtracks.on_host.answers import OutboxAnswer
from stormtracks.on_host.worker_files import path_of

_LINE = r"\d{4}(-\d\d-\d\dT\d\d(\d\d)?)?"  # a year, or the start of a forecast as `stormtracks.label` writes it
RESULT = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,99}}/{_LINE}/member_\d{{3,9}}\.nc", re.ASCII)
"""Names of results below their folder; nothing else is given out, and nothing else is accepted by `hosts.collect`."""


def run(request: Mapping[str, Any]) -> OutboxAnswer:
    """The results below the results folder: name -> size in bytes."""
    folder = path_of(request, "results")
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.glob("*/*/*.nc")) if path.is_file()}
    sizes = {name: path.stat().st_size for name, path in paths.items() if RESULT.fullmatch(name)}
    return {"folder": str(folder), "results": sizes}
