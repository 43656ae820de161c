"""Which run is whose: runs of two hosts.yaml, or of two results folders, never share a name."""

import contextlib
import itertools
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from stormtracks.pyro_cluster.journal import database, journal, schema
from stormtracks.pyro_cluster.journal.runs import names


def name_for(
    base: str,
    hosts: str = "",
    results: str = "",
    folders: Mapping[str, str] | None = None,
    place: Path | None = None,
) -> str:
    """The name of the run of a hosts.yaml and a results folder that was given none: two projects never share one.

    Parameters
    ----------
    base : str
        Task and years, see `identity.default_name`.
    hosts : str
        The hosts.yaml; empty: none.
    results : str
        The folder below the workers' results folders; empty: those themselves.
    folders : mapping of str to str, optional
        Name of each worker -> its results folder, which tells whose a journal of 1.0 is.
    place : Path, optional
        Folder of journals; none: the state folder's.

    Returns
    -------
    str
        `base`, or with the name of the folder or of the hosts.yaml after it where that is another project's.
    """
    place = Path(place or journal.folder())
    path = Path(hosts)
    of = results or (path.parent.name if path.stem == "hosts" else path.stem) or "other"
    suffixed = f"{base}-{re.sub('[^A-Za-z0-9]+', '-', of).strip('-')[:30] or 'other'}"
    numbered = (f"{suffixed}-{number}" for number in itertools.count(2))
    candidates = itertools.chain([] if results else [base], [suffixed], numbered)
    return next(name for name in candidates if _is_of(place / f"{name}.sqlite", hosts, results, folders or {}))


def newest(hosts: str, place: Path | None = None) -> tuple[str | None, list[str]]:
    """The newest run of a hosts.yaml, and the names of runs of others.

    Parameters
    ----------
    hosts : str
        The file. A run that is of none (one of 1.0, say) counts as of any.
    place : Path, optional
        Folder of journals; none: the state folder's.

    Returns
    -------
    name : str or None
        None: there is none.
    others : list of str
        Newest first.
    """
    place = Path(place or journal.folder())
    mine, others = None, []
    for name in reversed(names(place)):
        if (_hosts_of(place / f"{name}.sqlite") or hosts) != hosts:
            others.append(name)
        elif mine is None:
            mine = name
    return mine, others


def _hosts_of(path: Path) -> str:
    with contextlib.suppress(*database.UNREADABLE), contextlib.closing(database.view(path)) as db:
        if "hosts" in schema.columns_of(db, "run") and (row := db.execute("SELECT hosts FROM run").fetchone()):
            return str(row["hosts"] or "")
    return ""


def _is_of(path: Path, hosts: str, results: str, folders: Mapping[str, str]) -> bool:
    """Whether a journal is still to be created, or is that of a project; what cannot be read is refused later."""
    if not path.exists():
        return True
    try:
        with contextlib.closing(database.view(path)) as db:
            row = db.execute("SELECT * FROM run").fetchone()
            known = dict(row) if row else {}
            if known.get("hosts") is not None:
                return (known["hosts"], known["results"] or "") == (hosts, results)
            return not results and _lies_in(db, folders)
    except database.UNREADABLE:
        return True


def _lies_in(db: sqlite3.Connection, folders: Mapping[str, str]) -> bool:
    """Whether the results of a journal of 1.0 lie in the results folders of the workers that are known."""
    rows = db.execute("SELECT worker, max(path) AS path FROM tasks WHERE status = 'complete' GROUP BY worker")
    known = [(row["path"], folders[row["worker"]]) for row in rows if row["path"] and row["worker"] in folders]
    return all(path.startswith(f"{folder}/") for path, folder in known)
