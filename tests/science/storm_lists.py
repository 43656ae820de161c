"""Lists of storms of small ensembles whose truth is known: what statistics of lists are tested with."""

import numpy as np
from ensembles import member_result

from stormtracks.science import results
from stormtracks.science.lists import StormList

WINDS = (40.0, 20.0, 25.0, 12.0, 9.0)
"""Highest wind (m s-1) of the five tracks that a member has: three observed storms, one unobserved, one stray."""


def storm_list(member=0, year=2005, classes=(1, 1, 1, 1, 0), chances=(0.9, 0.9, 0.9, 0.6, 0.1), **how):
    """The list of a member of `ensembles`, and its tracks; `classes` and `chances` are of its tracks."""
    made = member_result(member, year, **how)
    return listed(made.tracks, made.matches, classes, chances), made.tracks


def listed(tracks, matches, classes, chances, winds=WINDS):
    """The tracks with a class as a `StormList`; each is strongest in the middle, and tropical but at its ends."""
    count = len(tracks)
    classes, chances = np.array(classes[:count], np.int8), np.array(chances[:count], np.float32)
    place = np.arange(len(tracks.time)) - tracks.start[tracks.row]
    size = tracks.row_size[tracks.row]
    wind = np.array(winds)[tracks.row] * (1 - np.abs(2 * place / (size - 1) - 1) / 2)
    tropical = (place > 0) & (place < size - 1)
    ends = tracks.start + tracks.row_size - 1
    every = StormList(
        tracks=tracks,
        track_id=np.arange(count, dtype=np.int32),
        storm_class=classes,
        probability=chances,
        tc_first=tracks.time[tracks.start + 1],
        tc_last=tracks.time[ends - 1],
        intensity_max=np.maximum.reduceat(wind, tracks.start).astype(np.float32),
        pressure_lowest=(101000 - 100 * np.maximum.reduceat(wind, tracks.start)).astype(np.float32),
        genesis_lat=tracks.lat[tracks.start + 1],
        genesis_lon=tracks.lon[tracks.start + 1],
        tropical=tropical,
        fields={"wind_max": wind.astype(np.float32), "pressure_min": (101000 - 100 * wind).astype(np.float32)},
        matches=matches,
        every_class=classes,
        every_probability=chances,
    )
    return every.take(np.flatnonzero(classes))


def save_lists(folder, members=4, years=(2005,), settings=None, classes=(1, 1, 1, 1, 0), **how):
    """Lists of an ensemble as the task ``classify`` saves them, with the tracks that they are made of."""
    for year in years:
        for member in range(members):
            made = member_result(member, year, **how)
            results.save(made, folder)
            provenance = {"version": "1", "settings": settings or {}}
            header = results.Header(year, member, f"m{member:02d}", "classify", {}, provenance)
            results.save_list(header, storm_list(member, year, classes, **how)[0], folder)
    return folder
