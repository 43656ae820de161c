"""Observed tracks for figures: of the file that results were matched with, where it is still there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormtracks.label import Label
from stormtracks.notebook.chosen.selection import Selection
from stormtracks.science import calendars, ibtracs, results
from stormtracks.science.records import BestTracks, Tracks

_MARKS = ("ibtracs", "hurdat", "bal", "bep", "bwp")


def observed_file(provenance: Mapping[str, Any]) -> Path | None:
    """The file of best tracks among the inputs of a result; None where there was none, or it is not here any more."""
    paths = [Path(file["path"]) for file in provenance.get("inputs") or []]
    named = [path for path in paths if path.name.lower().startswith(_MARKS)]
    return next((path for path in named if path.exists()), None)


def file_of(selection: Selection, year: Label) -> Path | None:
    """The file that was given, or else the one that the results of a year were matched with."""
    if selection.opened.best_tracks is not None:
        return selection.opened.best_tracks
    return observed_file(results.load_header(_first(selection, year)).provenance)


def best_tracks(selection: Selection, tracks: Tracks, year: Label) -> BestTracks | None:
    """Observed tracks of the times of some tracks, read as the results of the year were matched."""
    path = file_of(selection, year)
    if path is None or not len(tracks) or calendars.has_own_dates(tracks.calendar):
        return None
    settings = results.load_settings(_first(selection, year))
    return ibtracs.load(path, tracks.time.min(), tracks.time.max(), **settings.keywords(ibtracs.load))


def _first(selection: Selection, year: Label) -> Path:
    opened, task = selection.opened, selection.choice.task
    return results.path(opened.folder, task, year, opened.members(task, year)[0])
