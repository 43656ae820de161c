"""Where this host's part of a task's setup lies: paths as they are written, expanded and held to be there."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks import private, web_path
from stormtracks.errors import StormtracksError
from stormtracks.paths import expand

_OWN_SCRATCH = "or correct 'scratch' to a folder of your own, such as /tmp/stormtracks-$USER"


class Refused(StormtracksError):
    """A worker that cannot be started as asked."""


def expanded(setup: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A setup with ``~`` and ``$VARIABLES`` of this host in its paths, and with folders that are there.

    Parameters
    ----------
    setup : mapping
        Values of `orders.SETUP`.
    folder : path
        Where relative paths begin.

    Raises
    ------
    Refused
    """
    given = dict(setup)
    for key in given:
        if key != "dataset" and given[key]:
            given[key] = str(expand(given[key], folder, f"'{key}'"))
    _check(given)
    return given


def _check(setup: Mapping[str, Any]) -> None:
    data = setup.get("data")
    if data and not (web_path.is_address(data) or Path(data).is_dir()):
        raise Refused(f"the data folder {data} does not exist on {socket.gethostname()}; mount it, or correct 'data'")
    for key in ("results", "scratch"):
        if setup.get(key):
            try:
                if key == "scratch":
                    private.folder(setup[key], _OWN_SCRATCH, common=True)
                else:
                    Path(setup[key]).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise Refused(
                    f"the {key} folder {setup[key]} cannot be created: {error.strerror}; correct '{key}', or create "
                    "the folder"
                ) from error
            if not os.access(setup[key], os.W_OK | os.X_OK):
                raise Refused(f"the {key} folder {setup[key]} cannot be written to; fix its permissions")
