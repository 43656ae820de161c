"""A hosts.yaml as a whole."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from stormtracks import strict_dataclass
from stormtracks.config import checks
from stormtracks.config.worker_host import WorkerHost
from stormtracks.strict_dataclass import KeyRefused


@dataclass(frozen=True)
class Nameserver:
    """Where the nameserver listens: an address of this machine that every worker host can reach."""

    host: str = "localhost"
    port: int = 9090

    def __post_init__(self) -> None:
        checks.port("port", self.port)
        checks.text("host", self.host)


@dataclass(frozen=True)
class Cluster:
    """A hosts.yaml: the nameserver, the worker hosts with the defaults merged in, and this machine's results folder."""

    nameserver: Nameserver
    workers: tuple[WorkerHost, ...]
    results: Path
    path: Path

    @property
    def folder(self) -> Path:
        """The folder of hosts.yaml, which relative paths of this machine start from."""
        return self.path.parent

    @property
    def has_queue(self) -> bool:
        """Whether workers of any entry are jobs of a queue."""
        return any(worker.queued for worker in self.workers)

    def only(self, names: str | None) -> "Cluster":
        """The same cluster with some of its hosts.

        Parameters
        ----------
        names : str or None
            Names separated by commas; None or empty: all.

        Raises
        ------
        KeyRefused
            A name that no host has.
        """
        wanted = list(dict.fromkeys(name.strip() for name in (names or "").split(",") if name.strip()))
        known = {worker.name: worker for worker in self.workers}
        for name in wanted:
            if name not in known:
                raise KeyRefused(f"{self.path}: {strict_dataclass.unknown(name, known, 'host')}")
        return dataclasses.replace(self, workers=tuple(known[name] for name in wanted) or self.workers)
