"""`inv nameserver`, `inv stop-nameserver`, `inv manage`: the cluster's part on this machine."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from stormtracks import config, paths
from stormtracks.console import foreign, services
from stormtracks.console.local_paths import folder_below
from stormtracks.console.terminal import output
from stormtracks.console.years import refuse_season
from stormtracks.errors import StormtracksError
from stormtracks.on_host import processes
from stormtracks.pyro_cluster import pidfile, pyro_manager, pyro_nameserver
from stormtracks.pyro_cluster.manager import options
from stormtracks.pyro_cluster.manager.plan import ManagePlan, settings_of
from stormtracks.pyro_cluster.manager.workers.supply import Supply
from stormtracks.science.findings import findings
from stormtracks.science.settings import Settings


def nameserver(background: bool = False) -> None:
    """Run the nameserver that hosts.yaml names, here until Ctrl-C or in the background."""
    cluster = config.load()
    where = cluster.nameserver
    arguments = ["--host", where.host, "--port", str(where.port), "--named-in", str(cluster.path)]
    if not background:
        sys.exit(pyro_nameserver.main(arguments))
    running = processes.holder(pidfile.nameserver_path())
    if running:
        output().print(f"a nameserver is already running on this machine, pid {running.pid}")
        return
    log = pidfile.nameserver_path().with_suffix(".log")
    process = services.start(services.NAMESERVER, arguments, pidfile.nameserver_path(), log)
    output().print(f"nameserver at {where.host}:{where.port}, pid {process.pid}; log: {log}", soft_wrap=True)


def stop_nameserver() -> None:
    """Stop the nameserver of this machine; where none is running, only say so."""
    process = processes.holder(pidfile.nameserver_path())
    if process is None:
        output().print("no nameserver is running on this machine")
        return
    killed = services.end(process)
    output().print(f"nameserver {'killed' if killed else 'stopped'}, pid {process.pid}")


def manage(given: Mapping[str, Any], hosts: str | None = None) -> NoReturn:
    """Manage a run as the options say, with the nameserver of hosts.yaml; ends with the manager's exit status.

    Parameters
    ----------
    given : mapping
        The options of `manager.options`, by their names in Python.
    hosts : str, optional
        The hosts.yaml that was given, also for the commands in messages.
    """
    cluster = config.load(hosts)
    nameserver = cluster.nameserver
    values = options.read(given)
    settings = _settings(values.pop("settings"), values.pop("set"))
    refuse_season(settings.get("season"), values["starts"])
    values["results"] = folder_below(values["results"], cluster.results)
    if values["engine"] != "pyro":
        values |= foreign.values(cluster, values["scheduler"])
    elif not given.get("engine"):
        foreign.refuse_none(cluster)
    plan = ManagePlan(
        **values,
        settings=settings,
        nameserver=(nameserver.host, nameserver.port),
        renamed=Settings.RENAMED,
        hosts=hosts,
        hosts_file=os.path.realpath(cluster.path),
        workers=_workers_of(cluster.path) if values["engine"] == "pyro" else None,
        collected=cluster.results,
        supply=_supply_of(cluster),
        tell=findings,
    )
    sys.exit(pyro_manager.run(plan))


def _supply_of(cluster: config.Cluster) -> Supply | None:
    """Where the run gets further workers: the queues of hosts.yaml; None, and nothing imported, where it has none."""
    if not cluster.has_queue:
        return None
    from stormtracks.hosts.queued.supply import QueuedSupply

    return QueuedSupply(cluster)


def _workers_of(path: Path) -> Callable[[], Mapping[str, str] | None]:
    """What tells which workers a hosts.yaml has now, and the results folders of those here; None: it cannot be read.

    A host may be added while a run goes on, so the file is read again where it has changed.
    """
    read: dict[tuple[int, int], Mapping[str, str]] = {}

    def workers() -> Mapping[str, str] | None:
        try:
            status = path.stat()
            version = status.st_mtime_ns, status.st_size
            if version not in read:
                read[version] = {one.name: _results(one, path.parent) for one in config.load(path).workers}
            return read[version]
        except (StormtracksError, OSError):  # it is being edited
            return None

    return workers


def _results(worker: config.WorkerHost, folder: Path) -> str:
    """The results folder of a worker of this machine; of another host only that host knows it."""
    return str(paths.expand(worker.results, folder)) if worker.local else ""


def _settings(files: Sequence[str], texts: Sequence[str]) -> dict[str, object]:
    """Settings that the science knows: others are refused here, rather than by every task."""
    settings = settings_of(files, texts, Settings.RENAMED)
    Settings.from_mapping(settings, ", ".join([*files, *(["--set"] if texts else [])]))
    return settings
