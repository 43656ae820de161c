import numpy as np
import pytest
from fields import even_grid, gaussian_grid
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import vorticity
from stormtracks.science.records import Grid

OMEGA, RADIUS = 1e-5, 6.371e6
GRIDS = [even_grid(2), even_grid(1), gaussian_grid(94), Grid(np.linspace(-89, 89, 90), np.arange(180) * 2.0, True)]
NAMES = ["2 degrees", "1 degree", "Gaussian", "between the poles"]


def rotation(grid, tilt):
    """Winds and vorticity of the Earth turning about an axis tilted by so many degrees towards 0E."""
    phi, lam, tilt = np.radians(grid.lat)[:, None], np.radians(grid.lon)[None, :], np.radians(tilt)
    u = OMEGA * RADIUS * (np.cos(phi) * np.cos(tilt) - np.sin(phi) * np.cos(lam) * np.sin(tilt))
    v = OMEGA * RADIUS * np.sin(lam) * np.sin(tilt) * np.ones_like(phi)
    return u, v, 2 * OMEGA * (np.sin(phi) * np.cos(tilt) + np.cos(phi) * np.cos(lam) * np.sin(tilt))


@pytest.mark.parametrize("grid", GRIDS, ids=NAMES)
@pytest.mark.parametrize("tilt", [0, 30, 90])
def test_solid_body_rotation_about_any_axis_is_exact_at_every_latitude(grid, tilt):
    u, v, expected = rotation(grid, tilt)
    assert vorticity.relative_vorticity(u, v, grid) == pytest.approx(expected, abs=1e-10 * OMEGA)


def test_float32_is_good_to_rounding():
    u, v, expected = rotation(even_grid(), 30)
    found = vorticity.relative_vorticity(u.astype("f4"), v.astype("f4"), even_grid())
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, abs=2e-5 * OMEGA)


def test_cyclones_are_positive_in_both_hemispheres():
    grid = even_grid()
    u, v, expected = rotation(grid, 0)
    assert vorticity.cyclonic_vorticity(u, v, grid) == pytest.approx(np.abs(expected), abs=1e-10 * OMEGA)
    assert vorticity.cyclonic(expected, grid) == pytest.approx(np.abs(expected))


def test_rows_and_columns_are_not_swapped():
    grid = even_grid(30)
    u, v = np.zeros(grid.shape), np.zeros(grid.shape)
    v[3, 5] = 1.0  # on the equator at 150E, northward: cyclonic (positive) to its west, negative to its east
    found = vorticity.relative_vorticity(u, v, grid)
    assert found[3, 4] == pytest.approx(1 / (2 * np.sin(np.radians(30)) * RADIUS))
    assert found[3, 6] == -found[3, 4]
    assert np.count_nonzero(np.abs(found) > 1e-12) == 2


def test_the_derivative_goes_round_the_globe():
    grid = even_grid(10)
    rng = np.random.default_rng(1)
    u, v = rng.normal(size=(2, 3, *grid.shape))
    turned = vorticity.relative_vorticity(np.roll(u, 7, -1), np.roll(v, 7, -1), grid)
    assert np.roll(vorticity.relative_vorticity(u, v, grid), 7, -1) == pytest.approx(turned, abs=1e-18)


def test_a_pole_has_one_value():
    grid = even_grid(10)
    u, v = np.random.default_rng(2).normal(size=(2, *grid.shape))
    found = vorticity.relative_vorticity(u, v, grid)
    assert np.ptp(found[0]) == 0 and np.ptp(found[-1]) == 0


def test_a_regional_grid_has_no_value_at_its_edge():
    grid = Grid(np.arange(10.0, 41, 5), np.arange(300.0, 331, 5), False)
    found = vorticity.relative_vorticity(np.ones(grid.shape), np.ones(grid.shape), grid)
    assert np.isnan(found).sum() == 7 * 7 - 5 * 5
    assert np.isfinite(found[1:-1, 1:-1]).all()


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.floats(-5, 5))
def test_vorticity_is_linear_and_arguments_are_left_alone(seed, factor):
    grid = even_grid(15)
    u, v = np.random.default_rng(seed).normal(size=(2, *grid.shape))
    kept = u.copy(), v.copy()
    scaled = vorticity.relative_vorticity(factor * u, factor * v, grid)
    assert scaled == pytest.approx(factor * vorticity.relative_vorticity(u, v, grid), abs=1e-15)
    assert (u == kept[0]).all() and (v == kept[1]).all()


def test_cyclonic_vorticity_from_winds_or_from_vorticity_itself():
    grid = even_grid(10)
    u, v = np.random.default_rng(3).normal(size=(2, *grid.shape))
    expected = vorticity.cyclonic_vorticity(u, v, grid)
    assert np.array_equal(vorticity.cyclonic_from((u, v), grid), expected)
    of_file = vorticity.relative_vorticity(u, v, grid)
    assert vorticity.cyclonic_from((of_file,), grid) == pytest.approx(expected, abs=1e-18)
    assert (of_file[0] == -expected[0]).all() and (of_file[-1] == expected[-1]).all()
