"""What a filter does to the storms that are looked for, and to false alarms."""

import numpy as np
from hypothesis import given
from some_tracks import SIDS, filters, matched, matches_of

from stormtracks.science import heads
from stormtracks.science.filters import Filter, Scope
from stormtracks.science.filters.observations import inside
from stormtracks.science.records import BestTracks, Tracks

TIME = np.datetime64("2005-09-01", "s") + np.arange(2) * np.timedelta64(6, "h")
ATLANTIC = (0, 40, -100, 0)


def two_point_tracks(*first_lons, peak=8e-5):
    """Tracks of two points at 20 N, a degree apart."""
    count = len(first_lons)
    lon = np.array([value for first in first_lons for value in (first, first + 1)], float)
    size, lat, strength = np.full(count, 2), np.full(2 * count, 20.0), np.full(2 * count, peak, np.float32)
    return Tracks(size, np.tile(TIME, count), lat, lon, strength, np.arange(2 * count))


def observed(asked, matches, best):
    return np.isin(matches.sid, list(inside(asked, best)))


def best_tracks(*first_lons):
    made = two_point_tracks(*first_lons)
    count, nothing = len(first_lons), np.full(2 * len(first_lons), np.nan)
    texts = np.full(count, "")
    return BestTracks(
        SIDS[:count], texts, texts, np.full(count, 2005), made.row_size, made.time, made.lat, made.lon, nothing, nothing
    )


def test_a_storm_in_the_region_is_found_by_a_track_just_outside():
    tracks, matches = two_point_tracks(0.5, -50.0), matches_of([0], [0, -1])
    asked = Filter(region=ATLANTIC)
    scope = Scope.of(asked, tracks, matches, observed(asked, matches, best_tracks(-0.5)))
    assert scope.kept.tolist() == [False, True]
    assert scope.matches.hit.tolist() == [True]
    assert scope.false.tolist() == [False, True]


def test_a_track_of_a_storm_just_outside_is_not_a_false_alarm():
    tracks, matches = two_point_tracks(-0.5), matches_of([0], [0])
    asked = Filter(region=ATLANTIC)
    scope = Scope.of(asked, tracks, matches, observed(asked, matches, best_tracks(0.5)))
    assert (scope.kept.tolist(), scope.false.tolist(), len(scope.matches)) == ([True], [False], 0)
    assert scope.matches.storm_of_track.tolist() == [-1]


def test_a_storm_whose_track_is_too_weak_stays_and_is_a_miss():
    tracks, matches = two_point_tracks(-50.0, -20.0), matches_of([0, 1], [0, 1])
    asked = Filter(min_peak_s1=9e-5)
    scope = Scope.of(asked, tracks, matches, observed(asked, matches, best_tracks(-50.0, -20.0)))
    assert (scope.matches.sid.tolist(), scope.matches.hit.tolist()) == (SIDS[:2].tolist(), [False, False])
    assert not scope.kept.any()


def test_months_and_basins_choose_observed_storms_by_their_own_first_point():
    matches = matches_of([-1, -1, -1], [])
    best = best_tracks(-50.0, -20.0, 140.0)
    assert observed(Filter(basins=("NA",)), matches, best).tolist() == [True, True, False]
    assert observed(Filter(months=(8,)), matches, best).tolist() == [False] * 3
    assert observed(Filter(min_hours=100, matched=False), matches, best).tolist() == [True] * 3


@given(matched())
def test_nothing_asked_leaves_all_as_it_is(both):
    scope = Scope.of(Filter(), *both)
    assert scope.kept.all()
    assert scope.false.tolist() == (both[1].storm_of_track < 0).tolist()
    assert scope.matches.track.tolist() == both[1].track.tolist()


@given(matched(), filters())
def test_counts_fit_together(both, asked):
    tracks, matches = both
    rows = np.arange(len(matches)) != 1
    scope = Scope.of(Filter(**asked), tracks, matches, rows)
    assert np.all(scope.kept | ~scope.false)
    assert scope.matches.sid.tolist() == matches.sid[rows].tolist()
    hit = scope.matches.track[scope.matches.hit]
    assert np.all(Filter(**asked).of_strength.keeps(heads.of(*both))[hit])
    assert scope.matches.storm_of_track[hit].tolist() == np.flatnonzero(scope.matches.hit).tolist()
    assert np.all(scope.matches.hit <= matches.hit[rows])
