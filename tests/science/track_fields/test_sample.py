"""Features of random fields on all kinds of grids, held against plain loops in double precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science.records import Grid
from stormtracks.science.track_fields import Points, Sampler
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
SAMPLERS = {name: Sampler(grid) for name, grid in GRIDS.items()}


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
@settings(max_examples=120, deadline=None)
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
