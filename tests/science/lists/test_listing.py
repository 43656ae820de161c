"""The list of a member's storms: which they are, when, how strong, and which observed ones."""

import numpy as np
import pytest

from stormtracks.science import lists, matching
from stormtracks.science.records import BestTracks
from tests.science.lists.members import AXIS, HURRICANE, hurricane, low, member

NONE = hurricane(fields=HURRICANE | {"wind_max": 5.0})
STAGED = HURRICANE | {
    "pressure_depth": np.where((np.arange(20) >= 3) & (np.arange(20) < 15), 500.0, 0.0),
    "wind_max": np.where(np.arange(20) == 18, 60.0, np.arange(20) + 15.0),
    "pressure_min": np.where(np.arange(20) == 0, 90000.0, 100000.0 - 10 * np.arange(20)),
}


def listed(*lines, **keywords):
    tracks, fields = member(*lines, **keywords)
    return lists.listed(tracks, fields, lists.classes(tracks, fields, AXIS, grid_degrees=2.0))


@pytest.fixture
def storms():
    return listed(NONE, low(), hurricane(fields=STAGED), NONE)


def test_only_storms_are_listed_and_every_track_has_a_class(storms):
    assert storms.track_id.tolist() == [1, 2]
    assert storms.every_class.tolist() == [0, 2, 1, 0]
    assert (len(storms.of("tc")), len(storms.of("etc")), len(storms.every_probability)) == (1, 1, 4)


def test_times_and_strength_are_those_of_the_tropical_stage(storms):
    tc = storms.of("tc")
    assert tc.tc_first.tolist() == [AXIS.times[13].item()]
    assert tc.tc_last.tolist() == [AXIS.times[24].item()]
    assert (tc.intensity_max.tolist(), tc.pressure_lowest.tolist()) == ([29.0], [99860.0])
    assert tc.genesis_lat[0] == pytest.approx(15 + 15 * 3 / 19)
    assert tc.tropical.sum() == 12


def test_an_extratropical_cyclone_never_is_a_tropical_one(storms):
    etc = storms.of("etc")
    assert np.isnat(etc.tc_first).all()
    assert not etc.tropical.any()
    assert etc.genesis_lat.tolist() == [42.0]


def test_a_day_over_land_does_not_end_a_tropical_cyclone():
    over_land = np.where((np.arange(20) >= 8) & (np.arange(20) < 11), 0.0, 1.0)
    assert listed(hurricane(fields=HURRICANE | {"sea": over_land})).tropical.all()
    for_days = np.where((np.arange(20) >= 6) & (np.arange(20) < 14), 0.0, 1.0)
    assert listed(hurricane(fields=HURRICANE | {"sea": for_days})).tropical.sum() == 12


def test_what_is_not_known_is_not_a_number():
    tc = listed(hurricane(), without=("wind_max", "pressure_depth", "pressure_min", "warm_core")).of("tc")
    assert len(tc) == 1
    assert np.isnan([tc.intensity_max[0], tc.pressure_lowest[0]]).all()


def test_matches_count_the_rows_of_the_list(storms):
    tc = storms.of("tc")
    observed = BestTracks(
        *(np.array([text]) for text in ("2005001N10000", "ONE", "NA")), np.array([2005]), tc.tracks.row_size,
        tc.tracks.time, tc.tracks.lat, tc.tracks.lon, *[np.full(20, 60.0, "f4")] * 2,
    )  # fmt: skip
    both = lists.matched(storms, matching.match(tc.tracks, observed, AXIS))
    assert both.matches.track.tolist() == [1]
    assert both.matches.storm_of_track.tolist() == [-1, 0]
    assert both.of("tc").matches.track.tolist() == [0]
    assert both.of("etc").matches.hit.tolist() == [False]


def test_what_is_left_of_a_list_keeps_its_points_and_matches(storms):
    last = storms.take(np.array([1]))
    assert last.track_id.tolist() == [2]
    assert all(len(values) == len(last.tracks.time) for values in (last.tropical, *last.fields.values()))


def test_by_a_fitted_probability_other_tracks_are_listed():
    tracks, fields = member(hurricane(), NONE)
    told = lists.told_by(lists.classes(tracks, fields, AXIS, grid_degrees=2.0), np.array([0.1, 0.6]))
    tc = lists.listed(tracks, fields, told).of("tc")
    assert tc.track_id.tolist() == [0, 1]
    assert tc.tropical.sum() == 40
    assert tc.probability.tolist() == pytest.approx([0.1, 0.6])
    assert not np.isnat(tc.tc_first).any()
