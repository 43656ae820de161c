"""A season that is like an archive: colours, classes, winds at three levels, warm and cold cores."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.science import sphere
from stormtracks.science.climatology.coasts import on_land
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks
from stormtracks.science.synthetic import CLASSES, LIKE, Plan, load_truth
from stormtracks.science.synthetic.atmosphere.heights import Heights
from stormtracks.science.synthetic.atmosphere.levels import LEVELS, jets, noise_share, share
from stormtracks.science.synthetic.atmosphere.weather import Weather
from stormtracks.science.synthetic.nature import NATURES, Colour
from stormtracks.science.synthetic.storms.courses import Room
from stormtracks.science.synthetic.storms.cyclones import STRONGEST_WIND, cyclones
from stormtracks.science.synthetic.storms.planted_storms import COLD_SHARE, UPPER_SHARE, storms
from stormtracks.science.synthetic.storms.vortices import Vortex, WindGrid
from stormtracks.science.synthetic.truth import write_truth

PLAN = Plan(2005, members=3, grid=6, start="2005-08-28", stop="2005-08-29", like="20crv2c")
MONTH = Plan(2005, members=1, grid=6, start="2005-08-15", stop="2005-09-15", like="20crv2c")


def one_storm(lat, wind_kt, poleward=0.0):
    """A best track of three days from a place at 60W, its wind the same all the time."""
    hours = np.arange(0, 73, 6)
    return BestTracks(
        sid=np.array(["2005240N20300"]),
        name=np.array(["ONE"]),
        basin=np.array(["NA"]),
        season=np.array([2005], np.int32),
        row_size=np.array([len(hours)], np.int32),
        time=np.datetime64("2005-08-28", "s") + hours.astype("timedelta64[h]"),
        lat=lat + poleward * hours,
        lon=np.full(len(hours), -60.0),
        wind_kt=np.full(len(hours), wind_kt, np.float32),
        pressure_hpa=np.full(len(hours), np.nan, np.float32),
    )


def winds(plan, best=None):
    """All winds of a plan, shape (step, level, component, member, nlat, nlon)."""
    planted = storms(plan, best or BestTracks.none())
    return np.array([list(step.values()) for step in Weather(plan, planted)])


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    path = tmp_path_factory.mktemp("truth") / "truth_2005.nc"
    plan = dataclasses.replace(MONTH, members=2)
    write_truth(path, plan, storms(plan, one_storm(20, 80)), cyclones(plan), {})
    return load_truth(path)


@pytest.mark.slow
@pytest.mark.parametrize("like", LIKE)
def test_the_same_plan_gives_the_same_arrays_and_another_seed_others(like):
    plan = dataclasses.replace(PLAN, members=1, like=like)
    assert np.array_equal(winds(plan), winds(plan))
    assert not np.array_equal(winds(plan), winds(dataclasses.replace(plan, seed=1)))


def test_a_member_does_not_depend_on_how_many_there_are():
    many, alone = winds(PLAN), winds(dataclasses.replace(PLAN, members=1))
    assert many.shape == (5, 3, 2, 3, 31, 60) and np.array_equal(many[:, :, :, :1], alone)
    assert not np.array_equal(many[:, :, :, 0], many[:, :, :, 1])


def test_a_season_like_no_archive_is_what_it_was():
    plan = Plan(2005, members=2, grid=5, start="2005-08-28", stop="2005-08-29")
    made = winds(plan)
    assert made.shape == (5, 1, 2, 2, 37, 72)
    expected = [
        [[-12.033, 1.486, 10.437], [-2.345, 3.907, -1.667], [-10.036, 0.376, 0.488], [16.178, 30.256, 6.039]],
        [[-2.584, 6.956, 7.064], [5.19, -2.703, -2.931], [1.059, -10.081, -7.994], [6.247, -0.026, 11.035]],
    ]
    assert np.allclose(made[4, 0, :, 1, 10:30:6, ::24], expected, atol=2e-3)


def test_the_noise_aloft_is_that_below_by_its_share_six_degrees_farther_west(monkeypatch):
    plan = dataclasses.replace(PLAN, members=1, extra_storms=False)
    monkeypatch.setitem(NATURES, "20crv2c", dataclasses.replace(NATURES["20crv2c"], populations=()))
    made = winds(plan)
    below, above = made[:, 0, 1, 0], made[:, 2, 1, 0]
    lat = np.abs(plan.axes.lat)
    for row in np.flatnonzero((lat < 9) | ((lat > 48) & (lat < 85))):  # where the share hardly changes by latitude
        expected = noise_share(plan.axes.lat[row]) * np.roll(below[:, row], -1, axis=-1)
        assert np.allclose(above[:, row], expected, atol=0.03 * np.abs(expected).max())


def test_jets_have_thermal_wind_and_trades_fade():
    middle, trades = jets(np.array([40.0, -40.0])), jets(np.array([10.0]))
    assert (jets(np.array([40.0, -40.0]), 200) > 2.5 * middle).all() and trades < -3
    assert trades < jets(np.array([10.0]), 500) and np.abs(jets(np.array([0.0]), 200)) < 4


@given(upper=st.floats(-0.5, 2.0))
def test_the_share_at_500_hpa_lies_between(upper):
    below, middle, above = (share(level, upper) for level in LEVELS)
    assert below == 1 and above == pytest.approx(upper) and min(1, upper) <= middle <= max(1, upper)


@pytest.mark.parametrize(("upper", "sign"), [(0.2, 1), (0.4, 1), (1.2, -1), (1.8, -1)])
def test_a_share_below_one_is_a_warm_core_and_one_above_a_cold_core(upper, sign):
    grid = Plan(2005, grid=4).axes
    centre = sphere.unit_vectors([30.0], [40.0]).astype(np.float32)[None]
    vortex = Vortex(0, centre, np.full((1, 1), 1e-4, np.float32), 450.0)
    fields = {level: np.zeros((2, 1, *grid.shape), np.float32) for level in LEVELS}
    WindGrid(grid).add_to(vortex, 0, [(share(level, upper), *fields[level]) for level in LEVELS])
    heights = Heights(grid).fields({level: tuple(pair) for level, pair in fields.items()})
    thickness = (heights["z200"] - heights["z500"])[0]
    around = sphere.distance_km(30, 40, grid.lat[:, None], grid.lon)
    ring = thickness[(around > 800) & (around < 1300)]
    assert sign * (thickness[30, 10] - ring.mean()) > 5 and heights["prmsl"][0, 30, 10] < 101000


@pytest.mark.slow
@pytest.mark.parametrize(("wind_kt", "least", "most"), [(40, 150, 450), (115, 900, 1900), (150, 1500, 3200)])
def test_storms_are_as_deep_as_the_archives(wind_kt, least, most):
    day = "2005-08-29"  # of which the first time is written: a day after the storm's first
    plan = dataclasses.replace(PLAN, members=1, grid=2, noise=0.0, start=day, stop=day, extra_storms=False)
    depths = []
    for seed in range(4):  # each of another size
        again = dataclasses.replace(plan, seed=seed)
        step = next(iter(Weather(again, storms(again, one_storm(18, wind_kt)))))
        pressure = Heights(plan.axes).fields(step)["prmsl"][0]
        around = sphere.distance_km(18, -60, plan.axes.lat[:, None], plan.axes.lon)
        depths.append(pressure[(around > 500) & (around < 700)].min() - pressure[around < 300].min())
    assert least < np.mean(depths) < most


def test_a_storm_is_the_same_on_every_grid_and_a_finer_one_shows_more_of_it():
    plan = dataclasses.replace(PLAN, members=1, grid=2)
    coarse, fine = (storms(dataclasses.replace(plan, grid=g), one_storm(18, 80))[0] for g in (2, 1))
    assert np.array_equal(coarse.vortex.spin, fine.vortex.spin) and coarse.vortex.size_km == fine.vortex.size_km
    alive = coarse.alive[0]
    assert (fine.resolved[0, alive] > 1.2 * coarse.resolved[0, alive]).all()
    assert np.median(coarse.resolved[0, alive]) == pytest.approx(2.5e-5 + 1.7e-6 * 80, rel=0.2)


def test_storms_have_sizes_of_their_own_and_lose_their_warm_core_poleward():
    best = one_storm(20, 80, poleward=0.5)
    planted = storms(dataclasses.replace(PLAN, grid=2, members=1), best)
    assert len({storm.vortex.size_km for storm in planted}) == 4
    lat = np.degrees(np.arcsin(planted[0].course.centre[:, 2]))
    warm = planted[0].upper_share
    assert (warm[lat < 35] <= UPPER_SHARE[1]).all() and (warm[lat > 52] == COLD_SHARE).all() and (lat > 52).any()


def test_the_truth_has_the_class_of_everything_planted(truth):
    everything = truth.cyclones(0)
    assert set(everything.kind) == set(CLASSES)
    planted = cyclones(MONTH)
    for kind in CLASSES[1:]:
        living = [c for c in planted if c.kind == kind and -c.vortex.first < c.vortex.spin.shape[1]]
        assert (everything.kind == kind).sum() == len([c for c in living if c.vortex.first < len(MONTH.times)])
    assert everything.kind[0] == "tropical_cyclone" and len(set(everything.sid)) == len(everything)
    assert everything.row_size.sum() == len(everything.lat) == len(everything.vorticity)


def test_the_truth_has_each_members_courses(truth):
    one, other = truth.cyclones(0, ["midlatitude_low"]), truth.cyclones(1, ["midlatitude_low"])
    assert np.array_equal(one.time, other.time) and set(one.kind) == {"midlatitude_low"}
    apart = sphere.distance_km(one.lat, one.lon, other.lat, other.lon)
    assert 40 < np.median(apart) < 200 and (one.vorticity > 0).all() and np.isnan(one.wind_kt).all()


def test_storms_of_the_truth_are_as_before_and_cyclones_too(truth):
    storms_, same = truth.storms(1), truth.cyclones(1, ["tropical_cyclone"])
    assert np.array_equal(storms_.lat, same.lat) and np.array_equal(storms_.sid, same.sid)
    assert np.array_equal(same.wind_kt, storms_.wind_kt) and (same.vorticity > 2e-5).all()


def test_a_truth_of_an_earlier_version_has_storms_only(truth):
    old = dataclasses.replace(truth, background=None)
    assert len(old.cyclones(0, ["tropical_cyclone"])) == len(old.storms(0)) == 4
    with pytest.raises(InputError, match="this truth has storms only; run inv plant again"):
        old.cyclones(0)
    with pytest.raises(BadValue, match="'typhoon' is not a class of what is planted; choose from tropical_cyclone, "):
        truth.cyclones(0, ["typhoon"])


def test_a_cyclone_is_no_smaller_than_a_cell():
    assert min(cyclone.vortex.size_km for cyclone in cyclones(MONTH)) >= 6 * 111.2


@pytest.mark.slow
def test_no_low_is_stronger_than_any_atmosphere_has():
    fine = Plan(2005, members=5, grid=2, start="2005-08-01", stop="2005-10-31", like="20crv2c")
    lows = [cyclone.vortex for cyclone in cyclones(fine) if cyclone.kind == "midlatitude_low"]
    winds_ = [np.abs(low.spin).max() * 500 * low.size_km * np.exp(-0.5) for low in lows]
    assert 30 < max(winds_) <= STRONGEST_WIND * (1 + 1e-6)


def test_classes_are_where_they_belong(truth):
    def births(kind):
        rows = truth.cyclones(0, [kind])
        first = rows.start[rows.time[rows.start] > truth.axis.times[0]]
        return rows.lat[first], rows.lon[first]

    lat, lon = births("heat_low")
    assert on_land(lat, lon).mean() > 0.9 and (lat > 0).mean() > 0.6  # born over land, then 60 km of each member
    lat, _ = births("subtropical_low")
    assert ((np.abs(lat) > 23) & (np.abs(lat) < 42)).all()
    lat, _ = births("midlatitude_low")
    assert ((np.abs(lat) > 28) & (np.abs(lat) < 64)).all() and 0.3 < (lat > 0).mean() < 0.7


def test_heat_lows_follow_the_summer():
    def north(start, stop):
        plan = dataclasses.replace(MONTH, start=start, stop=stop)
        return np.mean([c.vortex.centre[0, 0, 2] > 0 for c in cyclones(plan) if c.kind == "heat_low"])

    assert north("2005-07-01", "2005-08-01") > 0.8 > 0.2 > north("2005-01-01", "2005-02-01")


@pytest.mark.slow
def test_one_mid_latitude_low_in_twenty_is_a_warm_seclusion():
    planted = cyclones(Plan(2005, members=1, grid=10, start="2005-01-01", stop="2005-07-01", like="20crv2c"))
    shares = {kind: [c.upper_share for c in planted if c.kind == kind] for kind in CLASSES}
    seclusions, lows = shares["warm_seclusion"], shares["midlatitude_low"]
    assert 0.03 < len(seclusions) / (len(seclusions) + len(lows)) < 0.07
    assert min(seclusions) >= 0.7 and max(seclusions) <= 1 and min(lows) >= 1.2 and max(lows) <= 1.8


def test_mid_latitude_lows_keep_apart():
    lows = [c.vortex for c in cyclones(MONTH) if c.kind in ("midlatitude_low", "warm_seclusion", "subtropical_low")]
    step = 60
    alive = np.array([low.centre[0, step - low.first] for low in lows if 0 <= step - low.first < low.spin.shape[1]])
    likeness = alive @ alive.T - 2 * np.eye(len(alive))
    nearest = sphere.EARTH_RADIUS_KM * np.arccos(likeness.max(axis=1))
    assert len(alive) > 15 and np.median(nearest) > 1100 and nearest.min() > 300


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), apart=st.floats(100, 1500))
def test_few_courses_always_find_room(seed, apart):
    generator = np.random.default_rng(seed)
    life = np.full(5, 3)
    lat, lon = generator.uniform(-40, 40, 15), generator.uniform(0, 360, 15)
    lat, lon = np.repeat(lat[::3], 3), np.repeat(lon[::3], 3)
    moved = lon + np.repeat(Room().shifts(np.zeros(5, int), life, (lat, lon), apart, generator), 3)
    distance = sphere.distance_km(lat[::3, None], moved[::3, None], lat[::3], moved[::3])
    assert (distance + 1e6 * np.eye(5)).min() > apart


@given(size=st.integers(5, 90), rolloff=st.floats(5, 90), high=st.just(0.0) | st.floats(1, 20))
def test_a_colours_variance_is_one_and_smaller_beyond_the_rolloff(size, rolloff, high):
    spectrum = Colour(96, rolloff, 3.0, high).spectrum(size)
    assert spectrum.sum() == pytest.approx(1) and (spectrum >= 0).all() and spectrum[0] == 0


def test_the_background_has_no_waves_that_the_archives_model_cannot_have():
    plan = dataclasses.replace(PLAN, members=1, grid=2.0, stop="2005-08-28", extra_storms=False)
    u = winds(plan)[0, 0, 0, 0]
    power = np.abs(np.fft.rfft(u[20:70], axis=-1)) ** 2
    assert power[:, 63:].sum() < 1e-3 * power[:, 10:63].sum()


def test_a_likeness_that_is_not_known_is_refused():
    with pytest.raises(BadValue, match="'like' must be 20crv2c or era5, not '20crv3'"):
        dataclasses.replace(PLAN, like="20crv3")
