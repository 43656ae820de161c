"""Bring this checkout's tracked files, and the packages they need, to hosts: only what changed."""

import contextlib
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from stormtracks import extras
from stormtracks.checkout import CHECKOUT
from stormtracks.config import Cluster, WorkerHost
from stormtracks.errors import StormtracksError
from stormtracks.hosts.asking import BugOnHost, ask, ask_program, request, shaped
from stormtracks.hosts.links import HostFault, Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.on_host.answers import Compared, Environment, KernelAnswer, LookAnswer
from stormtracks.on_host.send import CHUNK

TAKE_SECONDS = 600.0
INSTALL_SECONDS = 1800.0
WHEELS = ".wheels"
_IN_A_CLONE = "run fab in a clone of the repository"


class NothingToDeploy(StormtracksError):
    """The files that were to be deployed do not exist."""


def errand(cluster: Cluster, wheels: Path | None = None, force: bool = False) -> Errand:
    """An errand that deploys to a host.

    Parameters
    ----------
    cluster : config.Cluster
    wheels : path, optional
        A folder with wheels of all requirements, for hosts without the internet.
    force : bool
        Also under a running worker: a slot of it that is started anew then does no task until the worker is.
    """
    sources = files(wheels)
    manifest = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sources.items()}

    def deploy(link: Link, worker: WorkerHost) -> HostOutcome:
        if worker.shared_files or (worker.local and Path(worker.code) == CHECKOUT):
            return HostOutcome(worker.name, True, "uses this checkout: nothing to deploy")
        asked = {"folder": worker.code, "manifest": manifest}
        looked = ask_program(link, worker, "receive", {"action": "look", **asked}, seconds=TAKE_SECONDS)
        found = shaped(looked, Compared)
        if unknown := set(found["differ"]) - set(sources):
            raise HostFault(f"the host asks for {unknown.pop()!r:.100}, which is not deployed: check what runs there")
        if found["differ"] or found["gone"]:
            if not force:
                _refuse_under_worker(link, cluster, worker)
            _send(link, worker, asked, {name: sources[name] for name in found["differ"]})
        environment = _environment(link, worker, found["folder"], bool(wheels))
        if found["differ"]:
            with contextlib.suppress(
                HostFault, BugOnHost
            ):  # it only saves time; `fab check` says what is wrong with the host
                ask(link, worker, "bytecode", request(cluster, worker), TAKE_SECONDS)
        text = f"{len(found['differ'])} file(s) copied, {len(found['gone'])} removed, environment {environment}"
        text += f", kernel {_kernel(link, cluster, worker)}"
        return HostOutcome(worker.name, True, f"{text}: {found['folder']}", found | {"environment": environment})

    return deploy


def files(wheels: Path | None = None) -> dict[str, Path]:
    """The tracked files of this checkout and the wheels: name on the host -> file here."""
    tracked = _listed()
    if "stormtracks/__init__.py" not in tracked:  # installed below a folder that happens to be in another repository
        raise NothingToDeploy(f"git tracks no files of stormtracks in {CHECKOUT}; {_IN_A_CLONE}")
    found = {name: CHECKOUT / name for name in tracked if (CHECKOUT / name).is_file()}
    brought = sorted(wheels.glob("*.whl")) if wheels else []
    if wheels and not brought:
        raise NothingToDeploy(f"no wheels in {wheels}: run pip download -r requirements.txt -d {wheels}")
    return found | {f"{WHEELS}/{path.name}": path for path in brought}


def untracked() -> list[str]:
    """Modules of the package that git does not track: they stay here, and code that needs them fails on the hosts."""
    return _listed("--others", "--exclude-standard", "--", "stormtracks/*.py", "stormtracks/*.c", "stormtracks/*.h")


def _listed(*options: str) -> list[str]:
    command = ["git", "-C", str(CHECKOUT), "ls-files", "-z", *options]
    try:
        listing = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        reason = f"{CHECKOUT} is not a git checkout, and only files that git tracks are deployed ({error})"
        raise NothingToDeploy(f"{reason}; {_IN_A_CLONE}") from error
    return [name for name in listing.decode().split("\0") if name]


def _refuse_under_worker(link: Link, cluster: Cluster, worker: WorkerHost) -> None:
    """A slot of a running worker that is started anew refuses to work with other code than the rest."""
    try:
        what = _runs(link, cluster, worker)
    except (HostFault, BugOnHost):
        return  # no code, no python or broken ones, which this deploy replaces: nothing of ours runs from there
    if what:
        raise HostFault(f"{what}: run fab stop-workers first, or fab deploy --force")


def _runs(link: Link, cluster: Cluster, worker: WorkerHost) -> str:
    """What runs with the code on a host, or will as soon as its queue starts it; "" for nothing."""
    if worker.queued:
        from stormtracks.hosts.queued.look import versions

        return "its jobs are in the queue" if versions(link, cluster, worker) else ""
    answer: LookAnswer = ask(link, worker, "look", request(cluster, worker))
    return "its worker is running" if answer["state"] == "running" else ""


def _send(link: Link, worker: WorkerHost, asked: dict[str, Any], sources: dict[str, Path]) -> None:
    with tempfile.TemporaryFile() as archive:
        with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=5) as tar:
            for name, path in sources.items():
                tar.add(path.resolve(), name, recursive=False)
        archive.seek(0)
        chunks = iter(lambda: archive.read(CHUNK), b"")
        ask_program(link, worker, "receive", {"action": "take", **asked}, chunks, TAKE_SECONDS)


def _environment(link: Link, worker: WorkerHost, folder: str, wheels: bool) -> str:
    """What became of the host's environment; a python that hosts.yaml names is its owner's."""
    if worker.python != WorkerHost.python:
        return f"not changed ('python' in hosts.yaml is {worker.python})"
    asked = {"folder": folder, "wheels": wheels, "extras": [extras.requirements(name) for name in worker.extras]}
    answer = ask_program(link, worker, "environment", asked, seconds=INSTALL_SECONDS)
    return shaped(answer, Environment)["environment"]


def _kernel(link: Link, cluster: Cluster, worker: WorkerHost) -> str:
    """What became of the compiled kernel, without which a host works all the same."""
    try:
        answer: KernelAnswer = ask(link, worker, "kernel", request(cluster, worker), INSTALL_SECONDS)
    except (HostFault, BugOnHost):  # `fab check` says what is wrong with the host
        return "not compiled"
    return f"not compiled ({answer['fault']})" if answer["fault"] else "compiled"
