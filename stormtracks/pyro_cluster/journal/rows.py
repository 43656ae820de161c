"""Whether rows of a journal make sense: a disk can change a letter; then one row is wrong and the others are not."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stormtracks.pyro_cluster.journal import extent, schema
from stormtracks.pyro_cluster.pyro_task import STATUSES

MOST_FAULTS = 5
"""Rows that are named; the others are counted."""
_MOST_CELLS = 10**8
_NUMBER = "('integer', 'real')"
_TEXTS = ("worker", "host", "path", "error", "traceback")
_NUMBERS = ("seconds", "cpu_seconds", "attempts", "finished")

_START = "".join("[0-9]" if sign == "0" else sign for sign in "0000-00-00T00")
"""The start of a forecast as SQL's GLOB has it."""
_LABEL = f"""(typeof(year) = 'integer'
OR typeof(year) = 'text' AND (year GLOB '{_START}' OR year GLOB '{_START}[0-9][0-9]'))"""

SOUND = f"""coalesce({_LABEL} AND typeof(member) = 'integer'
AND status IN ({", ".join(f"'{status}'" for status in STATUSES)})
AND {" AND ".join(f"typeof({name}) IN ('text', 'null')" for name in _TEXTS)}
AND {" AND ".join(f"typeof({name}) IN ('integer', 'real', 'null')" for name in _NUMBERS)}
AND CASE WHEN counts IS NULL THEN 1 WHEN json_valid(counts) THEN json_type(counts) = 'object' ELSE 0 END, 0)"""
"""SQL that is 1 for rows of the table ``tasks`` that make sense, and 0 for others; for a chain see `sound`."""
SOUND_WORKING = f"typeof(worker) = 'text' AND typeof(slot) = 'integer' AND typeof(since) IN {_NUMBER}"
SOUND_ATTEMPT = f"""coalesce(typeof(worker) = 'text' AND typeof(slot) IN ('integer', 'null') AND {_LABEL}
AND typeof(member) = 'integer' AND typeof(task) = 'text' AND typeof(began) IN {_NUMBER} AND typeof(ended) IN {_NUMBER}
AND typeof(status) = 'text' AND typeof(error) IN ('text', 'null')
AND typeof(cpu_seconds) IN ('integer', 'real', 'null') AND typeof(read_seconds) IN ('integer', 'real', 'null'), 0)"""
SOUND_EVENT = f"typeof(time) IN {_NUMBER} AND typeof(text) = 'text'"
_RUN: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("name", "task", "settings", "host", "state"), str),
    **dict.fromkeys(("start_year", "end_year"), (int, str)),
    "members": int,
    **dict.fromkeys(("started", "heartbeat"), (int, float)),
}


def sound(tasks: Sequence[str]) -> str:
    """SQL that is 1 for rows of the table ``tasks`` of a run that make sense, and 0 for others.

    Parameters
    ----------
    tasks : sequence of str
        Of the run; of a chain each row names one of them.
    """
    if len(tasks) == 1:
        return SOUND
    return f"({SOUND} AND coalesce(task IN ({', '.join(map(_quoted, tasks))}), 0))"


def _quoted(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def faults(path: Path, unsound: Iterable[Mapping[str, Any]]) -> list[str]:
    """Lines about rows of the table ``tasks`` that make no sense."""
    found = [
        f"{row['year']!r:.20} member {row['member']!r:.20}"
        + (f", status {row['status']!r:.40}" if row["status"] not in STATUSES else "")
        for row in unsound
    ]
    if not found:
        return []
    shown = "; ".join(found[:MOST_FAULTS]) + (f"; and {len(found) - MOST_FAULTS:,} more" if found[MOST_FAULTS:] else "")
    rows = f"{len(found):,} row{'s' * (len(found) > 1)}"
    return [f"{rows} of {path} cannot be read ({shown}); 'inv manage' does these tasks again"]


def fault_of_run(run: Mapping[str, Any]) -> str | None:
    """What makes no sense in the row of the table ``run``; None: nothing."""
    for name, kind in _RUN.items():
        if not isinstance(run.get(name), kind):
            return f"its run has {name} = {run.get(name)!r:.40}"
    number = _number_of_lines(run)
    if number < 1 or run["members"] < 1 or number * run["members"] > _MOST_CELLS:
        return f"its run has years {run['start_year']!s:.40} to {run['end_year']!s:.40} and {run['members']} members"
    try:
        settings = json.loads(run["settings"])
    except ValueError as error:
        return f"the settings of its run: {error}"
    return None if isinstance(settings, dict) else f"the settings of its run are {run['settings']!r:.40}"


def _number_of_lines(run: Mapping[str, Any]) -> int:
    """How many years, or starts, a run has; 0 where that makes no sense."""
    first, last = run["start_year"], run["end_year"]
    try:
        starts = extent.read_json(run.get("starts"))
    except ValueError:  # a BadValue, or what JSON is not
        return 0
    if starts is not None:
        return len(starts) if [first, last] == [starts[0], starts[-1]] else 0
    return last - first + 1 if isinstance(first, int) and isinstance(last, int) and first >= 0 else 0


def settings_in(text: object) -> dict[str, Any]:
    """The settings that a journal has as text.

    Raises
    ------
    json.JSONDecodeError
    sqlite3.DatabaseError
        They are something else than settings.
    """
    settings = json.loads(text) if isinstance(text, str) else None
    if not isinstance(settings, dict):
        raise sqlite3.DatabaseError("the run's settings cannot be read")
    return settings


def places_in(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """What the workers of a run had; a row that makes no sense is left out, and written anew when its worker comes."""
    if not schema.columns_of(db, "places"):
        return {}  # a journal of 1.0
    found = {}
    for worker, text in db.execute("SELECT worker, places FROM places"):
        with contextlib.suppress(TypeError, ValueError):
            places = json.loads(text)
            if isinstance(worker, str) and isinstance(places, dict):
                found[worker] = {str(key): str(value) for key, value in places.items()}
    return found
