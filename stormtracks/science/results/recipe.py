"""What a result was made from, and whether that is the same as what is wanted now."""

import json
import random
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science.errors import ResultError
from stormtracks.science.records import InputFile
from stormtracks.science.results.file import load_header
from stormtracks.science.results.header import Header
from stormtracks.science.results.places import Folder
from stormtracks.science.results.places import members as members_of
from stormtracks.science.results.places import path as path_of
from stormtracks.science.results.places import years as years_of
from stormtracks.science.settings import ADDED, TASKS, Settings


def recipe(settings: Settings, inputs: Iterable[InputFile], task: str = "vort_track", **more: Any) -> dict[str, Any]:
    """What a result depends on, in plain values: a result of the same recipe need not be made again.

    Parameters
    ----------
    settings : Settings
    inputs : iterable of InputFile
    task : str
        Whose settings are taken: others may change without a change of this result.
    **more
        Further plain values that it depends on.

    Returns
    -------
    dict
        With keys "settings", "inputs" (a dict of path, size, mtime_ns for each) and those of `more`.
    """
    files = [{"path": str(file.path), "size": file.size, "mtime_ns": file.mtime_ns} for file in inputs]
    return {"settings": settings.of_task(task), "inputs": files, **more}


def load_settings(path: Folder) -> Settings:
    """The settings that a result was made with, under today's names also for a result of version 1.0.

    Parameters
    ----------
    path : path_like
        The file of a result of any task.

    Returns
    -------
    Settings

    Raises
    ------
    ResultError
        There is no such result, or it cannot be read or does not contain its settings.
    KeyRefused
        An unknown setting, such as one of a later version.
    """
    provenance = load_header(path).provenance
    if "settings" not in provenance:
        raise ResultError(f"{path}: does not contain its settings; compute it again with --overwrite")
    return Settings.of_result(provenance["settings"], f"{path}: settings")


def existing(path: Folder, wanted: dict[str, Any]) -> Header | None:
    """The header of the result that is there, if it is the one that is wanted.

    Parameters
    ----------
    path : Path
        Place of the result, as `results.path` gives it.
    wanted : dict
        The `recipe` of the result to be made. Every key of it must be in the result's provenance and equal.
        Inputs are the same if their names, sizes and times of last change (to the second) are: hosts keep
        copies of the data in folders of their own. The software version is not compared.

    Returns
    -------
    Header or None
        None where there is no result.

    Raises
    ------
    ResultError
        The result there is of other settings or inputs (the message says what differs), or cannot be read.
    """
    path = Path(path)
    if not path.exists():
        return None
    header = load_header(path)
    refuse_other(path, header, wanted)
    return header


def refuse_other(path: Path, header: Header, wanted: Mapping[str, Any]) -> None:
    """Refuse a result that is not the one that is wanted; see `existing`.

    Raises
    ------
    ResultError
    """
    if (
        path.parts[-3:-1] != (header.task, label.name(header.year))
        or path.name != f"member_{header.ensemble_member:03d}.nc"
    ):
        raise ResultError(
            f"{path}: contains task '{header.task}', year {header.year}, member {header.ensemble_member}: it was moved "
            "or renamed; move it back, delete it, or run with --overwrite"
        )
    differences = _differences(_complete(header), json.loads(json.dumps(wanted)))
    if differences:
        raise ResultError(
            f"{path}: was made from other settings or inputs: {'; '.join(differences)}. Choose another folder for "
            "the results with --results, or run with --overwrite to replace it"
        )


def conflict(
    folder: Folder, task: str, years: tuple[Label, Label], members: int, wanted: Mapping[str, Any], seconds: float = 1.5
) -> str:
    """In what results of a folder differ from a recipe; nothing where none does of those that there is time for.

    Parameters
    ----------
    folder : path_like
    task : str
    years : tuple of int or str
        First and last year, or start, both included.
    members : int
        Those with lower numbers are looked at.
    wanted : dict
        Some keys of a `recipe`: settings and dataset, say.
    seconds : float
        For so long results are opened, in an order of chance (a thousand in a second or two); one at least is.
    """
    there = [year for year in years_of(folder, task) if _place(years[0]) <= _place(year) <= _place(years[1])]
    cells = [(year, member) for year in there for member in members_of(folder, year, task) if member < members]
    random.Random(len(cells)).shuffle(cells)
    plain, until = json.loads(json.dumps(wanted)), time.monotonic() + seconds
    for year, member in cells:
        place = path_of(folder, task, year, member)
        if differences := _different_there(place, plain):
            return f"{place}: {'; '.join(differences)}"
        if time.monotonic() > until:
            break
    return ""


def _place(year: Label) -> tuple[bool, str]:
    """Where a label comes in the order of labels; see `label.in_order`."""
    return label.is_start(year), label.name(year)


def _different_there(place: Path, wanted: Mapping[str, Any]) -> list[str]:
    try:
        return _differences(_complete(load_header(place)), wanted)
    except ResultError:  # damaged, say: its task says so
        return []


def _complete(header: Header) -> dict[str, Any]:
    """The provenance with the settings that a result of an earlier version was made without."""
    recorded = header.provenance.get("settings")
    if header.task != "vort_track" or not isinstance(recorded, dict):
        return dict(header.provenance)
    return {**header.provenance, "settings": {**ADDED, **recorded}}


def _differences(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """What differs, as text, key by key."""
    found: list[str] = []
    for key, value in wanted.items():
        known = there.get(key)
        if key == "inputs":
            found += _different_inputs(known or [], value)
        elif isinstance(known, dict) and isinstance(value, dict):
            found += [_changed(k, known, value) for k in sorted(known | value) if known.get(k) != value.get(k)]
        elif known != value:
            found.append(_rebuilt(key) if known and key in TASKS else _changed(key, there, wanted))
    return found


def _changed(key: str, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    then, now = (json.dumps(values[key]) if key in values else "unknown" for values in (there, wanted))
    return f"{key} was {then}, now {now}"


def _rebuilt(task: str) -> str:
    return f"the result of {task} that it was built on has been replaced by another"


def _different_inputs(there: Iterable[Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> list[str]:
    then, now = _by_name(there), _by_name(wanted)
    return [
        f"input {name} was {then.get(name, 'not used')}, now {now.get(name, 'not used')}"
        for name in sorted(then | now)
        if then.get(name) != now.get(name)
    ]


def _by_name(inputs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Name of each file -> what tells its versions apart, as text."""
    found: dict[str, list[str]] = {}
    for file in sorted(inputs, key=lambda file: (file["size"], file["mtime_ns"])):
        changed = datetime.fromtimestamp(file["mtime_ns"] // 10**9, UTC)
        found.setdefault(Path(file["path"]).name, []).append(f"{file['size']} bytes of {changed:%Y-%m-%dT%H:%M:%SZ}")
    return {name: " and ".join(versions) for name, versions in found.items()}
