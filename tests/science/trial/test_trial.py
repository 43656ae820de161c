"""Lists on trial: what is counted, with which interval, and what is fitted on one year and tested on another."""

import dataclasses
import json

import numpy as np
import pytest

from stormtracks.errors import BadValue
from stormtracks.science import matching, pipeline, results, trial
from stormtracks.science.records import BestTracks
from stormtracks.science.results import Header, Member
from stormtracks.science.settings import Settings
from stormtracks.science.trial import Curve, MatchedMember, StepSkill, step_skill
from tests.science.lists.members import AXIS, HURRICANE, hurricane, low, member


def observed(tracks, rows, kt=80.0):
    """Best tracks that follow some tracks."""
    points = np.isin(tracks.row, rows)
    sizes = tracks.row_size[rows]
    names = [np.array([f"{what}{row}" for row in rows]) for what in ("S", "N", "B")]
    winds = np.repeat(np.broadcast_to(np.float32(kt), len(rows)), sizes).astype("f4")
    where = tracks.time[points], tracks.lat[points], tracks.lon[points]
    return BestTracks(*names, np.full(len(rows), 2005), sizes, *where, winds, winds)


def matched(year, number, lines, storms, kt=80.0):
    """A member whose tracks number `storms` are planted storms."""
    tracks, fields = member(*lines)
    best = observed(tracks, storms, kt)
    found = matching.match(tracks, best, AXIS)
    tracked = Header(year, number, "1", "vort_track", {}, {"settings": Settings().of_task("vort_track")})
    collected = dataclasses.replace(tracked, provenance={"inputs": [{"path": "u850_2005.nc"}]})
    one = Member(tracked, collected, AXIS, tracks, found, dataclasses.replace(fields, grid_degrees=2.0), "", "")
    return MatchedMember(year, number, one, best, found, planted=True)


WEAK = HURRICANE | {"wind_max": 9.0}
LINES = [
    hurricane(),
    hurricane(start=(12, 60), stop=(20, 80)),
    low(),
    hurricane(start=(14, 80), fields=WEAK),
    low(start=(50, 90)),
]


def test_a_curve_counts_storms_and_what_is_false():
    members = [matched(2005, m, LINES, [0, 1], kt=[40.0, 100.0]) for m in range(2)]
    curve = Curve.of(members, [np.array([0.9, 0.4, 0.6, 0.1, 0.0]), np.array([0.2, 0.5, 0.0, 0.0, 0.0])])
    assert [curve.pod(0.3, kt).value for kt in (34.0, 64.0)] == [0.75, 1.0]
    assert curve.far(0.3).value == 0.25
    assert curve.listed(0.3) == 2.0
    assert curve.pod(0.0).value == 1.0


def test_a_storm_that_no_track_is_is_missed_by_every_list():
    one = matched(2005, 0, LINES, [0])
    far = dataclasses.replace(one.storms, lat=one.storms.lat - 30)
    missed = dataclasses.replace(one, storms=far, matches=matching.match(one.member.tracks, far, AXIS))
    assert Curve.of([missed], [np.ones(5)]).pod(0.0).value == 0.0


def test_an_interval_is_wide_where_storms_are_few_and_members_alike():
    one = matched(2005, 0, LINES, [0, 1])
    few = Curve.of([one] * 20, [np.array([1.0, 0, 0, 0, 0])] * 20).pod(0.5)
    assert (few.value, few.low, few.high) == (0.5, 0.0, 1.0)
    assert Curve.of([one], [np.ones(5)]).pod(0.5).low == 1.0


def test_nothing_to_count_is_not_a_number():
    curve = Curve.of([matched(2005, 0, LINES, [0])], [np.zeros(5)])
    assert str(curve.pod(0.5, 96.0)) == "-"
    assert np.isnan(curve.far(0.5).value)


def test_time_steps_are_found_and_right():
    tracks, _ = member(hurricane(), hurricane(start=(12, 60), stop=(20, 80)), low())
    storms = observed(tracks, [0, 1], kt=[80.0, 40.0])
    chosen = np.ones(60, bool)
    chosen[:5] = False
    skill = step_skill(storms, AXIS.times, tracks, chosen)
    assert skill == StepSkill(steps=20, found=15, chosen=55, right=15)
    assert step_skill(storms, AXIS.times, tracks, chosen, right_kt=0.0).right == 35
    assert step_skill(storms, AXIS.times[:20], tracks, chosen).steps == 10
    assert str(skill + skill) == "0.75 of 40 found, 0.27 of 110 right"


@pytest.fixture
def years():
    """Members of two years, each with storms here and there."""
    first = [hurricane(start=(10 + m, -50), first=m) for m in range(6)] + LINES
    return {year: [matched(year, m, first, list(range(8))) for m in range(2)] for year in (2005, 2006)}


def test_what_is_fitted_on_one_year_tells_the_storms_of_another(years):
    weights = trial.fit(years[2005])
    curve = Curve.of(years[2006], trial.probabilities(weights, years[2006]))
    assert (curve.pod(0.5).value, curve.far(0.5).value) == (1.0, 0.0)
    assert weights.fitted_on["counts"] == {"tracks": 22, "storms": 16}
    assert weights.fitted_on["years"] == [2005]
    json.dumps(weights.fitted_on)


@pytest.fixture
def tried(years, monkeypatch, tmp_path):
    """A trial of these members."""
    read = lambda folder, chosen: iter([one for year in sorted(chosen) for one in years[year]])  # noqa: E731
    monkeypatch.setitem(trial.trial.__globals__, "matched_members", read)
    return lambda: trial.trial(tmp_path, {2005: (0, 1)}, {2006: (0, 1)})


def test_a_test_on_other_data_or_another_truth_is_said(years, tried):
    assert tried().remarks == ()
    other = years[2006][1]
    coarse = dataclasses.replace(other.member, fields=dataclasses.replace(other.member.fields, grid_degrees=1.0))
    years[2006][1] = dataclasses.replace(other, member=coarse, planted=False)
    assert tried().remarks == (
        "2006 member 1 of other data than was fitted on: grid_degrees was 2.0, is 1.0",
        "some tested years have planted storms, others best tracks: their figures are not of one kind",
    )


def test_a_trial_has_the_rule_first(tried):
    found = tried()
    assert [row.by for row in found.rows[:2]] == ["rule", "rule or p >= 0.1"]
    assert found.rows[0].pod[34.0].value == 1.0
    assert found.told_by == "pressure, warm core, wind"
    assert all(skill.found == skill.steps > 0 for skill in found.steps.values())
    plain = json.loads(json.dumps(found.to_json()))
    assert plain["lists"][0]["far"][0] == 0.0
    assert plain["tested"] == {"2006": [0, 1]}


def test_other_data_are_not_fitted_together(years):
    other = years[2006][0]
    coarse = dataclasses.replace(other.member, fields=dataclasses.replace(other.member.fields, grid_degrees=1.0))
    with pytest.raises(BadValue, match="2006 member 0 is of other data than 2005 member 0"):
        trial.fit([years[2005][0], dataclasses.replace(other, member=coarse)])


def test_no_year_is_fitted_and_tested(tmp_path):
    with pytest.raises(BadValue, match="years 2005 are in --fit and in --test"):
        trial.trial(tmp_path, {2005: (0,)}, {2005: (0,)})


def test_a_result_without_storms_says_what_to_do(tmp_path):
    for task in ("vort_track", "field_collection"):
        pipeline.run_task(1987, 0, task, {"data": "sample/20crv2c_1987", "results": tmp_path})
    with pytest.raises(BadValue, match=r"matched with no best track, and there is no truth_1987\.nc beside"):
        list(trial.matched_members(tmp_path, {1987: (0,)}))
    assert results.load_member(tmp_path, 1987, 0).grid_degrees == 2.0


def test_a_year_without_an_observed_storm_counts_too(tmp_path):
    setup = {"data": "sample/20crv2c_1987", "results": tmp_path, "best_tracks": "sample/gfs_2018/ibtracs_2018.csv"}
    for task in ("vort_track", "field_collection"):
        pipeline.run_task(1987, 0, task, setup)
    (one,) = trial.matched_members(tmp_path, {1987: (0,)})
    assert len(one.storms) == 0 and not one.planted and not one.is_storm.any()
