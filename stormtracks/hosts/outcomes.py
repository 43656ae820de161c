"""Do something on all hosts at once, at most some at a time; one bad host never stops the others."""

import queue
import sys
import threading
from dataclasses import dataclass, field

from stormtracks.errors import StormtracksError
from stormtracks.hosts.links import link

AT_ONCE = 8


@dataclass(frozen=True)
class HostOutcome:
    """How it went on one host, in a line; `facts` are for tables."""

    host: str
    ok: bool
    text: str
    facts: dict = field(default_factory=dict)


def everywhere(cluster, job, config, at_once=AT_ONCE, show=None):
    """Do a job on every host of a cluster.

    Parameters
    ----------
    cluster : config.Cluster
    job : callable
        ``job(link, worker) -> HostOutcome``; a `HostFault` is an outcome too.
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
    done, turn = queue.SimpleQueue(), threading.BoundedSemaphore(max(1, at_once))

    def attend(worker):
        with turn:
            done.put(_attempt(worker, job, config))

    for worker in cluster.workers:  # daemons: Ctrl-C ends the command, whatever hosts are waited for
        threading.Thread(target=attend, args=(worker,), daemon=True, name=worker.name).start()
    found = {}
    for _ in cluster.workers:
        outcome = done.get()
        found[outcome.host] = outcome
        if show:
            show(outcome)
    return [found[worker.name] for worker in cluster.workers]


def line(outcome, width=0):
    """Write an outcome as a line."""
    mark = "ok    " if outcome.ok else "FAILED"
    text = outcome.text.replace("\n", "\n" + " " * (width + 9))
    sys.stdout.write(f"{outcome.host:<{width}} {mark} {text}\n")
    sys.stdout.flush()


def lines(cluster):
    """A function that writes outcomes of this cluster, names aligned."""
    width = max(len(worker.name) for worker in cluster.workers)
    return lambda outcome: line(outcome, width)


def _attempt(worker, job, config):
    try:
        with link(worker, config) as linked:
            return job(linked, worker)
    except StormtracksError as fault:
        return HostOutcome(worker.name, False, str(fault))
    except Exception as error:  # a fault of ours must not hide how the other hosts are
        return HostOutcome(worker.name, False, f"unexpected {type(error).__name__}: {error}")
