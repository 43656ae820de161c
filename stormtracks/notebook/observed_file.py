"""The file of observed tracks that results were matched with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MARKS = ("ibtracs", "hurdat", "bal", "bep", "bwp")


def observed_file(provenance: Mapping[str, Any]) -> Path | None:
    """The file of best tracks among the inputs of a result; None where there was none, or it is not here any more."""
    paths = [Path(file["path"]) for file in provenance.get("inputs") or []]
    named = [path for path in paths if path.name.lower().startswith(_MARKS)]
    return next((path for path in named if path.exists()), None)
