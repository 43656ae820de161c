import re
from unittest import mock

import numpy as np
import pytest
from fields import even_grid, gaussian_grid, vortex
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stormtracks.errors import BadValue
from stormtracks.science import maxima, sphere
from stormtracks.science.errors import InputError
from stormtracks.science.records import Grid, Maxima

pytestmark = pytest.mark.usefixtures("kernel")

ALL = {"threshold_s1": 0.5, "min_separation_km": 0}
SMALL = Grid(np.array([-40.0, -20, 0, 20, 40]), np.arange(6) * 60.0, True)


def positions(found):
    return sorted(zip(found.step.tolist(), found.lat.round(6).tolist(), found.lon.round(6).tolist(), strict=True))


def field(*points, grid=SMALL):
    """A field of zeros with some values set: (row, column, value)."""
    made = np.zeros((1, *grid.shape), np.float32)
    for row, column, value in points:
        made[0, row, column] = value
    return made


def one(field):
    """A field as a season reads it, of one time."""
    return field.astype(np.float32)[np.newaxis]


def test_an_empty_field_has_none():
    assert len(maxima.find(field(), SMALL, **ALL)) == 0


def test_neighbours_go_across_greenwich():
    found = maxima.find(field((2, 0, 1.0), (2, 5, 2.0), (1, 5, 1.5)), SMALL, **ALL)
    assert found.vorticity.tolist() == [2.0]


def test_outer_rows_without_a_pole_have_none():
    assert len(maxima.find(field((0, 2, 1.0), (4, 2, 1.0)), SMALL, **ALL)) == 0


def test_a_missing_neighbour_rules_a_point_out():
    assert len(maxima.find(field((2, 2, 1.0), (2, 3, np.nan)), SMALL, **ALL)) == 0


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("beside", [-np.inf, np.inf])
def test_beside_an_infinite_value_it_stays_at_its_grid_point(beside):
    found = maxima.find(field((2, 2, 1.0 if beside < 0 else np.inf), (2, 3, -np.inf)), SMALL, **ALL)
    assert (found.lat.tolist(), found.lon.tolist()) == ([0.0], [120.0])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_infinite_values_among_very_many_do_no_harm():
    grid = even_grid(2)
    values = np.random.default_rng(1).normal(size=(1, *grid.shape)).astype(np.float32)
    values[0, 40, ::7] = np.inf
    found = maxima.find(values, grid, threshold_s1=0.1, min_separation_km=100)
    assert len(found) > maxima._CROWDED and np.isfinite([found.lat, found.lon]).all()


def test_a_plateau_is_one_point_its_first():
    found = maxima.find(field((2, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0)), SMALL, **ALL)
    assert len(found) == 1 and found.lat[0] == pytest.approx(0, abs=12)


def test_a_plateau_that_climbs_on_is_none():
    found = maxima.find(field((2, 2, 1.0), (2, 3, 1.0), (1, 4, 2.0)), SMALL, **ALL)
    assert found.vorticity.tolist() == [2.0]


def test_a_pole_is_one_point():
    grid = even_grid(10)
    found = maxima.find(one(vortex(grid, 90, 0, 1.0, 2000)), grid, **ALL)
    assert positions(found) == [(0, 90.0, 0.0)] or found.lat.tolist() == [90.0]


def naive(fields, threshold):
    """Plateaus and peaks, point by point, on a periodic grid without poles."""
    found, (nlat, nlon) = [], fields.shape[1:]
    for step, values in enumerate(fields):
        seen = set()
        for start in np.ndindex(nlat, nlon):
            if start in seen or not values[start] >= threshold:
                continue
            plateau, todo, good = [], [start], True
            seen.add(start)
            while todo:
                row, column = todo.pop()
                plateau.append((row, column))
                good &= 0 < row < nlat - 1
                for a, b in np.ndindex(3, 3):
                    near = row + a - 1, (column + b - 1) % nlon
                    if 0 <= near[0] < nlat:
                        good &= not values[near] > values[start]
                        if values[near] == values[start] and near not in seen:
                            seen.add(near)
                            todo.append(near)
            if good:
                found.append((step, *min(plateau)))
    return found


@settings(max_examples=150)
@given(hnp.arrays(np.float32, (2, 6, 7), elements=st.integers(0, 3).map(float)))
def test_peaks_and_plateaus_are_those_found_point_by_point(fields):
    grid = Grid(np.linspace(-50, 50, 6), np.arange(7) * 360 / 7, True)
    fields[:, [0, -1]] = 0.0  # an outer row belongs to no maximum; see the tests above
    wrapped = maxima._wrapped(fields, grid)
    index, tied = maxima._peaks(wrapped, 0.5)
    index = maxima._one_per_plateau(wrapped, index, tied) if tied.any() else index
    step, row, column = np.unravel_index(index, wrapped.shape)
    assert list(zip(step, row, column - 1, strict=True)) == naive(fields, 0.5)


@pytest.mark.parametrize("grid", [even_grid(2), gaussian_grid(94)], ids=["even", "Gaussian"])
@pytest.mark.parametrize(("lat", "lon"), [(23.4, 288.9), (-15.7, 0.3), (51.2, 359.6), (12.3, 180.7), (74.9, 100.8)])
def test_the_centre_lies_between_grid_points(grid, lat, lon):
    found = maxima.find(one(vortex(grid, lat, lon)), grid, threshold_s1=5e-5)
    assert len(found) == 1
    assert sphere.distance_km(found.lat[0], found.lon[0], lat, lon) < 15
    assert -180 <= found.lon[0] < 180


@given(row=st.integers(1, 92), grid=st.sampled_from([even_grid(2.0), gaussian_grid()]))
def test_a_row_has_the_weights_that_it_has_alone(row, grid):
    row = min(row, len(grid.lat) - 2)
    alone = Grid(grid.lat[row - 1 : row + 2], grid.lon, grid.periodic)
    for all_rows, only in zip(maxima._fits(grid), maxima._fits(alone), strict=True):
        axis = all_rows.shape.index(len(grid.lat))
        assert np.take(all_rows, row, axis).tobytes() == np.take(only, 1, axis).tobytes()


@settings(max_examples=50)
@given(st.floats(-70, 70), st.floats(0, 360), st.integers(0, 179))
@example(0.0, 357.1, 1)
def test_turning_the_globe_turns_the_maxima(lat, lon, columns):
    grid = even_grid(2)
    field = one(vortex(grid, lat, lon))
    assume((field == field.max()).sum() == 1)  # of equal neighbours the first in the row is taken, 20 m from the other
    still = maxima.find(field, grid, threshold_s1=5e-5)
    turned = maxima.find(np.roll(field, columns, -1), grid, threshold_s1=5e-5)
    assert still.lat == pytest.approx(turned.lat, abs=1e-9)
    assert sphere.lon_difference(still.lon + 2 * columns, turned.lon) == pytest.approx(0, abs=1e-9)


def test_the_region_may_cross_greenwich_and_the_date_line():
    grid = even_grid(2)
    field = one(vortex(grid, 20, 4) + vortex(grid, 20, 178) + vortex(grid, -20, 178))
    for region, count in (((0, 90, 350, 10), 1), ((-90, 90, 170, -170), 2), ((0, 90, -180, 180), 2), (None, 3)):
        assert len(maxima.find(field, grid, threshold_s1=5e-5, region=region)) == count


def table(*rows):
    step, lat, lon, value = zip(*rows, strict=True)
    return Maxima(np.array(step, "i4"), np.array(lat, float), np.array(lon, float), np.array(value, "f4"))


def test_a_maximum_that_was_removed_removes_nobody():
    chain = table((0, 0, 0, 3.0), (0, 0, 4, 2.0), (0, 0, 8, 1.0))
    assert maxima.thin(chain, 500).lon.tolist() == [0, 8]


def test_of_two_equally_strong_the_first_stays_and_steps_do_not_mix():
    assert maxima.thin(table((0, 0, 0, 1.0), (0, 0, 4, 1.0), (1, 0, 4, 0.5)), 500).lon.tolist() == [0, 4]


@pytest.mark.parametrize("crowded", [700, 0], ids=["at once", "in batches"])
@settings(max_examples=100)
@given(seed=st.integers(0, 2**31), count=st.integers(0, 60))
def test_thinning_is_the_greedy_choice_by_strength(crowded, seed, count):
    rng = np.random.default_rng(seed)
    made = Maxima(
        np.zeros(count, "i4"),
        rng.uniform(-20, 20, count),
        rng.uniform(-20, 20, count),
        rng.integers(0, 9, count).astype("f4"),
    )
    kept = []
    for i in np.argsort(-made.vorticity, kind="stable"):
        if all(sphere.distance_km(made.lat[i], made.lon[i], made.lat[j], made.lon[j]) > 600 for j in kept):
            kept.append(i)
    with mock.patch.object(maxima, "_CROWDED", crowded):
        assert maxima.thin(made, 600).lat.tolist() == made.lat[sorted(kept)].tolist()


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((2, 1, 5, 6), r"take one member: fields\[:, 0\]"),
        ((5, 6), r"add an axis for the time: fields\[np.newaxis\]"),
        ((2, 6, 5), "check that the fields and the grid belong together"),
        ((2, 1, 6, 5), "check that the fields and the grid belong together"),
    ],
)
def test_fields_that_do_not_fit_the_grid_are_refused_with_both_shapes(shape, remedy):
    fitting = rf"fields of shape {re.escape(str(shape))} do not fit the grid, which needs \(n, 5, 6\); {remedy}"
    with pytest.raises(InputError, match=fitting):
        maxima.find(np.zeros(shape), SMALL)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"threshold_s1": 0.0}, "'threshold_s1' must be above 0, not 0.0"),
        ({"threshold_s1": np.nan}, "'threshold_s1' must be a finite number, not nan"),
        ({"min_separation_km": -1.0}, "'min_separation_km' must not be negative"),
    ],
)
def test_a_threshold_that_cannot_be_is_refused(given, message):
    with pytest.raises(BadValue, match=message):
        maxima.find(field(), SMALL, **given)
