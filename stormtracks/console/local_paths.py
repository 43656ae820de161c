"""Folders and files that a command's options leave open: those of this machine's worker in hosts.yaml."""

import contextlib
import os
from pathlib import Path

from stormtracks import config, paths
from stormtracks.errors import BadValue, StormtracksError


def local_path(key: str, given: str | Path | None = None) -> Path | None:
    """The path that was given, else the local worker's `key` (data, best_tracks, scratch); None for neither.

    Raises
    ------
    PathRefused
        A ``$VARIABLE`` in it that is not set here; the message names the option or the key.
    """
    if given:
        return paths.expand(given, where=f"--{key.replace('_', '-')}")
    cluster, worker = config.load(), local_worker()
    written = worker and getattr(worker, key)
    if not worker or not written:
        return None
    return paths.expand(written, cluster.folder, f"{cluster.path}: '{key}' of {worker.name}")


def results_folder(given: str | Path | None = None) -> Path:
    """The folder of results that was given, else that of hosts.yaml.

    A name that does not exist here may be that of a folder below the one of hosts.yaml, as `inv manage --results` has.
    """
    if not given:
        return config.load().results
    place = paths.expand(given, where="--results")
    if not place.is_absolute() and not place.exists():
        with contextlib.suppress(StormtracksError):
            below = config.load().results / place
            return below if below.is_dir() else place
    return place


def folder_below(given: str | None, results: Path) -> str | None:
    """The name of a folder below each worker's results folder; a path below the one of this machine is that too.

    Parameters
    ----------
    given : str or None
        None or empty: that folder itself.
    results : Path
        The results folder of this machine.

    Raises
    ------
    BadValue
        Anything that leads elsewhere.
    """
    if not given:
        return None
    expanded = paths.expand(given, where="--results")
    here = Path(os.path.abspath(expanded))  # noqa: PTH100 - `..` goes, links stay
    if here == results:
        return None
    name = here.relative_to(results) if here.is_relative_to(results) else expanded
    if name.is_absolute() or any(part.startswith(".") for part in name.parts):
        raise BadValue(
            f"--results {given} does not lie below the results folder {results}; give the name of a folder there, such "
            "as --results motion, or change 'results' in hosts.yaml"
        )
    return str(name)


def data_folder(given: str | Path | None = None) -> Path:
    """The folder of the reanalysis that was given, else that of the local worker.

    Raises
    ------
    BadValue
        Neither is known.
    """
    folder = local_path("data", given)
    if folder is None:
        raise BadValue(
            f"the data folder is not known: {config.load().path} has no worker with 'launch: local'; give the folder "
            "with --data"
        )
    return folder


def local_worker() -> config.WorkerHost | None:
    """This machine's worker in hosts.yaml, if it has one."""
    return next((worker for worker in config.load().workers if worker.local), None)


def best_tracks_file(given: str | Path | None = None) -> Path | None:
    """The file of best tracks that was given, or that hosts.yaml names, if it is there."""
    path = local_path("best_tracks", given)
    return path if path and (given or path.exists()) else None
