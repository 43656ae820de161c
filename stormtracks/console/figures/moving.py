"""`inv plot --dest x.gif`: figures that move, as films."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks.console.terminal import progress
from stormtracks.errors import BadValue
from stormtracks.science import plots

KINDS = ("tracks", "storm")
"""Figures that are of times one after another."""
DPI = 100
"""Of a film for which none is asked: half of a figure's for print."""


def asked(kind: str, place: Path, overwrite: bool) -> bool:
    """Whether a film is asked for by its name; what cannot be one is refused before anything is read."""
    if place.suffix.lower() not in plots.FILMS:
        return False
    if kind not in KINDS:
        raise BadValue(
            f"--dest {place.name}: --kind {kind} does not move; choose .png, .svg or .pdf, or a film of "
            f"{' or '.join(KINDS)}"
        )
    plots.check_film(place, overwrite)
    return True


def save(scene: plots.Scene, place: Path, options: Mapping[str, Any]) -> Path:
    """Draw a film's frames and write them."""
    with progress("drawing frames") as report:
        dpi = DPI if options.get("dpi") is None else options["printed"].dpi
        return plots.save_film(scene, place, options["overwrite"], dpi=dpi, progress=report)
