"""Folders and files that a command's options leave open: those of this machine's worker in hosts.yaml."""

import os
from pathlib import Path

from stormtracks import config


def local_path(key, given=None):
    """The path that was given, else the local worker's `key` (results, data, best_tracks); None for neither."""
    if given:
        return Path(given).expanduser()
    cluster = config.load()
    if key == "results":
        return cluster.results
    local = local_worker()
    value = local and getattr(local, key)
    return cluster.folder / os.path.expandvars(Path(value).expanduser()) if value else None


def local_worker():
    """This machine's worker in hosts.yaml, if it has one."""
    return next((worker for worker in config.load().workers if worker.local), None)


def best_tracks_file(given=None):
    """The best tracks' file that was given or that hosts.yaml names, if it is there."""
    path = local_path("best_tracks", given)
    return path if path and (given or path.exists()) else None
