"""The engines by their names. Each is imported when it is chosen: its library may be slow to load, or lacking."""

from collections.abc import Callable
from dataclasses import dataclass, field

from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.manager.engines.door import Cluster
from stormtracks.pyro_cluster.manager.engines.entry import Entry


@dataclass(frozen=True)
class Asked:
    """What is asked of an engine; each takes what is meant for it.

    Attributes
    ----------
    nameserver : tuple of (str, int)
    scheduler : str or None
        Address of the scheduler that has the workers; none: the engine starts workers on this machine.
    entry : Entry
    limited : bool
        Whether tasks have a time limit, so that it must be possible to end them.
    hosts_option : str
        What the commands in messages need besides their names.
    """

    nameserver: tuple[str, int] = ("localhost", 9090)
    scheduler: str | None = None
    entry: Entry = field(default_factory=Entry)
    limited: bool = True
    hosts_option: str = ""


def check(name: str) -> None:
    """Raise `BadValue` where there is no such engine."""
    if name not in ENGINES:
        raise BadValue(f"--engine must be one of {', '.join(ENGINES)}, not {name!r}")


def cluster(name: str, asked: Asked) -> Cluster:
    """The cluster of an engine, not joined yet."""
    check(name)
    return ENGINES[name](asked)


def _pyro(asked: Asked) -> Cluster:
    from stormtracks.pyro_cluster.manager.engines.pyro import ListedWorkers

    return ListedWorkers(*asked.nameserver, asked.hosts_option)


ENGINES: dict[str, Callable[[Asked], Cluster]] = {"pyro": _pyro}
"""Name -> what makes its cluster. A further engine is a line here, and a module of its own."""
