"""Compile the package that was just brought, so that the first start is as quick as the next."""

import compileall

from stormtracks.version import PACKAGE


def run(request):
    """Compile what has changed; that some file cannot be is told by whoever imports it."""
    return {"whole": bool(compileall.compile_dir(PACKAGE, quiet=2))}
