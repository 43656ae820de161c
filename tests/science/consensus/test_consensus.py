import dataclasses
import json

import numpy as np
import pytest
from ensembles import OBSERVED, join, matches_of, save_ensemble, true_tracks
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.consensus import ConsensusSettings, consensus, consensus_table, group, to_json
from stormtracks.science.consensus.grouping import meetings, pairs, pieces
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.year_consensus import consensus_of
from stormtracks.science.errors import ResultError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Eight members; storm 0 is missing in 1 and 2, the unobserved storm 3 in 1 to 4."""
    missing = {1: (0, 3), 2: (0, 3), 3: (3,), 4: (3,)}
    return consensus(save_ensemble(tmp_path_factory.mktemp("results"), missing=missing), 2005)


def line(lat, lon, first=0, size=12):
    """A storm that goes north."""
    return first, lat + 0.3 * np.arange(size), np.full(size, float(lon))


def members(*lists):
    """Tracks of each member, from lists of lines, without noise."""
    return [join(lines, 2005, np.random.default_rng(0), 0.0) for lines in lists]


def labels(ensemble, **changed):
    """Group of each track, member after member."""
    return group(Points.of(ensemble), **changed).tolist()


def test_every_storm_is_found_once_and_no_stray_track_is(made):
    assert made.sid.tolist() == [*OBSERVED, ""]
    assert made.candidate.tolist() == [False, False, False, True]
    assert made.share.tolist() == [0.75, 1.0, 1.0, 0.5]
    assert np.flatnonzero(~made.held_by[0]).tolist() == [1, 2]
    assert made.matched.tolist() == [6, 8, 8, 0]


@pytest.mark.parametrize("storm", range(3))
def test_mean_path_is_nearer_to_the_truth_than_half_of_a_members_distance(made, storm):
    rows = slice(made.start[storm], made.start[storm] + made.row_size[storm])
    _, lat, lon = true_tracks()[storm]
    apart = sphere.distance_km(lat, lon, made.lat[rows], made.lon[rows])
    assert len(apart) == 16 and apart.mean() < made.spread_km[rows].mean() / 2


def test_spread_and_strength_of_two_members():
    east, west = members([line(0, 0.8)]), members([line(0, -0.8)])
    west = [dataclasses.replace(west[0], vorticity=east[0].vorticity + np.float32(2e-5))]
    made = consensus_of(2005, (0, 1), [*east, *west], none([*east, *west]))
    np.testing.assert_allclose(made.lon, 0, atol=1e-9)
    np.testing.assert_allclose(made.spread_km[0], sphere.distance_km(0, 0, 0, 0.8), rtol=1e-6)
    np.testing.assert_allclose(made.vorticity, east[0].vorticity + 1e-5, rtol=1e-5)
    np.testing.assert_allclose(made.vorticity_std, 1e-5, rtol=1e-3)


def test_third_track_between_two_storms_does_not_chain_them():
    ensemble = members([line(0, -2.4), line(0, 2.4)], [line(0, 0)], [line(0, -2.4), line(0, 2.4)])
    found = labels(ensemble, min_share=0.5)
    assert found[0] != found[1] and found[3] != found[4]


def test_member_gives_one_track_at_a_time_but_both_pieces_of_one_that_broke():
    whole = line(0, 0, size=20)
    broken = [line(0, 0, size=8), (10, 3.0 + 0.3 * np.arange(10), np.zeros(10))]
    twin = [line(0, 0.5, size=20), line(0, -1.5, size=20)]
    assert labels(members([whole], broken, twin, [whole])) == [0, 0, 0, 0, -1, 0]


def test_storms_at_the_same_place_at_other_times_are_two():
    early, late = line(0, 0), line(0, 0, first=30)
    assert labels(members([early, late], [early, late])) == [0, 1, 0, 1]


def test_too_few_members_or_common_times_are_none():
    assert labels(members([line(0, 0)], [line(0, 0)], [], [], []), min_share=0.5) == [-1, -1]
    assert labels(members([line(0, 0)], [line(0, 0, first=7)])) == [-1, -1]


def test_no_tracks_at_all():
    made = consensus_of(2005, (0, 1), members([], []), none(members([], [])))
    assert len(made) == 0 and len(made.tracks) == 0 and made.held_by.shape == (0, 2)


def test_path_has_the_times_that_half_of_the_holders_have():
    ensemble = members([line(0, 0, size=12)], [line(0, 0, size=20)], [line(0, 0, size=14)], [line(0, 0, size=16)])
    made = consensus_of(2005, range(4), ensemble, none(ensemble))
    assert made.row_size.tolist() == [16]
    assert made.number.tolist() == [4] * 12 + [3] * 2 + [2] * 2


def test_storm_that_few_holders_match_stays_a_candidate(tmp_path):
    ensemble = members(*[[line(0, 0)]] * 6)
    one = matches_of([0, -1, -1], ensemble[0])
    made = consensus_of(2005, range(6), ensemble, [one, *none(ensemble[1:])])
    assert (made.sid.tolist(), made.matched.tolist()) == ([""], [0])


@settings(max_examples=20)
@given(st.permutations(range(8)), st.floats(-180, 180))
def test_order_of_members_and_longitude_do_not_matter(order, turn):
    ensemble = members(*[[line(0, 0.2 * member), line(20, 60 + 0.2 * member, first=5)] for member in range(8)])
    turned = [dataclasses.replace(ensemble[i], lon=sphere.wrap(ensemble[i].lon + turn)) for i in order]
    made = consensus_of(2005, range(8), ensemble, none(ensemble))
    again = consensus_of(2005, range(8), turned, none(ensemble))
    np.testing.assert_allclose(again.lat, made.lat, atol=1e-9)
    np.testing.assert_allclose(sphere.lon_difference(made.lon + turn, again.lon), 0, atol=1e-9)
    np.testing.assert_array_equal(again.number, made.number)


def test_year_or_member_without_result_is_refused(tmp_path):
    save_ensemble(tmp_path, 2)
    with pytest.raises(ResultError, match="no result of the year 1999; choose from 2005"):
        consensus(tmp_path, 1999)
    with pytest.raises(ResultError, match="year 2005 has no result of member 7; choose from 0-1"):
        consensus(tmp_path, 2005, members=[0, 7])
    with pytest.raises(ResultError, match="no result of member 2-999; choose from 0-1"):
        consensus(tmp_path, 2005, members=range(1000))


@pytest.mark.parametrize(("name", "value"), [("radius_km", 0), ("min_share", 1.5), ("path_share", -0.1)])
def test_settings_that_cannot_be_are_refused(name, value):
    with pytest.raises(ValueError, match=f"'{name}' must be"):
        ConsensusSettings(**{name: value})


def none(ensemble):
    """Matches of members for which nothing was observed."""
    return [matches_of([-1, -1, -1], tracks) for tracks in ensemble]


def test_two_pieces_of_one_best_track_are_one_storm():
    ensemble = members(*[[line(0, 0), line(9, 3, first=20)]] * 4)
    both = dataclasses.replace(matches_of([0, -1, -1], ensemble[0]), storm_of_track=np.array([0, 0], "i4"))
    made = consensus_of(2005, range(4), ensemble, [both] * 4)
    assert (made.sid.tolist(), made.row_size.tolist()) == ([OBSERVED[0]], [24])
    apart = consensus_of(2005, range(4), ensemble, none(ensemble))
    assert apart.row_size.tolist() == [12, 12]


def test_a_far_companion_that_matches_the_same_best_track_is_neither_the_storm_nor_a_candidate():
    ensemble = members(*[[line(0, 0), line(0, 8)]] * 4)
    both = dataclasses.replace(matches_of([0, -1, -1], ensemble[0]), storm_of_track=np.array([0, 0], "i4"))
    made = consensus_of(2005, range(4), ensemble, [both] * 4)
    assert (made.sid.tolist(), [own.tolist() for own in made.storm_of]) == ([OBSERVED[0]], [[0, -1]] * 4)
    np.testing.assert_allclose(made.lon, 0, atol=1e-9)


def test_members_that_agree_in_two_groups_on_one_best_track_are_one_storm():
    """Three members are 300 km east of the four others, farther than tracks of a group may be."""
    ensemble = members(*[[line(0, 0)]] * 4, *[[line(0, 2.7)]] * 3)
    matches = [matches_of([0, -1, -1], tracks) for tracks in ensemble]
    apart = consensus_of(2005, range(7), ensemble, none(ensemble), radius_km=250.0)
    assert apart.held_by.sum(axis=1).tolist() == [4, 3]
    made = consensus_of(2005, range(7), ensemble, matches, radius_km=250.0, max_mean_distance_km=310.0)
    assert (made.sid.tolist(), made.matched.tolist(), made.share.tolist()) == ([OBSERVED[0]], [7], [1.0])
    assert set(made.number) == {7} and 0 < made.lon.max() < 2.7


def one_after_the_other(*observed):
    """Four members with two tracks, the second where the first has ended, and one that has a single track of both."""
    ensemble = members([line(0, 0, size=26)], *[[line(0, 0, size=10), line(4.2, 0, first=14)]] * 4)
    matches = [
        dataclasses.replace(matches_of([-1, -1, -1], tracks), storm_of_track=np.array(of, "i4"))
        for tracks, of in zip(ensemble, [observed[0][:1], *observed], strict=True)
    ]
    return consensus_of(2005, range(5), ensemble, matches)


def test_two_best_tracks_that_a_members_track_joins_are_two_storms():
    made = one_after_the_other(*[[0, 1]] * 4)
    assert (made.sid.tolist(), made.matched.tolist()) == ([*OBSERVED[:2]], [5, 4])
    assert made.row_size.tolist() == [10, 12]
    assert made.held_by[1].tolist() == [False, True, True, True, True]


@pytest.mark.parametrize("observed", [[-1, -1], [0, 0], [0, -1]])
def test_what_is_not_two_best_tracks_is_not_parted(observed):
    assert one_after_the_other(*[observed] * 4).sid.tolist() == [OBSERVED[0] if 0 in observed else ""]


def test_a_best_track_that_few_members_match_does_not_part_a_storm():
    assert one_after_the_other([0, 1], *[[0, -1]] * 3).sid.tolist() == [OBSERVED[0]]


def test_a_member_with_two_tracks_beside_each_other_counts_once():
    ensemble = members(*[[line(0, 0)]] * 4, [line(0, 0), line(0, 1.5)], *[[line(0, 1.5)]] * 2)
    both = [np.zeros(len(tracks), "i4") for tracks in ensemble]
    matches = [
        dataclasses.replace(matches_of([0, -1, -1], tracks), storm_of_track=of)
        for tracks, of in zip(ensemble, both, strict=True)
    ]
    made = consensus_of(2005, range(7), ensemble, matches, radius_km=160.0)
    assert (made.sid.tolist(), made.matched.tolist(), set(made.number)) == ([OBSERVED[0]], [7], {7})


_STORM = st.tuples(st.integers(0, 16), st.integers(0, 8), st.integers(6, 16), st.integers(-1, 1))
"""First step, longitude in units of 0.7 degrees, length, best track."""


@settings(deadline=None)
@given(st.lists(st.lists(_STORM, max_size=5), min_size=2, max_size=6), st.sampled_from([0.0, 350.0]))
def test_no_two_storms_of_one_best_track_share_a_time_and_no_member_counts_twice(storms, offset):
    ensemble = members(*[[line(0, 0.7 * lon, first, size) for first, lon, size, _ in of] for of in storms])
    matches = []
    for of, tracks in zip(storms, ensemble, strict=True):
        best = np.array([best for *_, best in of], "i4")
        matches.append(dataclasses.replace(matches_of([-1, -1, -1], tracks), storm_of_track=best))
    made = consensus_of(2005, range(len(storms)), ensemble, matches, min_share=0.0, alone=True, max_offset_km=offset)
    sids = made.sid[made.sid != ""].tolist()
    assert len(set(sids)) == len(sids)
    assert np.all(made.number <= made.held_by.sum(axis=1)[made.row]) and np.all(made.number >= 1)
    assert np.all(made.matched <= made.held_by.sum(axis=1)) and np.all((made.matched > 0) == (made.sid != ""))
    assert np.all(np.diff(made.time)[np.diff(made.row) == 0] > np.timedelta64(0))
    for own, member in zip(made.storm_of, range(len(storms)), strict=True):
        assert set(own[own >= 0]) == set(np.flatnonzero(made.held_by[:, member]))


def test_short_and_weak_paths_are_left_out():
    ensemble = members(*[[line(0, 0), line(20, 0, size=7)]] * 4)
    strongest = float(ensemble[0].vorticity.max())
    sizes = [
        consensus_of(2005, range(4), ensemble, none(ensemble), **limits).row_size.tolist()
        for limits in ({}, {"min_points": 8}, {"min_peak_s1": 2 * strongest})
    ]
    assert sizes == [[12, 7], [12], []]


def test_table_and_json_say_who_holds_what(made):
    table = consensus_table(made, candidates_only=True)
    (row,) = table.texts()
    assert row[:6] == ("C2005-001", "", "4", "0.50", "2005-08-11 00", "2005-08-14 18")
    assert row[6].endswith("E") and "S " in row[6] and len(row) == len(table.columns)
    storm = json.loads(json.dumps(to_json(made), allow_nan=False))["storms"][3]
    assert storm["held_by"] == [0, 5, 6, 7] and len(storm["lat"]) == len(storm["time"]) == 16


NEAR = {"radius_km": 350.0, "min_common_times": 6, "max_mean_distance_km": 200.0, "min_near_share": 0.5}


def test_how_many_points_are_looked_at_in_one_go_changes_nothing(monkeypatch):
    tracks = [line(10, 3 * n, first=n) for n in range(12)]
    ensemble = members(tracks, tracks[:6], tracks[3:])
    at_once = pairs.find_pairs(Points.of(ensemble), **NEAR)
    for module, name in (
        (meetings, "STEPS"),
        (pieces, "STEPS"),
        (pieces, "PIECES"),
        (pieces, "MOST_OTHERS"),
        (pairs, "_AT_A_TIME"),
    ):
        monkeypatch.setattr(module, name, 1)
    step_by_step = pairs.find_pairs(Points.of(ensemble), **NEAR)
    assert len(at_once.track) and vars(at_once).keys() == vars(step_by_step).keys()
    for name, values in vars(at_once).items():
        np.testing.assert_array_equal(values, getattr(step_by_step, name), err_msg=name)


def broken_off(storm):
    """Three members with a storm and a long life after it, and one that has these as two tracks, which overlap."""
    whole, after = line(0, 0, size=34), line(3.6, 0, first=12, size=22)
    ensemble = members([whole], [whole], [whole], [storm, after])
    return ensemble, [matches_of([0, -1, -1], tracks) for tracks in ensemble]


def test_a_matched_track_is_in_its_storm_although_the_member_runs_longest_with_it_by_another():
    ensemble, matches = broken_off(line(0, 0, size=14))
    made = consensus_of(2005, range(4), ensemble, matches)
    assert [own.tolist() for own in made.storm_of] == [[0], [0], [0], [0, 0]]
    assert (made.matched.tolist(), set(made.number)) == ([4], {4})
    alone = consensus_of(2005, range(4), ensemble, none(ensemble), min_share=0.5)
    assert set(alone.number[:12]) == {3}


def test_what_a_matched_track_does_far_from_its_storm_is_not_in_the_path():
    steps = np.arange(24)
    gone = (0, 0.3 * np.minimum(steps, 11), np.where(steps < 12, 0.0, 3.0 * (steps - 11)))
    ensemble, matches = broken_off(gone)
    made = consensus_of(2005, range(4), ensemble, matches)
    assert made.storm_of[3].tolist() == [0, 0]
    np.testing.assert_allclose(made.lon[16:], 0, atol=1e-9)


def test_a_matched_track_that_is_nowhere_near_its_storm_does_not_come_to_it():
    ensemble, matches = broken_off(line(0, 9, size=14))
    assert consensus_of(2005, range(4), ensemble, matches).storm_of[3].tolist() == [-1, 0]
