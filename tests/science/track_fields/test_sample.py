"""Features of random fields on all kinds of grids, held against plain loops in double precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.records import Grid
from stormtracks.science.track_fields import Points, Sampler
from stormtracks.science.track_fields.features import AROUND_LOWS, OF_HEIGHTS
from stormtracks.science.vorticity import cyclonic_vorticity
from tests.science.track_fields import brute_force

GRIDS = {
    "2 degrees": Grid(np.linspace(-90, 90, 91), np.arange(0, 360, 2.0), True),
    "5 degrees": Grid(np.linspace(-90, 90, 37), np.arange(0, 360, 5.0), True),
    "without the poles": Grid(np.arange(-88.75, 89, 2.5), np.arange(1.25, 360, 2.5), True),
    "Gaussian": Grid(np.degrees(np.arcsin(np.polynomial.legendre.leggauss(64)[0])), np.arange(0, 360, 2.8125), True),
    "regional": Grid(np.arange(-10, 41, 1.0), np.arange(340, 391, 1.0), False),
    "wide region": Grid(np.arange(-60, 61, 2.5), np.arange(10, 300, 2.5), False),
}
ROLES = ("pressure", "height_upper", "height_middle", "height_lower", "u", "v", "vorticity", "temperature")
SAMPLERS = {name: Sampler(grid, core_min_depth_pa=0.0) for name, grid in GRIDS.items()}


def one_point(lat, lon, heading, field=0):
    heading = np.radians(heading)
    return Points(
        np.array([field]), np.array([lat]), np.array([lon]), np.array([np.sin(heading)]), np.array([np.cos(heading)])
    )


def expected(fields, grid, lat, lon, heading):
    """All features of one point by plain loops."""
    fields = {role: field.astype(float) for role, field in fields.items()}
    if brute_force.nearest(grid, lat, lon) is None:
        return {}
    found = {}
    value, cell = brute_force.lowest(fields["pressure"], grid, lat, lon, 350.0)
    start = (lat, lon)
    if cell is not None:
        start = grid.lat[cell[0]], grid.lon[cell[1]]
        found["pressure_min"] = value
        found["pressure_depth"] = brute_force.rise(fields["pressure"], grid, cell, 5.5)
    cold = fields["height_middle"] - fields["height_upper"]
    _, cell = brute_force.lowest(cold, grid, *start, 250.0)
    if cell is not None:
        found["warm_core"] = brute_force.rise(cold, grid, cell, 6.5)
    lower = fields["height_middle"] - fields["height_lower"]
    found["lower_thickness_asymmetry"] = brute_force.asymmetry(lower, grid, lat, lon, heading, 500.0)
    inside = brute_force.disc(grid, lat, lon, 500.0)
    spread = {}
    for role in ("height_lower", "height_middle", "height_upper"):
        values = fields[role][inside & ~np.isnan(fields[role])]
        spread[role] = np.ptp(values) if len(values) else np.nan
    found["thermal_wind_lower"] = (spread["height_lower"] - spread["height_middle"]) / np.log(1000 / 500)
    found["thermal_wind_upper"] = (spread["height_middle"] - spread["height_upper"]) / np.log(500 / 200)
    found["wind_max"] = np.sqrt(-brute_force.lowest(-(fields["u"] ** 2 + fields["v"] ** 2), grid, lat, lon, 500.0)[0])
    areas = brute_force.areas(grid)
    found["vorticity_mean"] = brute_force.mean(fields["vorticity"], areas * brute_force.disc(grid, lat, lon, 300.0))
    found["t850"] = brute_force.mean(fields["temperature"], areas * brute_force.disc(grid, lat, lon, 200.0))
    return found


@given(
    name=st.sampled_from(sorted(GRIDS)),
    seed=st.integers(0, 2**32 - 1),
    lacking=st.sampled_from([0.0, 0.0, 0.2, 0.6, 1.0]),
    lat=st.one_of(st.sampled_from([-90.0, 90.0, 0.0, 40.0]), st.floats(-90, 90).map(lambda lat: round(lat, 3) + 1e-4)),
    lon=st.one_of(
        st.sampled_from([0.0, 180.0, -0.4, 359.3, 30.0]), st.floats(-180, 360).map(lambda lon: round(lon, 3) + 1e-4)
    ),
    heading=st.floats(0, 360),
)
@settings(max_examples=25, deadline=None)
def test_the_tables_find_what_plain_loops_find(name, seed, lacking, lat, lon, heading):
    grid, rng = GRIDS[name], np.random.default_rng(seed)
    fields = {role: rng.normal(10.0, 5.0, grid.shape).astype(np.float32) for role in ROLES}
    for field in fields.values():
        field[rng.uniform(size=grid.shape) < lacking] = np.nan
    found = SAMPLERS[name].sample(
        {role: field[np.newaxis] for role, field in fields.items()}, one_point(lat, lon, heading)
    )
    wanted = expected(fields, grid, lat, lon, heading)
    for feature, values in found.items():
        if feature not in ("sea", "pressure_lat", "pressure_lon", "wind_max_distance"):
            assert values[0] == pytest.approx(wanted.get(feature, np.nan), rel=1e-5, abs=1e-4, nan_ok=True), feature


def many_points(grid, count, nfields=3, seed=1):
    rng = np.random.default_rng(seed)
    heading = rng.uniform(0, 2 * np.pi, count)
    lat, lon = np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)
    return Points(rng.integers(0, nfields, count), lat, lon, np.sin(heading), np.cos(heading))


def random_fields(grid, nfields=3, roles=ROLES, seed=2):
    rng = np.random.default_rng(seed)
    return {role: rng.normal(10.0, 5.0, (nfields, *grid.shape)).astype(np.float32) for role in roles}


@pytest.mark.parametrize("name", ["2 degrees", "regional"])
def test_a_point_has_the_same_features_in_any_company(name):
    grid, sampler = GRIDS[name], SAMPLERS[name]
    points, fields = many_points(grid, 150), random_fields(grid, roles=[role for role in ROLES if role != "vorticity"])
    together = sampler.sample(fields, points)
    assert np.isfinite(together["vorticity_mean"]).any()
    for number in range(0, 150, 10):
        alone = sampler.sample(fields, points.take(np.array([number])))
        for feature, values in together.items():
            assert np.array_equal(alone[feature], values[[number]], equal_nan=True), feature


def test_the_southern_hemisphere_mirrors_the_northern():
    grid, sampler = GRIDS["2 degrees"], SAMPLERS["2 degrees"]
    points, fields = many_points(grid, 300), random_fields(grid)
    mirrored = {role: field[:, ::-1] * (-1 if role == "v" else 1) for role, field in fields.items()}
    there = Points(points.field, -points.lat, points.lon, points.east, -points.north)
    assert_alike(sampler.sample(mirrored, there), sampler.sample(fields, points), but={"pressure_lat": -1, "sea": None})


def test_turned_fields_give_the_same_everywhere():
    grid, sampler = GRIDS["2 degrees"], SAMPLERS["2 degrees"]
    points, fields = many_points(grid, 300), random_fields(grid)
    turned = {role: np.roll(field, 61, axis=-1) for role, field in fields.items()}
    there = Points(points.field, points.lat, points.lon + 122.0, points.east, points.north)
    found = sampler.sample(turned, there)
    assert_alike(found, sampler.sample(fields, points), but={"pressure_lon": None, "sea": None})


def assert_alike(found, wanted, but):
    for feature, values in wanted.items():
        sign = but.get(feature, 1)
        if sign is not None:
            np.testing.assert_allclose(found[feature], sign * values, rtol=1e-5, atol=1e-4, err_msg=feature)


@pytest.mark.parametrize("name", ["2 degrees", "Gaussian", "without the poles"])
def test_mean_vorticity_is_that_of_the_field_around(name):
    grid, sampler = GRIDS[name], SAMPLERS[name]
    lat, lon = np.radians(grid.lat)[:, np.newaxis], np.radians(grid.lon)
    u = (20 * np.cos(lat) + 8 * np.sin(2 * lon) * np.sin(3 * lat))[np.newaxis].astype(np.float32)
    v = (10 * np.cos(3 * lon) * np.cos(lat) ** 2)[np.newaxis].astype(np.float32)
    points = many_points(grid, 300, nfields=1)
    points = points.take(np.flatnonzero(np.abs(points.lat) < 75))
    whole = sampler.sample({"vorticity": cyclonic_vorticity(u, v, grid)}, points)["vorticity_mean"]
    around = sampler.sample({"u": u, "v": v}, points)["vorticity_mean"]
    assert np.abs(around - whole).max() < 0.02 * np.abs(whole).max()


def test_a_storm_has_its_depth_wherever_its_centre_lies():
    grid = GRIDS["2 degrees"]
    for lat, lon in ((12.3, 0.4), (-25.1, 179.7), (47.7, 359.2), (66.0, 91.0)):
        away = sphere.distance_km(lat, lon, grid.lat[:, np.newaxis], grid.lon)
        low = (101000 - 3000 * np.exp(-((away / 300) ** 2)))[np.newaxis].astype(np.float32)
        found = SAMPLERS["2 degrees"].sample({"pressure": low}, one_point(lat, lon, 0.0))
        assert 0.9 < found["pressure_depth"][0] / (101000 - found["pressure_min"][0]) <= 1.0
        assert sphere.distance_km(lat, lon, found["pressure_lat"], found["pressure_lon"])[0] < 160.0


def test_a_warm_core_is_positive_and_so_are_its_thermal_winds():
    grid = GRIDS["2 degrees"]
    bump = np.exp(-((sphere.distance_km(15.0, 200.0, grid.lat[:, np.newaxis], grid.lon) / 300) ** 2))[np.newaxis]
    heights = {"height_lower": 100 - 200 * bump, "height_middle": 5800 - 80 * bump, "height_upper": 12300 - 10 * bump}
    fields = {role: field.astype(np.float32) for role, field in heights.items()}
    found = SAMPLERS["2 degrees"].sample(fields, one_point(15.4, -159.7, 290.0))
    assert 50.0 < found["warm_core"][0] < 70.0  # the highest cell is not the peak
    assert found["thermal_wind_lower"][0] > 0 and found["thermal_wind_upper"][0] > 0
    assert abs(found["lower_thickness_asymmetry"][0]) < 25.0


def test_warm_air_on_the_equatorward_side_of_an_eastward_low_is_a_positive_asymmetry():
    grid = GRIDS["2 degrees"]
    lower = np.zeros((1, *grid.shape), np.float32)
    middle = (5500 - 10 * np.abs(grid.lat))[np.newaxis, :, np.newaxis] * np.ones((1, *grid.shape), np.float32)
    fields = {"height_lower": lower, "height_middle": middle.astype(np.float32)}
    for lat in (45.0, -45.0):
        east = SAMPLERS["2 degrees"].sample(fields, one_point(lat, 10.3, 90.0))["lower_thickness_asymmetry"][0]
        west = SAMPLERS["2 degrees"].sample(fields, one_point(lat, 10.3, 270.0))["lower_thickness_asymmetry"][0]
        assert east == pytest.approx(-west, rel=0.02) and 25 < east < 60


def test_what_kind_a_low_is_of_is_asked_only_where_there_is_one():
    grid = GRIDS["2 degrees"]
    points, fields = many_points(grid, 200), random_fields(grid)
    everywhere = SAMPLERS["2 degrees"].sample(fields, points)
    for collected, but in (("all", OF_HEIGHTS), ("lows", (*OF_HEIGHTS, *AROUND_LOWS))):
        found = Sampler(grid, core_min_depth_pa=3.0, collect_points=collected).sample(fields, points)
        low = found["pressure_depth"] >= 3.0
        assert 20 < low.sum() < 180
        for feature, values in found.items():
            wanted = np.where(low, everywhere[feature], np.nan) if feature in but else everywhere[feature]
            np.testing.assert_array_equal(values, wanted, err_msg=feature)
