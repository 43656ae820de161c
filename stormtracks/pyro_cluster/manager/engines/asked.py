"""What is asked of an engine; and what hosts.yaml says for workers that have no setup of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class GuestEntry:
    """One entry of hosts.yaml, for an engine whose workers have no setup of their own.

    Attributes
    ----------
    name : str
        Of the entry. Its workers share its results folder.
    setup : dict
        Data, dataset, best_tracks, results, scratch as the worker takes them; ``~`` and ``$VARIABLES`` are its host's.
    tasks : str or None
        ``module:TABLE`` of the tasks; none: the worker's default.
    slots : int or None
        Tasks at a time on this machine, where the engine starts the workers itself; none: its cores.
    memory_mb : int or None
        Limit for each of those, MiB.
    """

    name: str = ""
    setup: Mapping[str, Any] = field(default_factory=dict)
    tasks: str | None = None
    slots: int | None = None
    memory_mb: int | None = None


@dataclass(frozen=True)
class Asked:
    """What is asked of an engine; each takes what is meant for it.

    Attributes
    ----------
    nameserver : tuple of (str, int)
    scheduler : str or None
        Address of the scheduler that has the workers; none: the engine starts workers on this machine.
    entry : GuestEntry
    limited : bool
        Whether tasks have a time limit, so that it must be possible to end them.
    hosts_option : str
        What the commands in messages need besides their names.
    """

    nameserver: tuple[str, int] = ("localhost", 9090)
    scheduler: str | None = None
    entry: GuestEntry = field(default_factory=GuestEntry)
    limited: bool = True
    hosts_option: str = ""
