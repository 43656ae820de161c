"""Storm tracks from ensembles of reanalyses, on whatever machines SSH can reach.

The map: `science` (room 1) makes tracks from files, `pyro_cluster` (room 2) spreads the work; `notebook` opens a folder
of results, `config` reads hosts.yaml, `commands` writes the shell lines. What both rooms stand on: `errors`, `paths`,
`disk`, `process`, `readable`, `address`. See docs/architecture.md.
"""

import importlib
import os
from typing import Any

__version__ = "1.0.0"


def open(folder: str | os.PathLike[str] = "results", *, best_tracks: str | os.PathLike[str] | None = None) -> Any:  # noqa: A001
    """The results in a folder, for a notebook: tables, data sets and figures; nothing is read before it is asked for.

    Parameters
    ----------
    folder : path_like
        Folder of all results (``TASK/YEAR/member_NNN.nc`` below it); the run need not have ended.
    best_tracks : path_like, optional
        File of observed tracks for figures; None: the one that the results were matched with, if it is still there.

    Returns
    -------
    stormtracks.notebook.results.Results

    Raises
    ------
    NotThere
        There are no results in it.

    Notes
    -----
    NumPy and what reads results are loaded here, so that to import stormtracks takes no time.
    """
    return importlib.import_module("stormtracks.notebook").open(folder, best_tracks=best_tracks)
