"""Observed tracks for figures: of the file that results were matched with, where it is still there."""

from collections.abc import Iterable
from pathlib import Path

from stormtracks.label import Label
from stormtracks.notebook.chosen.selection import Selection
from stormtracks.science import results
from stormtracks.science.best_tracks import beside
from stormtracks.science.records import BestTracks, Tracks


def file_of(selection: Selection, years: Iterable[Label]) -> Path | None:
    """The file that was given, or else the one that the results of some years were matched with, if it is here."""
    if selection.opened.best_tracks is not None:
        return selection.opened.best_tracks
    named = (results.load_header(_first(selection, year)).best_tracks for year in years)
    return next((path for path in named if path is not None and path.exists()), None)


def best_tracks(selection: Selection, tracks: Tracks, year: Label) -> BestTracks | None:
    """Observed tracks of the times of some tracks, read as the results of the year were matched."""
    file = file_of(selection, [year])
    return beside(file, tracks, results.load_settings(_first(selection, year))) if file else None


def _first(selection: Selection, year: Label) -> Path:
    opened, task = selection.opened, selection.choice.task
    return results.path(opened.folder, task, year, opened.members(task, year)[0])
