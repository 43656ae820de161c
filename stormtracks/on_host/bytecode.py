"""Compile the package that was just brought, so that the first start is as quick as the next."""

import compileall
from collections.abc import Mapping
from typing import Any

from stormtracks.on_host.answers import BytecodeAnswer
from stormtracks.version import PACKAGE


def run(request: Mapping[str, Any]) -> BytecodeAnswer:
    """Compile what has changed; a file that cannot be compiled is reported by the process that imports it."""
    return {"whole": bool(compileall.compile_dir(PACKAGE, quiet=2))}
