"""List the results here, and hand over those that are asked for."""

import re

from stormtracks.on_host.worker_files import configured

RESULT = re.compile(r"[a-z][a-z0-9_]*/\d{4}/member_\d{3,}\.nc")
"""Names of results below their folder; nothing else is given out, and nothing else is accepted by `hosts.collect`."""


def run(request):
    """The results below the results folder: name -> size in bytes."""
    folder = configured(request, "results")
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.glob("*/*/*.nc")) if path.is_file()}
    sizes = {name: path.stat().st_size for name, path in paths.items() if RESULT.fullmatch(name)}
    return {"folder": str(folder), "results": sizes}
