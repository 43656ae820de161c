"""Maxima by the kernel are those by NumPy: the same steps, values and places, whatever the fields."""

import numpy as np
import pytest
from fields import even_grid, gaussian_grid, vortex
from hypothesis import HealthCheck, given, settings
from odd_fields import cases

from stormtracks.science import kernel, maxima, vorticity, wind_maxima
from stormtracks.science.errors import InputError
from stormtracks.science.kernel import finding
from stormtracks.science.records import Grid

pytestmark = pytest.mark.usefixtures("compiled")
SLOWLY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


def found(kind, arrays, grid, **asked):
    return maxima.find(arrays[0], grid, **asked) if kind == "cyclonic" else wind_maxima.find(arrays, grid, **asked)


def both(kind, arrays, grid, **asked):
    """What NumPy finds, and what the kernel does; that it did it is held too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernel.SWITCH, "off")
        by_numpy = found(kind, arrays, grid, **asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(kernel.SWITCH, raising=False)
        patch.setattr(maxima, "_find", None)
        return by_numpy, found(kind, arrays, grid, **asked)


def assert_same(one, other):
    assert one.step.dtype == other.step.dtype and np.array_equal(one.step, other.step)
    assert one.vorticity.dtype == other.vorticity.dtype and np.array_equal(one.vorticity, other.vorticity)
    assert one.lat == pytest.approx(other.lat, abs=1e-9, rel=0) and one.lon == pytest.approx(other.lon, abs=1e-9, rel=0)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of rows half a globe apart NumPy divides by 0, as is right
@settings(max_examples=40, **SLOWLY)
@given(cases())
def test_of_odd_fields_they_are_the_same(case):
    kind, arrays, grid, asked = case
    assert_same(*both(kind, arrays, grid, **asked))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=800, **SLOWLY)
@given(cases())
def test_of_many_odd_fields_they_are_the_same(case):
    kind, arrays, grid, asked = case
    assert_same(*both(kind, arrays, grid, **asked))


def weather(grid, steps, seed):
    """Noise as smooth as winds are, m s-1."""
    values = np.random.default_rng(seed).normal(size=(steps, *grid.shape))
    for _ in range(3):
        values += np.roll(values, 1, 2) + np.roll(values, -1, 2)
        values[:, 1:-1] += values[:, :-2] + values[:, 2:]
    return (10 * values / values.std()).astype(np.float32)


@pytest.mark.parametrize("apart", [0.0, 250.0, 900.0])
@pytest.mark.parametrize("digits", [None, 0], ids=["as they are", "rounded"])
@pytest.mark.parametrize("grid", [even_grid(4), gaussian_grid(47), even_grid(1.5)], ids=["even", "Gaussian", "fine"])
def test_of_weather_they_are_the_same(grid, digits, apart):
    winds = [weather(grid, 3, seed) for seed in (1, 2)]
    winds = winds if digits is None else [one.round(digits) for one in winds]
    by_numpy, by_kernel = both("winds", winds, grid, threshold_s1=1e-5, min_separation_km=apart)
    assert len(by_numpy) > 60
    assert_same(by_numpy, by_kernel)


def test_when_there_is_no_room_there_is_more(monkeypatch):
    monkeypatch.setattr(finding, "_ROOM", 5)
    grid = even_grid(4)
    fields = [weather(grid, 4, 3)]
    by_numpy, by_kernel = both("vorticity", fields, grid, threshold_s1=1.0, min_separation_km=0.0)
    assert len(by_numpy) > 100
    assert_same(by_numpy, by_kernel)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_beside_an_infinite_value_numpy_does_it(value, monkeypatch):
    monkeypatch.delenv(kernel.SWITCH, raising=False)
    grid = even_grid(10)
    field = vortex(grid, 20, 40).astype(np.float32)[np.newaxis]
    row, column = np.unravel_index(field[0].argmax(), grid.shape)
    field[0, row + (value < 0), column] = value
    assert (
        finding.find("cyclonic", [field], maxima.tables(grid, None), None, threshold_s1=5e-5, min_separation_km=0)
        is None
    )
    assert len(maxima.find(field, grid, threshold_s1=5e-5)) == 1


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ([np.zeros((1, 5, 8))], (5, 8)),
        ([np.zeros((1, 2, 8), np.float32)], (2, 8)),
        ([np.zeros((1, 5, 2), np.float32)], (5, 2)),
        ([np.zeros((1, 5, 8), np.float32)], (8, 5)),
        ([np.zeros((2, 5, 8), np.float32), np.zeros((1, 5, 8), np.float32)], (5, 8)),
        ([np.ma.zeros((1, 5, 8), np.float32)], (5, 8)),
    ],
    ids=["double precision", "two rows", "two columns", "of another grid", "of other times", "masked"],
)
def test_what_it_does_not_read_is_left_to_numpy(fields, shape):
    assert not finding.takes(fields, Grid(np.linspace(-20, 20, shape[0]), np.arange(shape[1]) * 2.0, False))


def test_winds_that_do_not_fit_the_grid_are_refused():
    fields = [np.zeros((1, 5, 8), np.float32)] * 2
    with pytest.raises(InputError, match=r"fields of shape \(1, 5, 8\) do not fit the grid"):
        wind_maxima.find(fields, Grid(np.arange(6.0), np.arange(8.0), False))


def test_fields_that_do_not_lie_in_one_piece_are_read_all_the_same():
    grid = even_grid(4)
    winds = [weather(grid, 6, seed)[::2] for seed in (1, 2)]
    assert not winds[0].flags.c_contiguous
    assert_same(*both("winds", winds, grid, threshold_s1=1e-5))


def test_the_sign_is_turned_in_the_south():
    grid = Grid(np.arange(-20.0, 21, 10), np.arange(0.0, 360, 30), True)
    field = np.zeros((1, 5, 12), np.float32)
    field[0, 1, 4] = field[0, 3, 8] = -1.0
    assert wind_maxima.find([field], grid, threshold_s1=0.5).lat == pytest.approx([-10.0], abs=1.0)
    assert vorticity.cyclonic(field, grid).max() == 1.0
