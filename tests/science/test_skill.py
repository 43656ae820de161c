"""Skill against planted storms: hits, misses, errors, pieces and false alarms of tracks made by hand."""

import numpy as np
import pytest

from stormtracks.science.records import TimeAxis, Tracks
from stormtracks.science.skill import score
from stormtracks.science.synthetic import Truth

TIMES = np.datetime64("2005-09-01", "s") + np.arange(20) * np.timedelta64(6, "h")
AXIS = TimeAxis(TIMES, np.arange(20) * 6.0)


def storm(steps, lat, wind=60.0):
    steps = np.asarray(steps)
    return steps, np.full(len(steps), float(lat)), -50.0 - 0.5 * steps, np.full(len(steps), wind)


def truth(*storms):
    steps, lat, lon, wind = (np.concatenate(column) for column in zip(*storms, strict=True))
    number = len(storms)
    return Truth(
        year=2005, axis=AXIS, sid=np.array([f"S{k}" for k in range(number)]), name=np.array([""] * number),
        basin=np.array(["NA"] * number), member=np.zeros(number, np.int32),
        row_size=np.array([len(s[0]) for s in storms], np.int32), time=TIMES[steps], lat=lat, lon=lon,
        vorticity=(1e-6 * wind).astype(np.float32), wind_kt=wind.astype(np.float32),
    )  # fmt: skip


def tracks(*lines):
    steps, lat, lon, wind = (np.concatenate(column) for column in zip(*lines, strict=True))
    size = np.array([len(line[0]) for line in lines], np.int32)
    return Tracks(size, TIMES[steps], lat, lon, (1e-6 * wind).astype(np.float32), np.arange(len(steps)))


def test_tracks_that_are_the_truth_are_perfect():
    skill = score(truth(storm(range(10), 15), storm(range(4, 16), 30)), 0, _both())
    assert (skill.pod, skill.far, skill.pieces, skill.coverage) == (1, 0, 1, 1)
    assert skill.mean_error_km == skill.median_error_km == 0
    assert skill.storms == ("S0", "S1") and skill.missed == ()


def _both():
    return tracks(storm(range(10), 15), storm(range(4, 16), 30))


def test_error_is_the_distance_at_common_times():
    skill = score(truth(storm(range(10), 15)), 0, tracks(storm(range(2, 10), 16)))
    assert skill.mean_error_km == pytest.approx(111.2, abs=0.1)
    assert skill.coverage == 0.8


def test_a_storm_in_two_pieces_and_a_false_track():
    lines = storm(range(8), 15), storm(range(9, 20), 15), storm(range(10), -40)
    skill = score(truth(storm(range(20), 15)), 0, tracks(*lines))
    assert (skill.pieces, skill.tracks, skill.false_tracks) == (2, 3, 1)
    assert skill.far == pytest.approx(1 / 3)


def test_a_miss_is_named():
    skill = score(truth(storm(range(10), 15), storm(range(10), -20)), 0, tracks(storm(range(10), 15)))
    assert skill.pod == 0.5 and skill.missed == ("S1",)


def test_weak_and_short_storms_do_not_count_and_are_no_false_alarms():
    planted = truth(storm(range(10), 15), storm(range(10), 30, wind=30.0), storm(range(6), 45))
    skill = score(planted, 0, tracks(storm(range(10), 30)))
    assert skill.storms == ("S0",) and skill.pod == 0
    assert skill.far == 0 and np.isnan(skill.mean_error_km) and np.isnan(skill.pieces)


def test_no_tracks_and_no_storms():
    none = Tracks(np.zeros(0, np.int32), TIMES[:0], *(np.zeros(0) for _ in range(3)), np.zeros(0, int))
    skill = score(truth(storm(range(10), 15)), 0, none)
    assert skill.pod == 0 and np.isnan(skill.far)
    nothing = score(truth(storm(range(10), 15)), 1, _both())
    assert nothing.storms == () and np.isnan(nothing.pod) and nothing.far == 1
