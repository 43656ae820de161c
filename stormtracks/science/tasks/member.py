"""A member's tracks and what was collected along them, from the results of `vort_track` and `field_collection`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from stormtracks.science import results
from stormtracks.science.errors import NeedsResult, ResultError
from stormtracks.science.records import Matches, TimeAxis, Tracks
from stormtracks.science.results import Header
from stormtracks.science.settings import Setup
from stormtracks.science.track_fields import TrackFields

_USUAL_DEGREES = 1.0
"""Of a result that does not say how fine its grid was: thresholds are then those of a fine one."""

_OF_A_KIND = (
    "level_hpa", "threshold_s1", "min_separation_km", "linker", "max_speed_m_s1", "max_missing_steps",
    "strength_cost_km", "min_points", "min_peak_s1",
)  # fmt: skip
"""Settings of `vort_track` that say what a track is."""


@dataclass(frozen=True)
class Member:
    """What lists of storms are made of.

    Attributes
    ----------
    label : str
        The data's own name of the member.
    axis : TimeAxis
    tracks : Tracks
    matches : Matches
        Of the tracks, with the best tracks.
    fields : TrackFields
    tracked_as, collected_as : str
        See `results.foundation`.
    kind : dict
        What the data are, in plain values; see `lists.Weights`.
    """

    label: str
    axis: TimeAxis
    tracks: Tracks
    matches: Matches
    fields: TrackFields
    tracked_as: str
    collected_as: str
    kind: Mapping[str, Any]

    @property
    def grid_degrees(self) -> float:
        """Spacing of the grid."""
        return self.fields.grid_degrees or _USUAL_DEGREES


def member_of(year: int, ensemble_member: int, setup: Setup) -> Member:
    """Read both results of a member.

    Raises
    ------
    NeedsResult
        One of them is not there, or the fields were collected along other tracks.
    ResultError
        One of them is of other settings, or damaged.
    """
    tracked, collected = (_needed(task, year, ensemble_member, setup) for task in ("vort_track", "field_collection"))
    found = results.load(tracked)
    header, fields = results.load_fields(collected)
    tracks = found.tracks
    tracked_as = results.foundation(found.header, (tracks.row_size, tracks.time, tracks.lat, tracks.lon))
    if header.provenance.get("vort_track") != tracked_as:
        raise NeedsResult(
            f"{collected}: was collected along other tracks than those of {tracked}; run the task field_collection "
            "again with --overwrite",
            "field_collection",
        )
    values = [fields.values[name] for name in sorted(fields.values)]
    return Member(
        label=found.member_label,
        axis=found.axis,
        tracks=tracks,
        matches=found.matches,
        fields=fields,
        tracked_as=tracked_as,
        collected_as=results.foundation(header, values),
        kind=_kind(found.header, header, fields),
    )


def _needed(task: str, year: int, ensemble_member: int, setup: Setup) -> Any:
    """The file of a result that is there and of the same settings."""
    place = results.path(setup.results, task, year, ensemble_member)
    chain = "--task vort_track,field_collection,classify"
    wanted = {"settings": setup.settings.of_task(task), "dataset": setup.dataset}
    try:
        header = results.existing(place, wanted)
    except ResultError as error:
        raise ResultError(f"{error}. classify is built on this result: {chain} makes all") from error
    if header is None:
        raise NeedsResult(f"{place}: is not there, and classify is built on it; run it with {chain}", task)
    return place


def _kind(tracked: Header, collected: Header, fields: TrackFields) -> dict[str, Any]:
    settings = tracked.provenance["settings"]
    return {
        "inputs": results.kinds_of_inputs(collected.provenance),
        "grid_degrees": None if fields.grid_degrees is None else float(np.round(fields.grid_degrees, 3)),
        "made_of": dict(fields.made_of),
        "settings": {name: settings[name] for name in _OF_A_KIND},
    }
