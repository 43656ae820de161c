"""The files of a worker on its host: those by which it is known, and those that hosts.yaml names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stormtracks import paths
from stormtracks.pyro_cluster import pidfile


@dataclass(frozen=True)
class WorkerFiles:
    """The files by which a worker is known on its host."""

    pid: Path
    """Locked by the worker for as long as it lives."""

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> "WorkerFiles":
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


def path_of(request: Mapping[str, Any], key: str) -> Path:
    """The path that hosts.yaml has under a key, expanded on this host.

    Raises
    ------
    paths.PathRefused
        A variable that is not set on this host; the message names the key and the host.
    """
    return paths.expand(request[key], _base(request), f"'{key}' in hosts.yaml")


def optional_path_of(request: Mapping[str, Any], key: str) -> Path | None:
    """The same for a key that hosts.yaml may leave out; None where it does."""
    return path_of(request, key) if request.get(key) else None


def _base(request: Mapping[str, Any]) -> Path:
    """Where relative paths start from: the code, or on the operator's machine the folder of hosts.yaml."""
    if request["local"]:
        return Path(request["base"])  # the name of a folder, in which ~ and $ mean nothing
    code = paths.expand(request["base"], "", "'code' in hosts.yaml")
    return code if code.is_absolute() else paths.expand("~", "", "'code' in hosts.yaml") / code
