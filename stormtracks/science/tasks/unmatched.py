"""Why no best track could be looked for: a remark for whoever gave best tracks and finds an empty table."""

import functools

import numpy as np

from stormtracks.readable import moment
from stormtracks.science import sphere
from stormtracks.science.arrays import Times
from stormtracks.science.records import BestTracks, InputFile, TimeAxis
from stormtracks.science.settings import Settings
from stormtracks.science.tasks import kept_best_tracks


def reason(file: InputFile, best_tracks: BestTracks, axis: TimeAxis, settings: Settings) -> str:
    """Why no best track is in the table of matches, as one sentence.

    Parameters
    ----------
    file : InputFile
        The file of best tracks.
    best_tracks : BestTracks
        What it has between the first and the last time of the data.
    axis : TimeAxis
        The data's times.
    settings : Settings

    Returns
    -------
    str
        For a season that no best track is considered in (see `matching.match`).
    """
    inside = sphere.in_region(best_tracks.lat, best_tracks.lon, settings.region)
    if not len(best_tracks):
        return _other_dates(file, axis, settings)
    if not inside.any():
        return f"no best track of {file.path.name} is in the region {_listed(settings.region)}; correct region or file"
    name, least = file.path.name, settings.min_common_times
    inside &= (best_tracks.time >= axis.times[0]) & (best_tracks.time <= axis.times[-1])
    enough_between = np.bincount(best_tracks.storm[inside], minlength=1).max() >= least
    if settings.best_track_times == "data" and enough_between:
        return (
            f"no best track of {name} has {least} observations at the data's times, {_clock(axis.times)}; "
            "set best_track_times=interpolate"
        )
    return f"no best track of {name} has {least} observations in the data's {len(axis)} times"


def _other_dates(file: InputFile, axis: TimeAxis, settings: Settings) -> str:
    span, name = _span(file, settings.wind_source), file.path.name
    if span is None:
        return f"{name} has no best track; name another file"
    (first, last), ours = span, f"the data are of {moment(axis.times[0])} to {moment(axis.times[-1])}"
    if last < axis.times[0]:
        return f"{name} ends on {moment(last)}, {ours}; name a newer file of best tracks"
    if first > axis.times[-1]:
        return f"{name} begins on {moment(first)}, {ours}; name a file of best tracks that has them"
    return f"{name} has no best track at the time of the data: {ours}"


@functools.lru_cache(maxsize=4)  # every year without a storm asks
def _span(file: InputFile, wind_source: str) -> tuple[np.datetime64, np.datetime64] | None:
    return kept_best_tracks.span(file, wind_source)


def _clock(times: Times) -> str:
    """The times of the day that data have: "01:30, 04:30, ..."."""
    of_day = np.unique(times - times.astype("datetime64[D]"))
    shown = [str(np.datetime64("2000-01-01", "s") + one)[11:16] for one in of_day[:3]]
    return ", ".join([*shown, *(["..."] if len(of_day) > 3 else [])])


def _listed(region: sphere.Region | None) -> str:
    return ", ".join(f"{one:g}" for one in region or ())
