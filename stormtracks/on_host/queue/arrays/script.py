"""The script of a job: pure text. Of hosts.yaml only `setup` is meant for its shell."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from stormtracks import commands

_END = "END_OF_THE_REQUEST"
_CARRIED = ("STORMTRACKS_HOME", "STORMTRACKS_SECRET")
"""Where a job finds the state and the key; not every queue hands the environment on."""


def shell() -> str:
    """What runs the script: bash where there is one, as people write the lines of `setup` for it.

    `module` and `conda` are functions of bash, sites bring them there by BASH_ENV, and dash has no `source`.
    """
    return "/bin/bash" if os.access("/bin/bash", os.X_OK) else "/bin/sh"


def text(action: str, request: Mapping[str, Any], head: Sequence[str] = (), runs: str = "/bin/sh") -> str:
    """A script that runs an action of `on_host` with a request, in its own place: a signal to the job reaches it.

    Parameters
    ----------
    action : str
    request : mapping
        The entry of hosts.yaml.
    head : sequence of str
        Lines that the queueing system needs before all others: `System.head`.
    runs : str
        Program that runs it.

    Examples
    --------
    >>> from stormtracks.on_host.queue.arrays import script
    >>> given = {"code": "/home/ada/code", "python": "python3", "setup": ["module load python"], "name": "big"}
    >>> for line in script.text("queue.pilot", given).splitlines():
    ...     print(line[:50])
    #!/bin/sh
    module load python
    exec sh -c 'c=/home/ada/code; case $c in /*) ;; *)
    {"code": "/home/ada/code", "python": "python3", "s
    END_OF_THE_REQUEST
    """
    environment = {name: os.environ[name] for name in _CARRIED if os.environ.get(name)}
    given = {**request, "env": {**environment, **request.get("env", {})}}
    line = commands.in_job(action, request["code"], request["python"])
    # The delimiter is quoted, so the shell looks for nothing in the request, which is one line of ASCII.
    return "\n".join([f"#!{runs}", *head, *request.get("setup", ()), f"{line} <<'{_END}'", json.dumps(given), _END, ""])
