"""A member's tracks and what was collected along them, from the results of `vort_track` and `field_collection`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.label import Label
from stormtracks.science.errors import NeedsResult
from stormtracks.science.records import Matches, TimeAxis, Tracks
from stormtracks.science.results.alike import kinds_of_inputs
from stormtracks.science.results.fields import load_fields
from stormtracks.science.results.foundation import foundation, foundation_of_tracks
from stormtracks.science.results.header import Header
from stormtracks.science.results.places import Folder, path
from stormtracks.science.results.storage import load, load_headed_tracks
from stormtracks.science.shown import Shown
from stormtracks.science.track_fields import TrackFields

_USUAL_DEGREES = 1.0
"""Of a result that does not say how fine its grid was: thresholds are then those of a fine one."""

_OF_A_KIND = (
    "level_hpa", "threshold_s1", "min_separation_km", "linker", "max_speed_m_s1", "max_missing_steps",
    "strength_cost_km", "min_points", "min_peak_s1",
)  # fmt: skip
"""Settings of `vort_track` that say what a track is."""


@dataclass(frozen=True)
class Member(Shown):
    """What lists of storms are made of.

    Attributes
    ----------
    tracked, collected : Header
        Of both results.
    axis : TimeAxis
    tracks : Tracks
    matches : Matches
        Of the tracks, with the best tracks.
    fields : TrackFields
    tracked_as, collected_as : str
        See `results.foundation`.
    """

    tracked: Header
    collected: Header
    axis: TimeAxis
    tracks: Tracks
    matches: Matches
    fields: TrackFields
    tracked_as: str
    collected_as: str

    def __repr__(self) -> str:
        head = self.tracked
        tracks = f"{len(self.tracks):,} tracks with {len(self.fields.values)} features"
        return f"<Member: {head.year}, member {head.ensemble_member} ({head.member_label!r}): {tracks}>"

    @property
    def grid_degrees(self) -> float:
        """Spacing of the grid."""
        return self.fields.grid_degrees or _USUAL_DEGREES

    @property
    def kind(self) -> Mapping[str, Any]:
        """What the data are and what a track is, in plain values; see `lists.Weights`."""
        settings = self.tracked.provenance["settings"]
        return {
            "inputs": kinds_of_inputs(self.collected.provenance),
            "grid_degrees": float(np.round(self.grid_degrees, 3)),
            "made_of": dict(self.fields.made_of),
            "settings": {name: settings[name] for name in _OF_A_KIND if name in settings},
        }


def load_member(folder: Folder, year: Label, ensemble_member: int) -> Member:
    """Both results of a member.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    year : int or str
    ensemble_member : int

    Raises
    ------
    NeedsResult
        The fields were collected along other tracks.
    ResultError
        One of them is not there, or damaged.
    """
    found = load(folder, year, ensemble_member)
    header, fields = load_fields(folder, year, ensemble_member)
    tracked_as = foundation_of_tracks(found.header, found.tracks)
    if header.provenance.get("vort_track") != tracked_as:
        raise NeedsResult(
            f"{path(folder, 'field_collection', year, ensemble_member)}: was collected along other tracks than those "
            "of the result of vort_track; run the task field_collection again with --overwrite",
            "field_collection",
        )
    return Member(
        tracked=found.header,
        collected=header,
        axis=found.axis,
        tracks=found.tracks,
        matches=found.matches,
        fields=fields,
        tracked_as=tracked_as,
        collected_as=_foundation_of_fields(header, fields),
    )


def replaced(folder: Folder, header: Header) -> tuple[str, ...]:
    """Tasks whose result, which a result was built on, has been replaced by another; one that is gone is none of them.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    header : Header
        Of the result.

    Raises
    ------
    ResultError
        One that it was built on is damaged.
    """
    places = {task: path(folder, task, header.year, header.ensemble_member) for task in _FOUNDATIONS}
    return tuple(
        task
        for task, now in _FOUNDATIONS.items()
        if task in header.provenance and places[task].exists() and now(places[task]) != header.provenance[task]
    )


def _foundation_of_fields(header: Header, fields: TrackFields) -> str:
    return foundation(header, [fields.values[name] for name in sorted(fields.values)])


_FOUNDATIONS: Mapping[str, Callable[[Path], str]] = {
    "vort_track": lambda place: foundation_of_tracks(*load_headed_tracks(place)),
    "field_collection": lambda place: _foundation_of_fields(*load_fields(place)),
}
"""Task -> what results that are built on its result say of it."""
