"""What the map reads is what the tracks were, to the precision stated."""

import base64
import dataclasses
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.report.trackdata import OBSERVED, TrackSet, coast, pack
from stormtracks.report.trackdata.lines import of_tracks
from stormtracks.science.records import BestTracks, Matches, Tracks


def unpack(packed):
    """What page/data.js does."""
    data, at, arrays = zlib.decompress(base64.b64decode(packed["data"])), 0, {}
    for one in packed["arrays"]:
        dtype = np.dtype(one["type"])
        size = one["length"] * dtype.itemsize
        planes = np.frombuffer(data, np.uint8, size, at).reshape(dtype.itemsize, -1)
        array = np.ascontiguousarray(planes.T).view(dtype).ravel()
        arrays[one["name"]] = np.cumsum(array, dtype=dtype) if one["delta"] else array
        at += size
    assert at == len(data)
    return arrays


def tracks_of(*paths, strength=2e-4):
    """Tracks of lists of (lat, lon), six-hourly."""
    size = np.array([len(path) for path in paths], "i4")
    lat, lon = np.array([point for path in paths for point in path], float).reshape(-1, 2).T
    hours = np.concatenate([np.arange(n) * 6 for n in size]) if len(size) else np.zeros(0, int)
    time = np.datetime64("1851-08-01T00", "s") + hours.astype("timedelta64[h]")
    return Tracks(size, time, lat, lon, np.full(len(lat), strength, "f4"), np.arange(len(lat)))


def matches_of(track, name="ONE", tracks=1):
    """One best track that a member's track of this number (-1: none) is."""
    storm_of_track = np.full(tracks, -1, "i4")
    if track >= 0:
        storm_of_track[track] = 0
    nan, never = np.full(1, np.nan), np.full(1, np.datetime64("NaT", "s"))
    return Matches(
        np.array(["1851N1"]),
        np.array([name]),
        np.full(1, 80, "f4"),
        np.array([track], "i4"),
        np.array([8], "i4"),
        nan,
        never,
        never,
        nan,
        storm_of_track,
    )


@given(st.lists(st.integers(-(2**15), 2**15 - 1), max_size=50), st.lists(st.integers(0, 2**16 - 1), max_size=50))
def test_arrays_come_back(signed, unsigned):
    first, second = np.array(signed, "i2"), np.array(unsigned, "u2")
    found = unpack(pack({"a": first}, {"b": second, "c": first}))
    assert (found["a"] == first).all() and (found["b"] == second).all() and (found["c"] == first).all()


def test_tracks_come_back():
    chosen = TrackSet()
    chosen.add(1851, 7, tracks_of([(10.123, 179.99), (-10.126, -179.99)], [(0, 0)]), matches_of(0, tracks=2))
    packed = chosen.packed()
    found = unpack(packed)
    assert found["size"].tolist() == [2, 1] and found["storm"].tolist() == [0, -1]
    assert found["member"].tolist() == [7, 7] and found["year"].tolist() == [0, 0]
    assert found["lat"].tolist()[:2] == [1012, -1013] and found["lon"].tolist()[:2] == [17999, -17999]
    assert found["strength"].tolist() == [2000] * 3 and packed["unit_minutes"] == 360
    begin = np.datetime64(int(found["begin"][0]), "m")
    assert begin == np.datetime64("1851-08-01T00:00") and found["gap"].tolist() == [0, 1, 0]


def test_a_storm_is_one_over_the_members_of_a_year_and_another_in_the_next():
    chosen = TrackSet()
    for year, member in ((1851, 0), (1851, 1), (1852, 0)):
        chosen.add(year, member, tracks_of([(1, 1)]), matches_of(0))
    packed = chosen.packed()
    assert [storm["year"] for storm in packed["storms"]] == [1851, 1852] and packed["years"] == [1851, 1852]
    assert sorted(unpack(packed)["storm"].tolist()) == [0, 0, 1]


def test_of_too_many_tracks_the_storms_and_the_strongest_stay():
    chosen = TrackSet(most=3)
    for member in range(40):
        strong = tracks_of([(1, 1)], strength=member * 1e-6)
        chosen.add(1851, member, strong, matches_of(-1 if member else 0))
    found = unpack(chosen.packed())
    assert found["member"].tolist() == [0, 39, 38] and chosen.packed()["total"] == 40


@given(st.lists(st.integers(1, 9), min_size=1, max_size=60), st.integers(1, 20))
def test_how_often_weaker_tracks_are_dropped_changes_nothing(strengths, most):
    chosen = TrackSet(most)
    for member, strength in enumerate(strengths):
        chosen.add(1851, member, tracks_of([(1, 1)], strength=strength * 1e-5), matches_of(-1))
    found = unpack(chosen.packed())
    order = sorted(range(len(strengths)), key=lambda member: -strengths[member])
    assert found["member"].tolist() == order[:most]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.data())
def test_lines_are_taken_in_any_order_and_more_than_once(sizes, data):
    lines = of_tracks(tracks_of(*([(row, at) for at in range(size)] for row, size in enumerate(sizes))), 3)
    rows = data.draw(st.lists(st.integers(0, len(sizes) - 1), min_size=1, max_size=12))
    taken = lines.take(np.array(rows))
    points = [(100 * row, 100 * at) for row in rows for at in range(sizes[row])]
    assert list(zip(taken.per_point["lat"].tolist(), taken.per_point["lon"].tolist(), strict=True)) == points
    assert taken.row_size.tolist() == [sizes[row] for row in rows] and set(taken.per_line["member"].tolist()) == {3}


def test_a_line_longer_than_two_bytes_can_tell_is_cut():
    lines = of_tracks(tracks_of([(0, 0)], [(1, at % 100) for at in range(70_000)], [(2, 5)]), 0)
    assert lines.row_size.tolist() == [1, 65_535, 1] and lines.per_point["lat"].tolist()[-2:] == [100, 200]


def test_what_controls_offer_is_what_the_arrays_have():
    chosen = TrackSet()
    for year, member in ((1851, 0), (1851, 4), (1852, 4)):
        chosen.add(year, member, tracks_of([(1, 1)], [(2, 2)], strength=(member + 1) * 1e-5), matches_of(0, tracks=2))
    packed = chosen.packed()
    found = unpack(packed)
    assert packed["members"] == [0, 4] and packed["strongest"] == 500
    assert packed["counts"] == [[0, 0, 0, 2, 2], [0, 0, 0, 1, 1]]
    for row, counts in enumerate(packed["counts"]):
        assert np.bincount(found["kind"][found["year"] == row], minlength=5).tolist() == counts


def test_observed_tracks_are_added_for_known_storms_alone():
    chosen = TrackSet(most=1)
    chosen.add(1851, 0, tracks_of([(1, 1)]), matches_of(0))
    texts = np.array(["1851N1", "1851N2"])
    moment = np.full(2, np.datetime64("1851-08-01", "s"))
    numbers = np.array([np.nan, 90.0])
    best = BestTracks(
        texts, texts, texts, np.array([1851] * 2), np.array([1, 1]), moment, numbers * 0, numbers * 0, numbers, numbers
    )
    chosen.add_observed(dataclasses.replace(best, lat=np.zeros(2), lon=np.zeros(2)))
    found = unpack(chosen.packed())
    assert found["member"].tolist() == [OBSERVED, 0] and found["strength"].tolist() == [0, 2000]


def test_nothing_is_none():
    chosen = TrackSet()
    chosen.add(1851, 0, tracks_of(), matches_of(-1, tracks=0))
    assert chosen.packed() is None


@pytest.mark.parametrize("hours", [10, 70_000])
def test_long_gaps_between_times_fit_in_two_bytes(hours):
    tracks = tracks_of([(1, 1), (1, 2), (1, 3)])
    time = tracks.time[0] + np.array([0, 7, hours * 7], "timedelta64[m]")
    chosen = TrackSet()
    chosen.add(1851, 0, dataclasses.replace(tracks, time=time), matches_of(-1))
    packed = chosen.packed()
    last = int(unpack(packed)["gap"].sum(dtype=int)) * packed["unit_minutes"]
    assert abs(last - hours * 7) < packed["unit_minutes"] <= 14


def test_the_coast_is_all_there():
    found = unpack(coast())
    assert found["size"].sum() == len(found["lon"]) > 4000
    assert found["lon"].min() == -18000 and found["lon"].max() == 18000 and found["lat"].min() == -9000
