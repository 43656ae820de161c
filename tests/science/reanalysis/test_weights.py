"""Weights put what is smooth on an even grid as it is; they are kept, and what is kept proves itself."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stormtracks.science import sphere
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions.cells import healpix, kept, rows, weights
from stormtracks.science.reanalysis.dimensions.cells.places import Places
from tests.science.reanalysis import cell_files

REDUCED = np.array(
    [18, 25, 36, 40, 45, 50, 60, 64, 72, 72, 80, 90, 96, 100, 108, 120, 120, 125, 128, 135, 144, 144, 150]
)
GRIDS = {
    "octahedral": cell_files.rows(cell_files.octahedral(48)),
    "reduced": cell_files.rows(np.concatenate([REDUCED, np.full(50, 160), REDUCED[::-1]])),
    "HEALPix": healpix.places(32, "nested"),
    "unstructured": cell_files.spiral(13000),
    "rows and columns": [
        one.ravel() for one in np.meshgrid(np.linspace(-90, 90, 91), np.arange(180) * 2.0, indexing="ij")
    ],
}


@pytest.fixture(scope="module", params=GRIDS)
def made(request):
    lat, lon = GRIDS[request.param]
    return lat, lon, weights.make(lat, lon, 2.0)


def test_the_shares_of_a_point_have_the_sum_1(made):
    assert np.allclose(made[2].matrix.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("axis", [(0, 0, 1), (1, 0, 0), (0, 1, 0), (0.5, 0.6, 0.7)])
def test_solid_rotation_is_exact_to_a_thousandth(made, axis):
    lat, lon, found = made
    true = cell_files.rotation(found.grid.lat[:, np.newaxis], found.grid.lon, axis)
    for one, other in zip(cell_files.rotation(lat, lon, axis), true, strict=True):
        assert abs(found.normalised(one) - other).max() < 1e-3 * cell_files.SPEED


@settings(deadline=None, max_examples=20)
@given(some.tuples(*[some.floats(-50, 50)] * 4))
def test_numbers_that_are_linear_in_space_stay_so(factors):
    for name in GRIDS:
        lat, lon = GRIDS[name]
        found = _made_once(name)
        there, here = (
            sphere.unit_vectors(*np.meshgrid(found.grid.lat, found.grid.lon, indexing="ij")),
            sphere.unit_vectors(lat, lon),
        )
        values = factors[0] + here @ np.array(factors[1:])
        true = factors[0] + there @ np.array(factors[1:])
        assert abs(found.normalised(values) - true).max() < 1.5e-3 * (1 + max(map(abs, factors)))


@pytest.mark.parametrize("name", GRIDS)
def test_latitude_stays_latitude(name):
    lat, _ = GRIDS[name]
    found = _made_once(name)
    inside = abs(found.grid.lat) < 75  # next to a pole its distance is a cone, which no parabola is
    off = abs(found.normalised(lat) - found.grid.lat[:, np.newaxis])[inside].max()
    assert off < (2e-3 if name == "unstructured" else 1e-4)


@functools.cache
def _made_once(name):
    return weights.make(*GRIDS[name], 2.0)


@pytest.mark.parametrize("name", GRIDS)
def test_the_order_of_the_cells_does_not_matter(name):
    lat, lon = GRIDS[name]
    order = np.random.default_rng(5).permutation(len(lat))
    values = np.random.default_rng(6).normal(size=len(lat))
    found, other = _made_once(name), weights.make(lat[order], lon[order], 2.0)
    assert np.allclose(found.normalised(values), other.normalised(values[order]), atol=1e-6)
    assert found.method == other.method


def test_nested_cells_are_ring_cells_in_another_order():
    lat, lon = healpix.places(16, "ring")
    place = healpix.ring_of_nested(16)
    assert np.array_equal(np.sort(place), np.arange(3072))
    assert np.array_equal(healpix.places(16, "nested"), (lat[place], lon[place]))
    assert healpix.ring_of_nested(2)[:8].tolist() == [13, 5, 4, 0, 15, 7, 6, 1]  # as healpy has it


def test_neighbours_in_nested_order_are_neighbours_on_the_earth():
    where = sphere.unit_vectors(*healpix.places(32, "nested")).reshape(-1, 4, 3)
    assert np.degrees(np.linalg.norm(where - where.mean(axis=1, keepdims=True), axis=2)).max() < 2 * weights.distance(
        12288
    )


@pytest.mark.parametrize("name", ["reduced", "unstructured"])
def test_a_missing_value_is_missing_where_it_matters_only(name):
    lat, lon = GRIDS[name]
    cell = int(np.argmin(sphere.distance_km(lat, lon, 21.0, 41.0)))
    values = np.zeros((2, len(lat)))
    values[1, cell] = np.nan
    absent = np.isnan(_made_once(name).normalised(values))
    assert not absent[0].any()
    row, column = np.nonzero(absent[1])
    grid = _made_once(name).grid
    assert 1 <= len(row) <= 25
    assert sphere.distance_km(grid.lat[row], grid.lon[column], lat[cell], lon[cell]).max() < 800
    assert np.array_equal(_made_once(name).reached(np.isnan(values)), absent)


def test_rows_are_found_in_single_precision_and_in_rounded_degrees():
    lat, lon = GRIDS["reduced"]
    true = rows.find(lat, lon)
    for one in (
        rows.find(*(np.float64(np.float32(part)) for part in (lat, lon))),
        rows.find(lat.round(3), lon.round(3)),
    ):
        assert np.array_equal(one.counts, true.counts) and np.array_equal(one.order, true.order)


def test_rows_of_a_part_of_the_earth_are_not_taken_for_all_of_it():
    lat, lon = GRIDS["reduced"]
    assert rows.find(lat[lat > 0], lon[lat > 0]) is None
    assert rows.find(lat[lon < 180], lon[lon < 180]) is None
    with pytest.raises(InputError, match="has no cells within"):
        weights.make(lat[lat > 0], lon[lat > 0], 2.0)


def test_the_grid_is_the_finest_that_is_not_finer_than_the_cells():
    cells = {13280: 2.0, 138346: 0.6, 542080: 0.3, 6599680: 0.25, 49152: 1.0, 196608: 0.5, 48602: 1.0, 20480: 1.5}
    assert {number: weights.finest_step(number) for number in cells} == cells
    assert all(180 % step < 1e-9 or step - 180 % step < 1e-9 for step in weights.STEPS)


def test_much_coarser_grids_get_the_weights_that_cost_less():
    lat, lon = GRIDS["HEALPix"]
    assert (weights.make(lat, lon, 2.0).method, weights.make(lat, lon, 5.0).method) == ("cubic rows", "linear rows")


class TestKept:
    """Weights of triangles are kept as files."""

    @pytest.fixture(autouse=True)
    def nothing_known(self, tmp_path, monkeypatch):
        monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))
        self.folder = tmp_path / "home/weights"
        self.forget(monkeypatch)

    def forget(self, monkeypatch):
        monkeypatch.setattr(kept, "_known", type(kept._known)())

    def places(self, cells=600, asked=None):
        lat, lon = cell_files.spiral(cells)

        def find():
            if asked is not None:
                asked.append(cells)
            return lat, lon

        return Places("", cells, f"spiral {cells}", find)

    def test_they_are_made_once(self, monkeypatch):
        asked = []
        found = kept.weights(self.places(asked=asked), 10)
        assert kept.weights(self.places(asked=asked), 10) is found
        self.forget(monkeypatch)
        again = kept.weights(self.places(asked=asked), 10)
        assert asked == [600]
        assert (
            (again.matrix != found.matrix).nnz == 0
            and again.grid.shape == (19, 36)
            and again.method == "quadratic triangles"
        )
        assert kept.weights(self.places(asked=asked), 15) is not again
        assert len(list(self.folder.iterdir())) == 2

    @pytest.mark.parametrize(
        "damage", [lambda text: text[:-9], lambda text: text[:-1] + b"x", lambda text: b"", lambda text: b"x" + text]
    )
    def test_a_damaged_file_is_made_anew(self, monkeypatch, damage):
        found = kept.weights(self.places(), 10)
        file = next(self.folder.iterdir())
        whole = file.read_bytes()
        file.write_bytes(damage(whole))
        self.forget(monkeypatch)
        assert (kept.weights(self.places(), 10).matrix != found.matrix).nnz == 0
        assert file.read_bytes() == whole

    def test_a_folder_that_cannot_be_written_costs_time_only(self, tmp_path, monkeypatch):
        (tmp_path / "home").write_text("")
        assert kept.weights(self.places(), 10).matrix.shape == (19 * 36, 600)
        assert (tmp_path / "home").read_text() == ""
