"""What lines a run has, as a journal keeps them and as text: years, or the starts of forecasts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from stormtracks import label
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.pyro_cluster.pyro_task import Lines, lines_of


def of_run(run: Mapping[str, Any]) -> Lines:
    """The lines of a run, from the row of its journal.

    Parameters
    ----------
    run : mapping
        ``start_year`` and ``end_year``; and ``starts`` in order, where it has such.
    """
    return tuple(run["starts"]) if run.get("starts") else range(run["start_year"], run["end_year"] + 1)


def between(first: Label, last: Label) -> str:
    """The first and the last line as text, and as part of a run's name.

    Examples
    --------
    >>> from stormtracks.pyro_cluster.journal import extent
    >>> extent.between(2000, 2012), extent.between("2025-06-01T00", "2025-06-22T00")
    ('2000-2012', '2025-06-01T00..2025-06-22T00')
    """
    if not label.is_start(first):
        return f"{first}-{last}"
    return f"{first}" if first == last else f"{first}..{last}"


def as_json(starts: Iterable[Label]) -> str | None:
    """Starts as a journal keeps them; None where a run has years."""
    found = list(starts)
    return json.dumps(found) if found else None


def read_json(text: object) -> list[Label] | None:
    """Starts that a journal has kept; None where it has none.

    Raises
    ------
    ValueError
        They make no sense.
    """
    if text is None:
        return None
    found = json.loads(text) if isinstance(text, str) else None
    if not isinstance(found, list) or not found or list(lines_of(found)) != found:
        raise BadValue(f"{text!r:.40} are not starts of forecasts")
    return found
