import dataclasses

import numpy as np
import pytest
import some_tracks
from hypothesis import given
from hypothesis import strategies as st
from some_tracks import filters, matched

from stormtracks.errors import BadValue
from stormtracks.science import heads, sphere
from stormtracks.science.filters import Filter, NothingLeft, Tally
from stormtracks.science.records import Tracks

DATELINE = (0, 40, 150, -150)


def track(*points, time="2005-08-01"):
    lat, lon = (np.array(values, float) for values in zip(*points, strict=True))
    times = np.datetime64(time, "s") + np.arange(len(lat)) * np.timedelta64(6, "h")
    return Tracks(np.array([len(lat)]), times, lat, lon, np.full(len(lat), 8e-5, np.float32), np.arange(len(lat)))


@given(matched())
def test_a_filter_of_nothing_keeps_all(both):
    kept, matches = Filter().take(*both)
    assert Filter().keeps(heads.of(*both)).all()
    assert np.array_equal(kept.maximum, both[0].maximum)
    for field in dataclasses.fields(matches):
        np.testing.assert_array_equal(getattr(matches, field.name), getattr(both[1], field.name))


@given(matched(), filters())
def test_what_is_asked_must_all_hold(both, asked):
    known = heads.of(*both)
    each = [Filter(**{name: value}).keeps(known, both[0]) for name, value in asked.items()]
    together = Filter(**asked).keeps(known, both[0])
    assert together.tolist() == np.logical_and.reduce([np.ones(len(known), bool), *each]).tolist()


@given(matched(), filters())
def test_heads_alone_never_lose_a_track_nor_settle_wrongly(both, asked):
    known, wanted = heads.of(*both), Filter(**asked)
    right = wanted.keeps(known, both[0])
    assert np.all(wanted.may_keep(known) | ~right)
    try:
        assert wanted.keeps(known).tolist() == right.tolist()
    except BadValue as error:
        assert "give the tracks too" in str(error)
        assert "region" in asked


@given(some_tracks.tracks(), some_tracks.REGIONS)
def test_a_track_with_a_point_in_the_region_passes_it(made, region):
    inside = sphere.in_region(made.lat, made.lon, region)
    expected = [bool(inside[made.points(row)].any()) for row in range(len(made))]
    assert Filter(region=region).keeps(heads.of(made), made).tolist() == expected


@given(matched(), filters())
def test_take_keeps_the_matches_consistent(both, asked):
    made, before = both
    wanted = Filter(**asked)
    kept = np.flatnonzero(wanted.keeps(heads.of(*both), made))
    tracks, matches = wanted.take(made, before)
    assert len(matches.storm_of_track) == len(tracks) == len(kept)
    assert matches.storm_of_track.tolist() == before.storm_of_track[kept].tolist()
    for row in range(len(matches)):
        pieces = np.flatnonzero(matches.storm_of_track == row)
        assert (matches.track[row] in pieces) == bool(len(pieces))
        assert np.isnan(matches.mean_distance_km[row]) == (not len(pieces))
        if before.track[row] in kept:
            assert kept[matches.track[row]] == before.track[row]


@pytest.mark.parametrize(
    ("points", "passes", "begins"),
    [
        ([(10, 175), (10, -175)], True, True),
        ([(10, 149), (10, 151)], True, False),
        ([(10, 149.9), (10, -149.9)], False, False),
        ([(50, 180), (40, 180)], True, False),
        ([(10, -150)], True, True),
        ([(10, 0), (10, 20)], False, False),
    ],
)
def test_regions_across_the_date_line(points, passes, begins):
    made = track(*points)
    assert Filter(region=DATELINE).keeps(heads.of(made), made).tolist() == [passes]
    assert Filter(genesis_region=DATELINE).keeps(heads.of(made)).tolist() == [begins]


def test_a_peak_of_exactly_the_limit_is_enough():
    assert Filter(min_peak_s1=8 * 1e-5).keeps(heads.of(track((0, 0)))).tolist() == [True]


def test_of_a_storm_in_pieces_another_one_stands_in():
    long, short = track((15, -40), (16, -42), (17, -44)), track((40, -60), (42, -58))
    made = Tracks(
        np.array([3, 2]), *(np.concatenate([getattr(long, n), getattr(short, n)]) for n in ("time", "lat", "lon")),
        np.full(5, 8e-5, np.float32), np.arange(5),
    )  # fmt: skip
    matches = some_tracks.matches_of([0], np.array([0, 0], np.int32))
    _, kept = Filter(genesis_region=(30, 50, -80, -50)).take(made, matches)
    assert (kept.track.tolist(), kept.storm_of_track.tolist(), kept.lead_hours.tolist()) == ([0], [0], [100])
    _, lost = Filter(genesis_region=(60, 70, 0, 10)).take(made, matches)
    assert (lost.track.tolist(), lost.hit.tolist(), lost.common_times.tolist()) == ([-1], [False], [0])


def test_months_are_of_the_tracks_own_calendar():
    made = dataclasses.replace(track((0, 0)), time=np.array([30 * 86400 * 7], "M8[s]"), calendar="360_day")
    assert Filter(months=(8,)).keeps(heads.of(made)).tolist() == [True]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"basins": ("XX",)}, "unknown basin 'XX'"),
        ({"months": (0,)}, "a month must be a number from 1 to 12, not 0"),
        ({"months": ()}, "months: none is given"),
        ({"region": (30, 0, 0, 10)}, "the region must be south, north"),
        ({"min_hours": -1}, "min_hours must be a number that is not negative"),
        ({"min_peak_s1": float("nan")}, "min_peak_s1 must be a number"),
        ({"min_share": 1.5}, "min_share must be a fraction from 0 to 1, not 1.5"),
    ],
)
def test_what_cannot_be_asked_is_refused(wrong, message):
    with pytest.raises(BadValue, match=message):
        Filter(**wrong)


def test_a_share_is_asked_of_consensus_tracks_only():
    known = heads.of(track((0, 0)))
    with pytest.raises(BadValue, match="which only consensus tracks have"):
        Filter(min_share=0.5).keeps(known)
    assert Filter(min_share=1 / 3).keeps(dataclasses.replace(known, share=np.array([1 - 2 / 3]))).tolist() == [True]


def test_what_is_asked_in_plain_words_and_plain_values():
    asked = Filter((0, 30, 260, 340), ("NA",), (11, 12, 1), None, 8e-5, 48, 500, False, 0.5)
    assert asked.describe().split(" and ") == [
        "pass 0N-30N 100W-20W", "begin in NA", "in Nov-Jan", "reach 8e-5 s-1", "last 48 h or more",
        "end 500 km or more from where they begin", "are not observed storms",
        "are held by 50 % of the members or more",
    ]  # fmt: skip
    assert asked.to_json()["months"] == [11, 12, 1]
    assert Filter(**{k: tuple(v) if isinstance(v, list) else v for k, v in asked.to_json().items()}) == asked


@given(matched(), filters(), st.integers(1, 3))
def test_a_tally_counts_what_is_left_after_each(both, asked, times):
    tally = Tally(Filter(**asked))
    for _ in range(times):
        kept = tally.keeps(heads.of(*both), both[0])
    assert tally.left[0] == times * len(both[0])
    assert tally.kept == times * int(kept.sum())
    assert tally.left == sorted(tally.left, reverse=True)
    if asked and not tally.kept:
        with pytest.raises(NothingLeft, match=r"no track is left: .* in all"):
            tally.check()
    else:
        tally.check()
