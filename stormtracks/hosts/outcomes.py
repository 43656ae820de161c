"""Do something on all hosts at once, at most some at a time; one bad host never stops the others."""

import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import fabric

from stormtracks.config import Cluster, WorkerHost
from stormtracks.errors import StormtracksError
from stormtracks.hosts.asking import BugOnHost
from stormtracks.hosts.links import Link, link
from stormtracks.terminal_text import clean

AT_ONCE = 8
OF_DASK = (
    "nothing to start here: whatever runs the Dask scheduler starts and stops its workers; inv manage --engine dask "
    "gives them work"
)


@dataclass(frozen=True)
class HostOutcome:
    """What became of an errand on one host.

    Attributes
    ----------
    host : str
        The worker's name in hosts.yaml.
    ok : bool
    text : str
        One line for people, or several.
    facts : mapping
        The host's answer, for tables; empty where there is none.
    bug : Exception, optional
        An unexpected error, here or on the host; it is for the developers.
    """

    host: str
    ok: bool
    text: str
    facts: Any = field(default_factory=dict)
    bug: Exception | None = None


Errand = Callable[[Link, WorkerHost], HostOutcome]


def everywhere(
    cluster: Cluster,
    errand: Errand,
    config: fabric.Config,
    at_once: int = AT_ONCE,
    show: Callable[[HostOutcome], object] | None = None,
) -> list[HostOutcome]:
    """Do an errand on every host of a cluster.

    Parameters
    ----------
    cluster : config.Cluster
    errand : callable
        ``errand(link, worker) -> HostOutcome``; what it raises becomes an outcome too.
    config : fabric.Config
    at_once : int
        Hosts at a time.
    show : callable, optional
        Called with each outcome as it comes.

    Returns
    -------
    list of HostOutcome
        In the order of hosts.yaml.
    """
    done: queue.SimpleQueue[HostOutcome] = queue.SimpleQueue()
    turn = threading.BoundedSemaphore(max(1, at_once))

    def work_on(worker: WorkerHost) -> None:
        with turn:
            done.put(_attempt(worker, errand, config))

    for worker in cluster.workers:  # daemon threads: Ctrl-C ends the command, also while it waits for a host
        threading.Thread(target=work_on, args=(worker,), daemon=True, name=worker.name).start()
    found = {}
    for _ in cluster.workers:
        outcome = done.get()
        found[outcome.host] = outcome
        if show:
            show(outcome)
    return [found[worker.name] for worker in cluster.workers]


def write_line(outcome: HostOutcome, width: int = 0) -> None:
    """Write an outcome to standard output, its further lines indented below the first."""
    mark = "ok    " if outcome.ok else "FAILED"
    text = clean(outcome.text).replace("\n", "\n" + " " * (width + 9))
    sys.stdout.write(f"{outcome.host:<{width}} {mark} {text}\n")
    sys.stdout.flush()


def line_writer(cluster: Cluster) -> Callable[[HostOutcome], None]:
    """A function that writes outcomes of this cluster, their texts aligned."""
    width = max(len(worker.name) for worker in cluster.workers)
    return lambda outcome: write_line(outcome, width)


def raise_bugs(outcomes: list[HostOutcome]) -> None:
    """Raise the bugs that showed on some hosts, now that every host is done."""
    bugs = [outcome.bug for outcome in outcomes if outcome.bug]
    if len(bugs) == 1:
        raise bugs[0]
    if bugs:
        raise ExceptionGroup(f"bugs on {len(bugs)} hosts, such as {bugs[0]}", bugs)


def _attempt(worker: WorkerHost, errand: Errand, config: fabric.Config) -> HostOutcome:
    if worker.launch == "dask":
        return HostOutcome(worker.name, True, OF_DASK)
    try:
        with link(worker, config) as linked:
            return errand(linked, worker)
    except (StormtracksError, OSError) as fault:
        return HostOutcome(worker.name, False, str(fault))
    except Exception as error:  # it is raised again when the other hosts are done, see `raise_bugs`
        what = error.what if isinstance(error, BugOnHost) else f"{type(error).__name__}: {error}"
        return HostOutcome(worker.name, False, f"a bug in stormtracks: {what}", bug=error)
