"""The task `field_collection`: tracks and fields -> what the fields show around each point -> result file."""

import contextlib
import functools
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import strict_dataclass
from stormtracks.label import Label
from stormtracks.science import kernel, linking, passes, reanalysis, results, track_fields
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.errors import NeedsResult, ResultError
from stormtracks.science.passes import Progress, TrackPoints
from stormtracks.science.reanalysis import roles
from stormtracks.science.records import Tracks
from stormtracks.science.settings import Setup
from stormtracks.science.tasks import details, kept_season, vort_track, winds
from stormtracks.science.tasks.all_fields import AllFields
from stormtracks.science.track_fields import TrackFields, features
from stormtracks.version import code_version

NAME = "field_collection"


def field_collection(
    year: Label, ensemble_member: int, setup: Setup | Mapping[str, Any], progress: Progress | None = None
) -> details.Details:
    """Collect what the fields show around the points of one member's tracks; see `run_task`.

    Raises
    ------
    NeedsResult
        The member has no result of `vort_track`.
    """
    clock = details.Clock()
    setup = setup if isinstance(setup, Setup) else strict_dataclass.build(Setup, setup, "setup")
    with kept_season.with_further(year, ensemble_member, setup) as (season, further):
        base, tracks = tracked(season, year, ensemble_member, setup)
        inputs = sorted({*season.inputs(ensemble_member), *further.inputs(ensemble_member)}, key=lambda file: file.path)
        built_on = results.foundation_of_tracks(base, tracks)
        of_forecast = season.forecast(ensemble_member)
        recipe = results.recipe(setup.settings, inputs, NAME, dataset=setup.dataset, vort_track=built_on, **of_forecast)
        place = results.path(setup.results, NAME, year, ensemble_member)
        results.sweep(place)
        if not setup.overwrite and (there := results.existing(place, recipe)):
            return details.of(there, (place, results.digest(place)), clock, skipped=True)
        fields = AllFields(season, further, setup.settings)
        points, order = _track_points(tracks, season, ensemble_member)
        scratch = winds.scratch(season, setup)
        others = functools.partial(_points_of, season, year, setup, scratch)
        found = passes.member_fields(fields, ensemble_member, points, others, scratch, progress)
        collected = _collected(found, order, fields, season)
        remarks = [*further.remarks_on(ensemble_member), *_on_missing(fields.missing, further)]
        counts = _counts(season, tracks, collected)
    provenance = recipe | {"remarks": remarks, "version": code_version(), "kernel": kernel.in_use()}
    provenance |= {"host": platform.node()} | clock.spent()
    header = results.Header(year, ensemble_member, base.member_label, NAME, counts, provenance)
    saved = results.save_fields(header, tracks, collected, setup.results)
    return details.of(header, saved, clock, skipped=False)


def tracked(
    season: reanalysis.Season, year: Label, ensemble_member: int, setup: Setup
) -> tuple[results.Header, Tracks]:
    """The result of `vort_track` that a member's later tasks are built on: its header and its tracks.

    Raises
    ------
    NeedsResult
        It is not there.
    ResultError
        It is of other settings or inputs, or damaged.
    """
    place = results.path(setup.results, vort_track.NAME, year, ensemble_member)
    both = f"--task {vort_track.NAME},{NAME}"
    if not place.exists():
        raise NeedsResult(f"{place}: is not there, and {NAME} is built on it; run it with {both}", vort_track.NAME)
    try:
        header, tracks = results.load_headed_tracks(place)
        results.refuse_other(place, header, vort_track.recipe_of(season, ensemble_member, setup))
    except ResultError as error:
        raise ResultError(f"{error}. {NAME} is built on this result: {both} makes both") from error
    return header, tracks


def _points_of(season: reanalysis.Season, year: Label, setup: Setup, scratch: Path, member: int) -> TrackPoints | None:
    """The points of another member, from its result or from the maxima of a pass; None: its winds are not read yet."""
    with contextlib.suppress(ResultError):  # one of other settings, say: its own task will say so
        _, tracks = tracked(season, year, member, setup)
        return _track_points(tracks, season, member)[0]
    found = passes.maxima_if_known(season, member, winds.stages(setup.settings), scratch)
    if found is None:
        return None
    tracks = linking.link(found, season.axis_of(member), **setup.settings.keywords(linking.link))
    return _track_points(tracks, season, member)[0]


def _track_points(tracks: Tracks, season: reanalysis.Season, ensemble_member: int) -> tuple[TrackPoints, Ints]:
    return TrackPoints.of(tracks, track_fields.motion(tracks), season.axis_of(ensemble_member))


def _collected(found: Mapping[str, Floats], order: Ints, fields: AllFields, season: reanalysis.Season) -> TrackFields:
    """The features in the order of the tracks' points."""
    values = {name: np.empty_like(one) for name, one in found.items()}
    for name, one in found.items():
        values[name][order] = one
    return TrackFields(values, fields.made_of, fields.missing, float(np.median(np.diff(season.grid.lat))))


def _counts(season: reanalysis.Season, tracks: Tracks, collected: TrackFields) -> dict[str, float]:
    return {
        "steps": len(season.axis),
        "tracks": len(tracks),
        "points": len(tracks.time),
        "features": len(collected.values),
        "missing_features": len(collected.missing),
    }


def _on_missing(missing: Mapping[str, str], further: reanalysis.Further) -> list[str]:
    """What could not be made: a note for all fields that no file has, and one for each other reason."""
    nowhere = set(further.nowhere)
    reasons: dict[str, list[str]] = {}
    for name, why in missing.items():
        lacking = {role for role in features.NEEDS[name] if role in further.missing}
        if not lacking or not lacking <= nowhere:
            reasons.setdefault(why, []).append(name)
    others = [f"no {', '.join(names)}: {why}" for why, names in reasons.items()]
    return [*_on_absent(further.nowhere), *others]


def _on_absent(absent: Sequence[str]) -> list[str]:
    """What is said of the roles that no file has; the result says of each feature why it is not there."""
    if not absent:
        return []
    used = [role for role in absent if role in _OF_LISTS]
    lost = f"lists would use {', '.join(used)} (docs/datasets.md)" if used else "no list needs them"
    return [f"no file has {', '.join(map(_with_levels, absent))}; {lost}"]


def _with_levels(role: str) -> str:
    levels = [f"{level:g}" for level in roles.ROLES[role].levels if role in _OF_LISTS]
    either = " or ".join(filter(None, (", ".join(levels[:-1]), *levels[-1:])))
    return f"{role} ({either} hPa)" if either else role


_OF_LISTS = ("pressure", "height_upper", "height_middle", "height_lower")
"""Further fields that decide which tracks are in a list."""
