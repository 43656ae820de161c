"""What the figures of `inv plot` are of: the results, tracks and best tracks that its options choose."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from stormtracks.console.local_paths import best_tracks_file
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import best_tracks, chosen_tracks, results
from stormtracks.science.filters import Tally
from stormtracks.science.records import BestTracks, Tracks

TASK = "vort_track"
Options: TypeAlias = Mapping[str, Any]
Figure: TypeAlias = Any  # matplotlib's, which `plots` alone imports


def task_of(options: Options) -> str:
    """The task whose results are drawn."""
    return TASK if options.get("list") is None else "classify"


def year_of(options: Options) -> Label:
    """The one year, or start of a forecast, that a figure shows."""
    chosen = years_of(options["years"]) or results.years(options["results"], task_of(options))
    if len(chosen) != 1:
        said = (
            f", of {chosen[0]} to {chosen[-1]}; choose it, as --years {chosen[-1]}"
            if chosen
            else "; choose it with --years"
        )
        raise BadValue(f"this figure shows one year, or one forecast{said}")
    return chosen[0]


def loaded(options: Options, place: Path, tally: Tally) -> chosen_tracks.ChosenTracks:
    """The tracks of a member, or of its list, that are asked for."""
    return chosen_tracks.load(place, options.get("list")).kept(tally)


def best_tracks_of(options: Options, tracks: Tracks, made_from: Path) -> BestTracks | None:
    """The best tracks of the times of some tracks, read with the settings of a result."""
    file = best_tracks_file(options["best_tracks"])
    return best_tracks.beside(file, tracks, results.load_settings(made_from)) if file else None


def list_text(options: Options) -> str:
    """The list whose storms are drawn, for a title; nothing of all tracks."""
    return f", list {options['list']}" if options.get("list") else ""


def asked_text(options: Options) -> str:
    """What of the tracks is drawn, for a title; not the region, which a map shows."""
    asked = replace(options["filter"], region=None)
    return f"; {'storms' if options.get('list') else 'tracks'} that {asked.describe()}" if asked else ""
