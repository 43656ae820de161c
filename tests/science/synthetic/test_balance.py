"""Pressure in balance with winds: against flows whose geopotential is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science.sphere import EARTH_RADIUS_KM, unit_vectors
from stormtracks.science.synthetic.atmosphere.balance import EARTH_ROTATION, Balance
from stormtracks.science.synthetic.atmosphere.harmonics import finer, quadrature
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.storms.vortices import Vortex, WindGrid

GRID = Plan(2005, grid=3).axes
BALANCE = Balance(GRID)
RADIUS = 1e3 * EARTH_RADIUS_KM


def vortex(lat, lon, size_km=600.0, spin=8e-5):
    """Winds of a vortex, shape (1, nlat, nlon)."""
    u, v = np.zeros((2, 1, *GRID.shape), np.float32)
    centre = unit_vectors(np.array([[lat]]), np.array([[lon]])).astype(np.float32)
    WindGrid(GRID).add(Vortex(0, centre, np.array([[spin]], np.float32), size_km), 0, u, v)
    return u, v


def away(lat, lon):
    """Sine and cosine of every grid point's distance from a place."""
    points = unit_vectors(*(a.reshape(-1) for a in np.meshgrid(GRID.lat, GRID.lon, indexing="ij")))
    cos = (points @ unit_vectors(np.array([lat]), np.array([lon]))[0]).reshape(GRID.shape)
    return np.sqrt(np.clip(1 - cos**2, 0, 1)), cos


def zero_mean(field):
    weights = quadrature(len(GRID.lat)) / 2
    return field - (weights * field.mean(axis=-1)).sum()


@settings(max_examples=20, deadline=None)
@given(st.floats(-90, 90), st.floats(0, 360), st.floats(-40, 40))
def test_solid_rotation_about_any_axis_has_the_geopotential_of_its_gradient_wind(lat, lon, speed):
    """Its linear part is the integral of the Coriolis force, its quadratic part that of the centrifugal force."""
    axis = unit_vectors(np.array([lat]), np.array([lon]))[0]
    lats, lons = np.meshgrid(np.radians(GRID.lat), np.radians(GRID.lon), indexing="ij")
    east = np.stack([-np.sin(lons), np.cos(lons), 0 * lons])
    north = np.stack([-np.sin(lats) * np.cos(lons), -np.sin(lats) * np.sin(lons), np.cos(lats)])
    u, v = (speed * np.tensordot(axis, side, 1)[None].astype(np.float32) for side in (north, -east))
    ahead, back = BALANCE.geopotential(u, v)[0], BALANCE.geopotential(-u, -v)[0]
    sine, cosine = away(lat, lon)
    assert np.allclose((ahead + back) / 2, zero_mean(speed**2 / 2 * sine**2), atol=0.5)
    linear = -EARTH_ROTATION * RADIUS * speed * zero_mean(np.sin(lats) * cosine)
    assert np.allclose((ahead - back) / 2, linear, atol=0.5)


def test_the_low_of_a_vortex_is_that_of_the_gradient_wind():
    """At the pole: Phi' = f w + w^2 / (a tan(distance)), integrated from outside."""
    u, v = vortex(90, 0)
    fine = np.linspace(1e-6, np.pi, 20001)
    wind = 0.5 * 8e-5 * RADIUS * np.exp(-(1 - np.cos(fine)) / (600 / EARTH_RADIUS_KM) ** 2) * np.sin(fine)
    slope = (2 * EARTH_ROTATION * np.cos(fine) + wind / (RADIUS * np.tan(fine))) * wind * RADIUS
    low = np.concatenate([[0], np.cumsum((slope[1:] + slope[:-1]) / 2 * np.diff(fine))])
    found = BALANCE.geopotential(u, v)[0, :, 0]
    distance = np.radians(90 - GRID.lat)
    assert np.allclose(found - found[0], np.interp(distance, fine, low) - low[-1], atol=3)
    assert found[-1] - found[0] < -1500


def test_a_low_of_either_hemisphere_is_low_and_the_fast_wind_deepens_it():
    for lat in (25.0, -25.0):
        u, v = vortex(lat, 120, 500.0, np.copysign(1.5e-4, lat))
        depth = [BALANCE.geopotential(f * u, f * v)[0].min() for f in (np.float32(0.1), np.float32(1))]
        row, column = np.unravel_index(BALANCE.geopotential(u, v)[0].argmin(), GRID.shape)
        assert abs(GRID.lat[row] - lat) <= 3 and abs(GRID.lon[column] - 120) <= 3
        assert depth[1] < 1.3 * 10 * depth[0] < 0


def test_vorticity_is_whole_also_where_differences_on_the_grid_are_not():
    u, v = vortex(30, 90)
    assert BALANCE.vorticity(u, v)[0, 40, 30] == pytest.approx(8e-5, rel=2e-3)


def test_a_member_does_not_depend_on_how_many_there_are():
    generator = np.random.default_rng(1)
    u, v = generator.normal(0, 10, (2, 11, *GRID.shape)).astype(np.float32)
    many = BALANCE.geopotential(u, v)
    assert np.array_equal(BALANCE.geopotential(u[:1], v[:1])[0], many[0])
    assert np.array_equal(BALANCE.geopotential(u[:9], v[:9]), many[:9])


def test_a_spectral_model_has_nothing_beyond_its_truncation():
    u, v = vortex(55, 100, 300.0)
    coarse, fine = (balance.geopotential(u, v)[0] for balance in (Balance(GRID, 20), BALANCE))
    row = np.searchsorted(GRID.lat, 60)
    power = [np.abs(np.fft.rfft(field[row]))[21:40].max() for field in (coarse, fine)]
    assert power[0] < 1e-4 * power[1]
    assert np.corrcoef(coarse.ravel(), fine.ravel())[0, 1] > 0.7


@pytest.mark.parametrize("rows", [19, 46, 61])
def test_quadrature_is_exact_for_polynomials_of_the_sine(rows):
    sine = np.sin(np.radians(np.linspace(-90, 90, rows)))
    found = [(quadrature(rows) * sine**power).sum() for power in range(18)]
    assert np.allclose(found, [2 / (power + 1) if power % 2 == 0 else 0 for power in range(18)], atol=1e-12)


@pytest.mark.parametrize("odd", [False, True])
def test_finer_rows_hold_the_rows_and_what_lies_between(odd):
    places = (np.linspace(0, np.pi, count) for count in (19, 37))
    coarse, fine = ((np.sin if odd else np.cos)(5 * place) for place in places)
    assert np.allclose(finer(19, odd) @ coarse, fine, atol=1e-12)
