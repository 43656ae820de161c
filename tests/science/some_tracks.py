"""Tracks anywhere on the globe, for Hypothesis; and matches of them."""

import numpy as np
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.records import Matches, Tracks

SIDS = np.array(["2005236N23285", "2005289N18282", "2006150N10250"])


@st.composite
def tracks(draw, most=6):
    """Up to `most` tracks that wander from anywhere, also across the date line and round a pole."""
    size = draw(st.lists(st.integers(1, 6), max_size=most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    points = sum(size)
    row = np.repeat(np.arange(len(size)), size)
    lat = np.clip(rng.choice([0, 10, 60, 88], len(size))[row] + rng.normal(0, 4, points), -90, 90)
    lon = sphere.wrap(rng.choice([0, 90, 178, -179, -80], len(size))[row] + rng.normal(0, 30, points))
    begin = np.datetime64("2005-01-01", "s") + rng.integers(0, 365, len(size)) * np.timedelta64(1, "D")
    step = np.arange(points) - (np.cumsum(size) - size)[row] if size else np.zeros(0, int)
    time = begin[row] + step * np.timedelta64(6, "h")
    vorticity = rng.choice([2e-5, 5e-5, 8e-5], points).astype(np.float32)
    return Tracks(np.array(size, np.int32), time, lat, lon, vorticity, np.arange(points))


@st.composite
def matched(draw, most=6):
    """Tracks with their matches: each is none or one of three best tracks, whose match is one of its tracks."""
    found = draw(tracks(most))
    storm = np.array(draw(st.lists(st.integers(-1, 2), min_size=len(found), max_size=len(found))), np.int32)
    own = [np.flatnonzero(storm == row) for row in range(3)]
    track = np.array([draw(st.sampled_from(rows.tolist())) if len(rows) else -1 for rows in own], np.int32)
    return found, matches_of(track, storm)


def matches_of(track, storm_of_track):
    """Matches of as many of the best tracks, by the track of each (-1: a miss) and the best track of each track."""
    track = np.array(track, np.int32)
    hit = track >= 0
    when = np.where(hit, np.datetime64("2005-09-01", "s"), np.datetime64("NaT"))
    known, count = np.where(hit, 100.0, np.nan), len(track)
    return Matches(
        sid=SIDS[:count],
        name=np.array(["KATRINA", "WILMA", ""])[:count],
        max_wind_kt=np.array([150, 160, np.nan], np.float32)[:count],
        track=track,
        common_times=np.where(hit, 4, 0).astype(np.int32),
        mean_distance_km=known,
        first_time=when,
        last_time=when,
        lead_hours=known,
        storm_of_track=np.array(storm_of_track, np.int32),
    )


REGIONS = st.sampled_from(
    [(0, 30, -100, -20), (-10, 70, 170, -170), (50, 90, -180, 180), (5, 15, 0, 360), (55, 65, 80, 100)]
)


@st.composite
def filters(draw):
    """What a filter may ask, as its keywords."""
    choices = {
        "region": REGIONS,
        "genesis_region": REGIONS,
        "basins": st.sampled_from([("NA",), ("EP", "WP"), ("NI",)]),
        "months": st.sampled_from([(8, 9, 10), (12, 1), (6,)]),
        "min_peak_s1": st.sampled_from([5e-5, 8e-5]),
        "min_hours": st.sampled_from([6, 18]),
        "min_distance_km": st.sampled_from([500, 2000]),
        "matched": st.booleans(),
    }
    return {name: draw(choice) for name, choice in choices.items() if draw(st.booleans())}
