"""What an engine is told of hosts.yaml: how the workers that it did not start itself are to do their tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Entry:
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
