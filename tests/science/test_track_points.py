"""Points of tracks in the order of time: nothing is lost, and any other points are told from them."""

import dataclasses
import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.passes import TrackPoints
from stormtracks.science.passes.points import COLUMNS, UNKNOWN
from stormtracks.science.records import TimeAxis, Tracks

HOURS = 6.0 * np.arange(12)
AXIS = TimeAxis(np.datetime64("2005-08-25T00", "s") + (3600 * HOURS).astype("timedelta64[s]"), HOURS)
SPANS = st.lists(st.tuples(st.integers(0, 11), st.integers(1, 6)), min_size=1, max_size=6)


def points_of(spans):
    steps = [np.arange(first, min(first + length, 12)) for first, length in spans]
    step = np.concatenate(steps)
    lat = np.random.default_rng(0).uniform(-60, 60, len(step)).round(0)  # with ties
    sizes = np.array([len(one) for one in steps])
    tracks = Tracks(sizes, AXIS.times[step], lat, lat * 2.0, np.ones(len(step), np.float32), np.arange(len(step)))
    return *TrackPoints.of(tracks, (lat / 90, -lat / 90), AXIS), tracks, step


@given(SPANS)
def test_each_point_of_the_tracks_is_there_once_in_the_order_of_time(spans):
    points, order, tracks, step = points_of(spans)
    assert sorted(order) == list(range(len(step))) and list(points.step) == sorted(step)
    assert np.array_equal(tracks.lat[order], points.lat) and np.array_equal(step[order], points.step)


@given(SPANS, st.integers(0, 12), st.integers(0, 12))
def test_parts_make_up_the_whole(spans, one, other):
    points, *_ = points_of(spans)
    cuts = [0, *sorted((one, other)), 12]
    parts = [points.within(slice(*cut)) for cut in itertools.pairwise(cuts)]
    joined = TrackPoints.joined(parts)
    assert all(np.array_equal(getattr(joined, name), getattr(points, name)) for name in COLUMNS)
    assert np.array_equal(joined.digest, points.digest)


@given(SPANS, st.sampled_from(sorted(COLUMNS)), st.data())
def test_other_points_have_another_digest(spans, name, data):
    points, *_ = points_of(spans)
    changed = getattr(points, name).copy()
    changed[data.draw(st.integers(0, len(points) - 1))] += 1
    other = dataclasses.replace(points, **{name: changed})
    fewer = points.take(slice(1, None))
    assert len({tuple(one.digest) for one in (points, other, fewer)} | {tuple(UNKNOWN)}) == 4
