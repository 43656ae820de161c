"""Is this result already there? What it was made from tells."""

import json
from datetime import UTC, datetime
from pathlib import Path

from stormtracks.science.errors import ResultError
from stormtracks.science.results.storage import load_header
from stormtracks.science.settings import Settings


def recipe(settings, inputs, **more):
    """What a result depends on, in plain values: the same again need not be made again.

    Parameters
    ----------
    settings : Settings
    inputs : iterable of InputFile
    **more
        Further plain values that it depends on.

    Returns
    -------
    dict
        With keys "settings", "inputs" (a dict of path, size, mtime_ns for each) and those of `more`.
    """
    files = [{"path": str(file.path), "size": file.size, "mtime_ns": file.mtime_ns} for file in inputs]
    return {"settings": settings.to_mapping(), "inputs": files, **more}


def load_settings(path: str | Path) -> Settings:
    """The settings that a result was made with; of one that 1.0 has written, under today's names.

    Raises
    ------
    ResultError
        No such result, or one that cannot be read or does not say it.
    KeyRefused
        A setting that is not known, such as one of a later version.
    """
    made = load_header(Path(path)).provenance
    if "settings" not in made:
        raise ResultError(f"{path}: does not say with which settings it was made; make it again with --overwrite")
    return Settings.from_mapping(made["settings"], f"{path}: settings")


def existing(path, wanted):
    """The header of the result that is there, if it is just the one that is wanted.

    Parameters
    ----------
    path : Path
        Place of the result, as `results.path` gives it.
    wanted : dict
        The `recipe` of the result to be made. Every key of it must be in the result's provenance and equal.
        Inputs are the same if their names, sizes and times of last change (to the second) are: hosts keep
        copies of the data in folders of their own. Other versions of the software do not count.

    Returns
    -------
    Header or None
        None where there is no result.

    Raises
    ------
    ResultError
        There is one of other settings or inputs (the message says what differs), or one that cannot be read.
    """
    path = Path(path)
    if not path.exists():
        return None
    header = load_header(path)
    if (
        path.parts[-3:-1] != (header.task, f"{header.year:04d}")
        or path.name != f"member_{header.ensemble_member:03d}.nc"
    ):
        raise ResultError(
            f"{path}: holds task '{header.task}', year {header.year}, member {header.ensemble_member}: it was moved "
            "or renamed; put it back, delete it, or run with --overwrite"
        )
    differences = _differences(header.provenance, json.loads(json.dumps(wanted)))
    if differences:
        raise ResultError(
            f"{path}: was made from other settings or inputs: {'; '.join(differences)}. Choose another folder for "
            "the results, or run with --overwrite to replace it"
        )
    return header


def _differences(there, wanted):
    """Words for what differs, key by key."""
    found = []
    for key, value in wanted.items():
        known = there.get(key)
        if key == "inputs":
            found += _different_inputs(known or [], value)
        elif isinstance(known, dict) and isinstance(value, dict):
            found += [_changed(k, known, value) for k in sorted(known | value) if known.get(k) != value.get(k)]
        elif known != value:
            found.append(_changed(key, there, wanted))
    return found


def _changed(key, there, wanted):
    then, now = (json.dumps(values[key]) if key in values else "unknown" for values in (there, wanted))
    return f"{key} was {then}, now {now}"


def _different_inputs(there, wanted):
    then, now = _by_name(there), _by_name(wanted)
    return [
        f"input {name} was {then.get(name, 'not used')}, now {now.get(name, 'not used')}"
        for name in sorted(then | now)
        if then.get(name) != now.get(name)
    ]


def _by_name(inputs):
    """Name -> words that tell apart the versions of a file, of each file of that name."""
    found = {}
    for file in sorted(inputs, key=lambda file: (file["size"], file["mtime_ns"])):
        changed = datetime.fromtimestamp(file["mtime_ns"] // 10**9, UTC)
        found.setdefault(Path(file["path"]).name, []).append(f"{file['size']} bytes of {changed:%Y-%m-%dT%H:%M:%SZ}")
    return {name: " and ".join(versions) for name, versions in found.items()}
