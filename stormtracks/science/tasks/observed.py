"""The best tracks that tasks match with, and why none was matched."""

import functools

import numpy as np

from stormtracks.science import calendars, ibtracs
from stormtracks.science.records import BestTracks, InputFile, Matches, TimeAxis
from stormtracks.science.settings import Setup
from stormtracks.science.tasks import kept_best_tracks, unmatched


def best_tracks(setup: Setup, axis: TimeAxis) -> BestTracks:
    """Those of the data's times; none without a file, or where the data's dates are not those of observations."""
    if setup.best_tracks is None or calendars.has_own_dates(axis.calendar):
        return BestTracks.none()
    file, source = ibtracs.input_file(setup.best_tracks), setup.settings.wind_source
    return _cached(file, axis.times[0], axis.times[-1], source)


def inputs(setup: Setup) -> tuple[InputFile, ...]:
    """The file of best tracks, if one was given."""
    return (ibtracs.input_file(setup.best_tracks),) if setup.best_tracks else ()


def why_no_matches(setup: Setup, best: BestTracks, axis: TimeAxis, matches: Matches) -> list[str]:
    """A remark where best tracks were given and none of them could have been seen."""
    if setup.best_tracks is None or len(matches):
        return []
    if calendars.has_own_dates(axis.calendar):
        return [f"calendar {axis.calendar}: best tracks are not matched, since no observation has its dates"]
    return [unmatched.reason(ibtracs.input_file(setup.best_tracks), best, axis, setup.settings)]


@functools.lru_cache(maxsize=8)  # a slot does many members of one year, one after the other: the same storms each time
def _cached(file: InputFile, start: np.datetime64, stop: np.datetime64, wind_source: str) -> BestTracks:
    return kept_best_tracks.load(file, start, stop, wind_source)
