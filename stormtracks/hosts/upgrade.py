"""Bring this checkout's code to hosts whose workers run, one host after the other: stop, deploy, start."""

import threading
from pathlib import Path
from typing import Any

from stormtracks.config import Cluster, WorkerHost
from stormtracks.errors import StormtracksError
from stormtracks.hosts import deploy, kinds, workers
from stormtracks.hosts.asking import BugOnHost, ask, request
from stormtracks.hosts.links import HostFault, Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.on_host.answers import LookAnswer
from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.version import code_version


class RunUnderWay(StormtracksError):
    """A run of another version has the workers; the message says how to go on."""


def check_runs() -> None:
    """Raise `RunUnderWay` where a manager of this machine does a run of another version: it would lose its workers.

    A run is done by one version, so workers that are upgraded are left out of it.
    """
    for name in runs.names():
        try:
            state = runs.read(name)
        except JournalRefused:
            continue  # `inv status` says so; no manager has it
        version = state.run.get("version")
        if state.managed and runs.under_way(state.run) and version != code_version():
            raise RunUnderWay(
                f"run {name} is under way with stormtracks {version}, and this checkout is {code_version()}: workers "
                "that are upgraded would be left out of it. Wait until it has ended; or end it with Ctrl-C, run fab "
                "upgrade, and resume it with the same inv manage command. If it was started with --any-version, run "
                "fab upgrade --any-version"
            )


def errand(cluster: Cluster, wheels: Path | None = None, patience: float = workers.PATIENCE_SECONDS) -> Errand:
    """An errand that upgrades a host; after the first host that cannot be, no other is begun.

    Parameters
    ----------
    cluster : config.Cluster
    wheels : path, optional
        As for `deploy.errand`.
    patience : float
        Seconds that running tasks get.
    """
    steps = (kinds.stop(cluster, False, patience), deploy.errand(cluster, wheels), kinds.start(cluster))
    failed: list[str] = []
    lock = threading.Lock()

    def upgrade(link: Link, worker: WorkerHost) -> HostOutcome:
        if failed:
            return HostOutcome(worker.name, False, f"not begun, because {failed[0]} could not be upgraded")
        try:
            outcome = _upgraded(link, cluster, worker, steps)
        except (StormtracksError, OSError, BugOnHost):
            with lock:
                failed.append(worker.name)
            raise
        if not outcome.ok:
            with lock:
                failed.append(worker.name)
        return outcome

    return upgrade


def _upgraded(link: Link, cluster: Cluster, worker: WorkerHost, steps: tuple[Errand, ...]) -> HostOutcome:
    version = _version(link, cluster, worker)
    if version == code_version():
        return HostOutcome(worker.name, True, f"runs {version} already")
    if version is None:  # no worker runs, and none is to be started
        return steps[1](link, worker)
    texts = []
    for step in steps:
        try:
            outcome = step(link, worker)
        except HostFault as fault:
            outcome = HostOutcome(worker.name, False, str(fault))
        texts.append(outcome.text)
        if not outcome.ok:
            note = (
                "; its worker is stopped: put this right, then run fab deploy and fab start-workers"
                if texts[1:]
                else ""
            )
            return HostOutcome(worker.name, False, f"{'; '.join(texts)}{note}", outcome.facts)
    return HostOutcome(worker.name, True, "; ".join(texts), outcome.facts)


def _version(link: Link, cluster: Cluster, worker: WorkerHost) -> str | None:
    """The version that a host's worker runs, as far as it says; None: no worker runs there."""
    try:
        if worker.queued:
            from stormtracks.hosts.queued.look import versions

            return " and ".join(versions(link, cluster, worker)) or None
        answer: LookAnswer = ask(link, worker, "look", request(cluster, worker))
    except (HostFault, BugOnHost):
        return None  # no code yet, or broken one, which the deploy replaces: nothing of ours runs from there
    if answer["state"] != "running":
        return None
    says: Any = answer.get("says") or {}
    if says.get("fault"):
        return "unusable"
    return str(says.get("version", "unknown"))
