"""A task of millions of maxima finds and saves what it would with few: here everything is much."""

import dataclasses
import functools
import itertools

import numpy as np
import pytest
from fields import six_hourly
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import chains, heads, linked_tracks, linking, pipeline, results
from stormtracks.science.records import Maxima, Tracks
from stormtracks.science.results import columns, large

COLUMNS = tuple(field.name for field in dataclasses.fields(Tracks))


def same(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS)


@pytest.fixture
def few_are_many(monkeypatch):
    """What is done of millions is done of a handful."""
    monkeypatch.setattr(linked_tracks, "MANY", 0)
    monkeypatch.setattr(large, "LARGE", 0)
    monkeypatch.setattr(columns, "_LONG", 4)
    monkeypatch.setattr(columns, "_CHUNK", 8)
    monkeypatch.setattr(Tracks, "parts", functools.partialmethod(Tracks.parts, points=10))


def task(folder):
    setup = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc"}
    pipeline.run_task(1987, 0, "vort_track", setup | {"results": str(folder)})
    return results.load(folder, 1987, 0)


def test_a_large_result_is_that_of_a_small_one(tmp_path, monkeypatch, few_are_many):
    made = task(tmp_path / "many")
    monkeypatch.undo()
    usual = task(tmp_path / "few")
    assert len(usual.tracks) > 100
    assert usual.matches.hit.any()
    for part in ("maxima", "tracks", "matches", "axis"):
        for field in dataclasses.fields(getattr(usual, part)):
            np.testing.assert_array_equal(*(getattr(getattr(one, part), field.name) for one in (made, usual)))
    kept = [next((tmp_path / name / ".index").rglob("*.columns")).stat().st_size for name in ("many", "few")]
    assert abs(kept[0] - kept[1]) < 64  # the lengths of their numbers


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(1, 40))
def test_parts_are_whole_tracks_and_all_of_them(sizes, points):
    count = sum(sizes)
    maxima = Maxima(np.arange(count, dtype="i4"), np.arange(count) / 9.0, np.arange(count) / 7.0, np.ones(count, "f4"))
    order = np.random.default_rng(count).permutation(count)
    made = linked_tracks.LinkedTracks(maxima, six_hourly(count), order, np.array(sizes, "i4"))
    whole = linked_tracks.whole(maxima, six_hourly(count), order, np.array(sizes, "i4"))
    assert same(made, whole)
    for tracks in (made, whole):
        parts = list(tracks.parts(points))
        assert same(Tracks.joined(parts), whole)
        assert all(len(part.time) <= points or len(part) == 1 for part in parts)
    assert same(made.take(np.array([0])), whole.take(np.array([0])))


def test_heads_of_parts_are_those_of_all_at_once(tmp_path, monkeypatch):
    tracks = task(tmp_path).tracks
    usual = heads.of(tracks)
    monkeypatch.setattr(Tracks, "parts", functools.partialmethod(Tracks.parts, points=50))
    for name, values in vars(heads.of(tracks)).items():
        np.testing.assert_array_equal(values, getattr(usual, name), err_msg=name)


@given(st.data(), st.sampled_from([1, 3, 1 << 16]))
@settings(max_examples=40)
def test_chains_are_those_that_one_walks_along(data, together):
    count = data.draw(st.integers(0, 25))
    successor, free = np.full(count, -1, np.int32), list(range(count))
    for tail in range(count):
        later = [head for head in free if head > tail]
        if later and data.draw(st.booleans()):
            successor[tail] = data.draw(st.sampled_from(later))
            free.remove(successor[tail])
    vorticity = np.array([data.draw(st.sampled_from([1e-5, 4e-5, 8e-5])) for _ in range(count)], np.float32)
    walked = _walked(successor.tolist(), vorticity, 2, 4e-5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "_TOGETHER", together)
        patch.setattr(chains.kernel, "library", lambda: None)
        maximum, row_size = chains.chains(vorticity, successor, min_points=2, min_peak_s1=4e-5)
    assert maximum.tolist() == list(itertools.chain(*walked))
    assert row_size.tolist() == [len(one) for one in walked]


def _walked(successor, vorticity, min_points, least):
    found = []
    for first in sorted(set(range(len(successor))) - set(successor)):
        one = [first]
        while successor[one[-1]] >= 0:
            one.append(successor[one[-1]])
        if len(one) >= min_points and vorticity[one].max() >= least * (1 - 1e-6):
            found.append(one)
    return found


def test_few_points_are_not_looked_up_again_and_again():
    maxima = Maxima(np.arange(8, dtype="i4"), np.full(8, 18.0), -60.0 - np.arange(8.0), np.full(8, 7e-5, "f4"))
    assert type(linking.link(maxima, six_hourly(8), looked_up=True)) is Tracks
