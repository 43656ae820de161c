import numpy as np
import pytest
from both_paths import on_both
from fields import six_hourly
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from stormtracks.science import followers, linking, sphere
from stormtracks.science.contests import Contests
from stormtracks.science.kernel import links
from stormtracks.science.records import Maxima, TimeAxis
from stormtracks.science.settings import LINKERS

pytestmark = pytest.mark.usefixtures("compiled")


def maxima(seed, count, steps, spacing):
    """Maxima on the crossings of a coarse grid, with poles and the date line: many are equally far."""
    rng = np.random.default_rng(seed)
    middle = rng.choice([-90, -45, 0, 84]), rng.integers(-180, 180)
    lat = np.clip(middle[0] + spacing * rng.integers(-4, 5, count), -90.0, 90.0)
    lon = sphere.wrap(middle[1] + spacing * rng.integers(-6, 7, count))
    step = np.sort(rng.integers(0, steps, count)).astype("i4")
    order = np.lexsort((lon, lat, step))
    vorticity = rng.choice(np.array([3e-5, 5e-5, 9e-5, np.nan], "f4"), count, p=[0.4, 0.3, 0.29, 0.01])
    return Maxima(step, lat[order], lon[order], vorticity)


def assert_alike(one, other):
    for name in ("row_size", "time", "lat", "lon", "vorticity", "maximum"):
        values = getattr(one, name), getattr(other, name)
        assert values[0].dtype == values[1].dtype and np.array_equal(*values, equal_nan=name != "time"), name


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    count=st.integers(0, 250),
    spacing=st.sampled_from([0.5, 1.0, 2.5]),
    linker=st.sampled_from(LINKERS),
    bridged=st.integers(0, 2),
    together=st.sampled_from([1, 40, 1 << 14]),
    cost=st.sampled_from([0.0, 300.0]),
)
def test_tracks_are_the_same(seed, count, spacing, linker, bridged, together, cost):
    rng = np.random.default_rng(seed)
    axis = six_hourly(9)
    hours = axis.hours[np.sort(rng.choice(9, 6, replace=False))] if seed % 2 else axis.hours[:6]
    axis = TimeAxis(axis.times[0] + (hours * 3600).astype("timedelta64[s]"), hours - hours[0])
    rows = maxima(seed, count, 6, spacing)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(followers, "TOGETHER", together)
        how = {"linker": linker, "max_missing_steps": bridged, "strength_cost_km": cost, "min_points": 2}
        assert_alike(*on_both(lambda: linking.link(rows, axis, **how)))


@settings(max_examples=60)
@given(st.integers(0, 2**31), st.integers(0, 120), st.integers(0, 2), st.sampled_from([0.0, 111.0, 9e2, 20016.0, 3e6]))
def test_near_pairs_are_the_same(seed, count, later, km):
    rows = maxima(seed, count, 3, 1.0)
    rng = np.random.default_rng(seed)
    which = {"leads": rng.random(count) < 0.8, "follows": rng.random(count) < 0.8} if later and seed % 2 else {}
    found = on_both(lambda: sphere.pairs_within(rows.lat, rows.lon, rows.step, km, later, **which))
    assert len({tuple(sorted(zip(*(column.tolist() for column in one), strict=True))) for one in found}) == 1
    first, second, _ = found[0]
    wanted = rows.step[:, None] + later == rows.step
    wanted &= sphere.distance_m(*(one[:, None] for one in (rows.lat, rows.lon)), rows.lat, rows.lon) <= 1000 * km
    if not later:
        wanted = np.triu(wanted, 1)
        first, second = np.minimum(first, second), np.maximum(first, second)
    if which:
        wanted &= which["leads"][:, None] & which["follows"]
    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == [
        tuple(pair) for pair in np.argwhere(wanted).tolist()
    ]


def test_pairs_are_the_same_where_there_is_room_for_few(monkeypatch):
    rows = maxima(3, 400, 2, 1.0)
    monkeypatch.setattr(links, "_ROOM", 1)
    plain, compiled = on_both(lambda: sphere.pairs_within(rows.lat, rows.lon, rows.step, 900.0, 1))
    assert len(plain[0]) > 3 * 400
    assert np.array_equal(np.sort(np.stack(plain, 1), axis=0), np.sort(np.stack(compiled, 1), axis=0))


@pytest.mark.parametrize("shuffled", [0, 3, 400])
def test_points_are_put_in_order_however_far_they_are_from_it(shuffled):
    rng = np.random.default_rng(shuffled)
    height = np.sort(rng.integers(0, 90, 400)).astype(float)  # many are equally high
    height = height[np.argsort(np.arange(400) + rng.uniform(0, shuffled, 400), kind="stable")]
    assert np.array_equal(links._by_height(height), np.argsort(height, kind="stable"))


def test_distances_are_the_same_in_the_metre_from_the_equator_to_the_poles():
    rng = np.random.default_rng(8)
    lat = np.concatenate([rng.uniform(-90, 90, 1500), 90 - 10.0 ** rng.uniform(-5, 0, 500)])
    lat = np.concatenate([lat, np.clip(lat + rng.uniform(-6, 6, 2000), -90, 90)])
    lon, moment = rng.uniform(-180, 180, 4000), np.repeat([0, 1], 2000)
    lon[2000:3500] = sphere.wrap(lon[:1500] + rng.uniform(-6, 6, 1500))
    found = on_both(lambda: sphere.pairs_within(lat, lon, moment, 900.0, 1))
    first, second, metres = found[1]
    assert len(first) > 10_000 and np.array_equal(
        metres, sphere.distance_m(lat[first], lon[first], lat[second], lon[second])
    )
    assert len({frozenset(zip(*(column.tolist() for column in one), strict=True)) for one in found}) == 1


@given(st.integers(0, 2**31), st.integers(1, 9), st.integers(1, 9), st.sampled_from([2, 5, 10**6]))
def test_contests_are_decided_as_by_all_pairs_at_once(seed, ntails, nheads, most):
    rng = np.random.default_rng(seed)
    there = rng.random((ntails, nheads)) < 0.5
    tails, heads = np.nonzero(there)
    cost = rng.integers(-1, most, len(tails))
    chosen = Contests.of(tails, heads + ntails).decided(slice(0, len(tails)), cost, most)
    assert len(set(tails[chosen])) == len(set(heads[chosen])) == len(chosen) and (cost[chosen] >= 0).all()
    whole = np.zeros(there.shape)
    whole[tails, heads] = np.where(cost >= 0, 1000.0 * cost - 1001.0 * most, 0)
    assert (1000.0 * cost[chosen] - 1001.0 * most).sum() == whole[linear_sum_assignment(whole)].sum()
