"""The story: file -> winds -> vorticity -> maxima -> tracks -> matches -> result file, for one member of a year."""

import functools
import platform
import time

from stormtracks import strict_dataclass
from stormtracks.science import ibtracs, linking, matching, maxima, passes, reanalysis, results, vorticity
from stormtracks.science.records import BestTracks
from stormtracks.science.settings import Settings, Setup
from stormtracks.version import code_version


def run_task(year, ensemble_member, task, setup, progress=None):
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
        Plain values: what was done, where the result is, what was found. A result that is there already, from the
        same settings and inputs, is not made again (``skipped``).

    Raises
    ------
    ValueError
        A task that is not known; the message lists those that are.
    InputError
        Input that cannot be used; the message names the file.
    ResultError
        A result made from other settings or inputs is in the way.
    """
    if task not in TASKS:
        raise ValueError(strict_dataclass.unknown(task, TASKS, "task"))
    return TASKS[task](year, ensemble_member, setup, progress)


def vort_track(year, ensemble_member, setup, progress=None):
    """Track the vorticity maxima of one member of one year and match them with the best tracks; see `run_task`."""
    clock = _Clock()
    setup = setup if isinstance(setup, Setup) else strict_dataclass.build(Setup, setup, "setup")
    chosen = setup.settings.keywords(reanalysis.open_season)
    with reanalysis.open_season(
        setup.data, year, dataset=setup.dataset, ensemble_member=ensemble_member, **chosen
    ) as season:
        recipe = _recipe(season, ensemble_member, setup)
        place = results.path(setup.results, "vort_track", year, ensemble_member)
        if not setup.overwrite and results.existing(place, recipe):
            return _details(results.load(place), place, clock, skipped=True)
        scratch = setup.scratch or setup.results
        found = passes.member_maxima(season, ensemble_member, stages(setup.settings), scratch, progress)
        axis, label = season.axis, season.members[ensemble_member]
    tracks = linking.link(found, axis, **setup.settings.keywords(linking.link))
    matches = matching.match(tracks, _best_tracks(setup, axis), axis, **setup.settings.keywords(matching.match))
    made = recipe | {"version": code_version(), "host": platform.node()} | clock.spent()
    result = results.Result(year, ensemble_member, label, "vort_track", axis, found, tracks, matches, made)
    return _details(result, results.save(result, setup.results), clock, skipped=False)


MAXIMA_DEPEND_ON = ("level_hpa", "season", "region", "threshold_s1", "min_separation_km")
"""Settings that maxima depend on; the others may differ between tasks that share a pass over the files."""

TASKS = {"vort_track": vort_track}
"""Every task by its name; a function of (year, ensemble_member, setup, progress) that returns plain values."""


class _Clock:
    """Seconds since it was made: on the wall, and of this process's CPU."""

    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def spent(self):
        return {"seconds": time.perf_counter() - self.wall, "cpu_seconds": time.process_time() - self.cpu}


def _recipe(season, member, setup):
    """What the result depends on."""
    best_tracks = (ibtracs.input_file(setup.best_tracks),) if setup.best_tracks else ()
    return results.recipe(setup.settings, season.inputs(member) + best_tracks, dataset=setup.dataset)


def stages(settings: Settings) -> passes.Stages:
    """What turns a block of a season into maxima, with these settings."""
    find = functools.partial(maxima.find, **settings.keywords(maxima.find))
    return passes.Stages(vorticity.cyclonic_from, find, {key: settings.to_mapping()[key] for key in MAXIMA_DEPEND_ON})


def _best_tracks(setup, axis):
    if setup.best_tracks is None:
        return BestTracks.none()
    file, source = ibtracs.input_file(setup.best_tracks), setup.settings.wind_source
    return _cached_best_tracks(file, axis.times[0], axis.times[-1], source)


@functools.lru_cache(maxsize=8)
def _cached_best_tracks(file, start, stop, wind_source):
    """A slot does many members of one year, one after the other: the same storms each time."""
    return ibtracs.load(file.path, start, stop, wind_source=wind_source)


def _details(result, path, clock, skipped):
    """What a command or a manager wants to know of a result, in plain values."""
    matches = result.matches
    found = [
        {
            "sid": str(matches.sid[row]),
            "name": str(matches.name[row]),
            "track_id": int(matches.track[row]),
            "common_times": int(matches.common_times[row]),
            "mean_distance_km": round(float(matches.mean_distance_km[row]), 1),
        }
        for row in matches.hit.nonzero()[0]
    ]
    counts = result.counts
    return {
        "year": result.year,
        "ensemble_member": result.ensemble_member,
        "member_label": result.member_label,
        "task": result.task,
        "status": "complete",
        "skipped": skipped,
        "path": str(path),
        "steps": counts["steps"],
        "maxima": counts["maxima"],
        "tracks": counts["tracks"],
        "matches": found,
        "misses": [
            {"sid": str(matches.sid[row]), "name": str(matches.name[row])} for row in (~matches.hit).nonzero()[0]
        ],
        "counts": counts,
        **clock.spent(),
    }
