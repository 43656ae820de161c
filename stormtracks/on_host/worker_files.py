"""Where things lie on this host."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from stormtracks.pyro_cluster import pidfile

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)


def expand(text, base) -> Path:
    """A path of hosts.yaml on this host: a leading ``~`` and ``$VARIABLES`` replaced, nothing evaluated.

    Parameters
    ----------
    text : str
    base : path
        Where a relative path starts from.

    Raises
    ------
    ValueError
        A variable that is not set here: it is never taken for empty.
    """
    home, rest = (str(Path.home()), text[1:]) if text == "~" or text.startswith("~/") else ("", text)
    return Path(base) / (home + _VARIABLE.sub(lambda found: _value(found, text), rest))


def place(request, key) -> Path | None:
    """The path that a request has under a key, expanded; None where it has none."""
    return expand(request[key], expand(request["base"], Path.home())) if request.get(key) else None


@dataclass(frozen=True)
class WorkerFiles:
    """The files by which a worker is known on its host."""

    pid: Path
    """Locked by the worker for as long as it lives."""

    @classmethod
    def of(cls, request):
        """Those of the worker that a request names."""
        return cls(pidfile.worker_path(request["name"]))

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.pid.parent

    @property
    def log(self) -> Path:
        """What it wrote."""
        return self.pid.with_suffix(".log")

    @property
    def ready(self) -> Path:
        """There once it is registered at the nameserver and answers."""
        return self.pid.with_suffix(".ready")


def _value(found, text):
    name = found[1] or found[2]
    if name not in os.environ:
        raise ValueError(f"{text}: the variable ${name} is not set on this host")
    return os.environ[name]
