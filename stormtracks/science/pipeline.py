"""The story: file -> winds -> vorticity -> maxima -> tracks -> matches -> result file, for one member of a year."""

import functools
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict

import numpy as np

from stormtracks import private, strict_dataclass
from stormtracks.errors import BadValue
from stormtracks.science import (
    calendars,
    ibtracs,
    linking,
    matching,
    maxima,
    passes,
    reanalysis,
    results,
    unmatched,
    vorticity,
)
from stormtracks.science import remarks as remarks_of
from stormtracks.science.passes import Progress
from stormtracks.science.records import BestTracks, InputFile, Matches, TimeAxis
from stormtracks.science.settings import Settings, Setup
from stormtracks.version import code_version


class Miss(TypedDict):
    """A best track that no track matches."""

    sid: str
    name: str


class Hit(Miss):
    """A best track and the track that matches it."""

    track_id: int
    common_times: int
    mean_distance_km: float


class Details(TypedDict):
    """What a command or a manager wants to know of a task that was done, in plain values."""

    year: int
    ensemble_member: int
    member_label: str
    task: str
    status: Literal["complete"]
    skipped: bool
    path: str
    recipe: str
    digest: str
    counts: dict[str, float]
    matches: list[Hit]
    misses: list[Miss]
    remarks: list[str]
    seconds: float
    cpu_seconds: float


def run_task(
    year: int,
    ensemble_member: int,
    task: str,
    setup: Setup | Mapping[str, Any],
    progress: Progress | None = None,
) -> Details:
    """Do one task and save its result.

    Parameters
    ----------
    year : int
    ensemble_member : int
        As the schedule counts, from 0; the data's own label goes into the result.
    task : str
        One of `TASKS`.
    setup : Setup or mapping
        Where inputs and results are, and the settings.
    progress : callable, optional
        Called with (times done, times in all).

    Returns
    -------
    dict
        Plain values: what was done, where the result is, what was found (see `Details`). If there already is a result
        from the same settings and inputs, it is not made again (``skipped``).

    Raises
    ------
    BadValue
        An unknown task; the message lists the known ones.
    InputError
        Input that cannot be used; the message names the file.
    ResultError
        There is a result made from other settings or inputs, or the result cannot be written.
    """
    if task not in TASKS:
        raise BadValue(strict_dataclass.unknown(task, TASKS, "task"))
    return TASKS[task](year, ensemble_member, setup, progress)


def vort_track(
    year: int, ensemble_member: int, setup: Setup | Mapping[str, Any], progress: Progress | None = None
) -> Details:
    """Track the vorticity maxima of one member of one year and match them with the best tracks; see `run_task`."""
    clock = _Clock()
    setup = setup if isinstance(setup, Setup) else strict_dataclass.build(Setup, setup, "setup")
    settings = setup.settings
    with _season(year, ensemble_member, setup) as season:
        recipe = _recipe(season, ensemble_member, setup)
        place = results.path(setup.results, "vort_track", year, ensemble_member)
        results.sweep(place)
        if not setup.overwrite and results.existing(place, recipe):
            return _details(results.load(place), (place, results.digest(place)), clock, skipped=True)
        found = passes.member_maxima(season, ensemble_member, stages(settings), _scratch(season, setup), progress)
        axis, label = season.axis, season.members[ensemble_member]
        lacking = _lacking(season, ensemble_member)
    tracks = linking.link(found, axis, **settings.keywords(linking.link))
    best_tracks = _best_tracks(setup, axis)
    matches = matching.match(tracks, best_tracks, axis, **settings.keywords(matching.match))
    lacking["remarks"] += [*best_tracks.remarks, *_why_no_matches(setup, best_tracks, axis, matches)]
    provenance = recipe | lacking | {"version": code_version(), "host": platform.node()} | clock.spent()
    result = results.Result(year, ensemble_member, label, "vort_track", axis, found, tracks, matches, provenance)
    return _details(result, results.save_hashed(result, setup.results), clock, skipped=False)


def stages(settings: Settings) -> passes.Stages:
    """What turns a block of a season into maxima, with these settings."""
    read, found = settings.keywords(reanalysis.open_season), settings.keywords(maxima.find)
    find = functools.partial(maxima.find, **found)
    return passes.Stages(vorticity.cyclonic_from, find, depends_on=read | found)


Task = Callable[[int, int, Setup | Mapping[str, Any], Progress | None], Details]

TASKS: dict[str, Task] = {"vort_track": vort_track}
"""Every task by its name; a function of (year, ensemble_member, setup, progress) that returns plain values."""


def vort_track_conflict(setup: Mapping[str, Any], first_year: int, last_year: int, members: int) -> dict[str, str]:
    """Whether results are in the way that were made with other settings or another data set.

    Returns
    -------
    dict
        ``conflict``: which result, and in what it differs; empty where none is in the way.
    """
    wanted = strict_dataclass.build(Setup, setup, "setup")
    recipe = {"settings": wanted.settings.of_task("vort_track"), "dataset": wanted.dataset}
    years = first_year, last_year
    return {"conflict": results.conflict(wanted.results, "vort_track", years, members, recipe)}


CONFLICTS: dict[str, Callable[[Mapping[str, Any], int, int, int], Mapping[str, str]]] = {
    "vort_track": vort_track_conflict
}
"""What a task's results are looked at with before a run begins; not every task needs one."""


class _Clock:
    """Seconds since it was created: on the wall, and of this process's CPU."""

    def __init__(self) -> None:
        self.wall = time.perf_counter()
        self.cpu = time.process_time()

    def spent(self) -> dict[str, float]:
        return {"seconds": time.perf_counter() - self.wall, "cpu_seconds": time.process_time() - self.cpu}


def _season(year: int, ensemble_member: int, setup: Setup) -> reanalysis.Season:
    """The year's winds or vorticity, with this member's files opened first."""
    chosen = setup.settings.keywords(reanalysis.open_season)
    return reanalysis.open_season(setup.data, year, **chosen, dataset=setup.dataset, ensemble_member=ensemble_member)


def _recipe(season: reanalysis.Season, ensemble_member: int, setup: Setup) -> dict[str, Any]:
    """What the result depends on."""
    best_tracks = (ibtracs.input_file(setup.best_tracks),) if setup.best_tracks else ()
    return results.recipe(setup.settings, season.inputs(ensemble_member) + best_tracks, dataset=setup.dataset)


def _scratch(season: reanalysis.Season, setup: Setup) -> Path:
    """Where passes lie: in the scratch folder, which must be ours, or below the results, which others may share."""
    if setup.scratch is None or not season.together:
        return setup.scratch or setup.results
    return private.folder(setup.scratch, passes.REMEDY, common=True)


def _lacking(season: reanalysis.Season, ensemble_member: int) -> dict[str, Any]:
    """What was guessed, left out or found missing in the files, once a member has been read."""
    return {
        "missing_times": season.missing_times,
        "missing_share": season.missing_share(ensemble_member),
        "remarks": list(season.remarks_on(ensemble_member)),
    }


def _why_no_matches(setup: Setup, best_tracks: BestTracks, axis: TimeAxis, matches: Matches) -> list[str]:
    """A remark where best tracks were given and none of them could have been seen."""
    if setup.best_tracks is None or len(matches):
        return []
    if calendars.has_own_dates(axis.calendar):
        return [f"calendar {axis.calendar}: best tracks are not matched, since no observation has its dates"]
    return [unmatched.reason(ibtracs.input_file(setup.best_tracks), best_tracks, axis, setup.settings)]


def _best_tracks(setup: Setup, axis: TimeAxis) -> BestTracks:
    if setup.best_tracks is None or calendars.has_own_dates(axis.calendar):
        return BestTracks.none()
    file, source = ibtracs.input_file(setup.best_tracks), setup.settings.wind_source
    return _cached_best_tracks(file, axis.times[0], axis.times[-1], source)


@functools.lru_cache(maxsize=8)  # a slot does many members of one year, one after the other: the same storms each time
def _cached_best_tracks(file: InputFile, start: np.datetime64, stop: np.datetime64, wind_source: str) -> BestTracks:
    return ibtracs.load(file.path, start, stop, wind_source=wind_source)


def _details(result: results.Result, saved: tuple[Path, str], clock: _Clock, skipped: bool) -> Details:
    path, digest = saved
    spent = clock.spent()
    return {
        "year": result.year,
        "ensemble_member": result.ensemble_member,
        "member_label": result.member_label,
        "task": result.task,
        "status": "complete",
        "skipped": skipped,
        "path": str(path),
        "recipe": results.fingerprint(result.provenance),
        "digest": digest,
        "counts": result.counts,
        "matches": _hits(result.matches),
        "misses": _misses(result.matches),
        "remarks": list(remarks_of.of(result.provenance)),
        "seconds": spent["seconds"],
        "cpu_seconds": spent["cpu_seconds"],
    }


def _hits(matches: Matches) -> list[Hit]:
    return [
        {
            "sid": str(matches.sid[row]),
            "name": str(matches.name[row]),
            "track_id": int(matches.track[row]),
            "common_times": int(matches.common_times[row]),
            "mean_distance_km": round(float(matches.mean_distance_km[row]), 1),
        }
        for row in np.flatnonzero(matches.hit)
    ]


def _misses(matches: Matches) -> list[Miss]:
    return [{"sid": str(matches.sid[row]), "name": str(matches.name[row])} for row in np.flatnonzero(~matches.hit)]
