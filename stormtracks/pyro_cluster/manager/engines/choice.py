"""The engines by their names. Each is imported when it is chosen: its library may be slow to load, or lacking."""

from collections.abc import Callable

from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.manager.engines.asked import Asked
from stormtracks.pyro_cluster.manager.engines.door import Cluster

Engine = Callable[[Asked], Cluster]
"""Makes a cluster, not joined yet, of what is asked."""


def check(name: str) -> None:
    """Refuse, by `BadValue`, a name that no engine has."""
    if name not in ENGINES:
        raise BadValue(f"--engine must be one of {', '.join(ENGINES)}, not {name!r}")


def engine(name: str) -> Engine:
    """An engine by its name."""
    check(name)
    return ENGINES[name]()


def _pyro() -> Engine:
    from stormtracks.pyro_cluster.manager.engines.pyro import ListedWorkers

    return ListedWorkers.of


def _dask() -> Engine:
    from stormtracks.pyro_cluster.manager.engines.dask.cluster import DaskCluster

    return DaskCluster


ENGINES: dict[str, Callable[[], Engine]] = {"pyro": _pyro, "dask": _dask}
"""Name -> what loads it. A further engine is a line here, and a module of its own."""
