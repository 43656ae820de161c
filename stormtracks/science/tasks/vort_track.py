"""The task `vort_track`: winds -> vorticity -> maxima -> tracks -> matches -> result file, for one member of a year."""

import platform
from collections.abc import Mapping
from typing import Any

from stormtracks import strict_dataclass
from stormtracks.label import Label
from stormtracks.science import kernel, linked_tracks, linking, matching, passes, reanalysis, results
from stormtracks.science.passes import Progress
from stormtracks.science.records import Maxima
from stormtracks.science.settings import Setup
from stormtracks.science.tasks import details, kept_season, observed, winds
from stormtracks.version import code_version

NAME = "vort_track"


def vort_track(
    year: Label, ensemble_member: int, setup: Setup | Mapping[str, Any], progress: Progress | None = None
) -> details.Details:
    """Track the vorticity maxima of one member of one year and match them with the best tracks; see `run_task`."""
    clock = details.Clock()
    setup = setup if isinstance(setup, Setup) else strict_dataclass.build(Setup, setup, "setup")
    settings = setup.settings
    with kept_season.season(year, ensemble_member, setup) as season:
        recipe = recipe_of(season, ensemble_member, setup)
        place = results.path(setup.results, NAME, year, ensemble_member)
        results.sweep(place)
        if not setup.overwrite and results.existing(place, recipe):
            there = results.load(place)
            saved = place, results.digest(place)
            return details.of(there.header, saved, clock, skipped=True, matches=there.matches)
        scratch = winds.scratch(season, setup)
        found = passes.member_maxima(season, ensemble_member, winds.stages(settings), scratch, progress)
        axis, label = season.axis_of(ensemble_member), season.members[ensemble_member]
        lacking = _lacking(season, ensemble_member)
    _give_back(found)
    tracks = linking.link(found, axis, looked_up=True, **settings.keywords(linking.link))
    _give_back(found)
    best_tracks = observed.best_tracks(setup, axis)
    _give_back(found)
    matches = matching.match(tracks, best_tracks, axis, **settings.keywords(matching.match))
    _give_back(found)
    lacking["remarks"] += [*best_tracks.remarks, *observed.why_no_matches(setup, best_tracks, axis, matches)]
    provenance = recipe | lacking | {"version": code_version(), "kernel": kernel.in_use()}
    provenance |= {"host": platform.node()} | clock.spent()
    result = results.Result(year, ensemble_member, label, NAME, axis, found, tracks, matches, provenance)
    saved = results.save_hashed(result, setup.results)
    return details.of(result.header, saved, clock, skipped=False, matches=matches)


def recipe_of(season: reanalysis.Season, ensemble_member: int, setup: Setup) -> dict[str, Any]:
    """What the result of a member depends on."""
    inputs = season.inputs(ensemble_member) + observed.inputs(setup)
    how: dict[str, Any] = {"put_on_grid": season.put_on_grid} if season.put_on_grid else {}
    return results.recipe(setup.settings, inputs, dataset=setup.dataset, **season.forecast(ensemble_member), **how)


def _lacking(season: reanalysis.Season, ensemble_member: int) -> dict[str, Any]:
    """What was guessed, left out or found missing in the files, once a member has been read."""
    return {
        "missing_times": season.missing_times,
        "missing_share": season.missing_share(ensemble_member),
        "remarks": list(season.remarks_on(ensemble_member)),
    }


def _give_back(found: Maxima) -> None:
    """Of an hourly year, have what a stage has freed no longer in memory beside what the next one needs."""
    if len(found) > linked_tracks.MANY:
        passes.give_back_freed_memory()
