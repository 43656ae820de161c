import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.science import sphere
from stormtracks.science.climatology.density import AREA_KM2, CAP_RADIUS_KM, track_density
from stormtracks.science.records import Tracks

pytestmark = pytest.mark.usefixtures("kernel")


def tracks(*lines):
    lat, lon = (np.concatenate([np.array(line, float)[:, axis] for line in lines]) for axis in (0, 1))
    size = np.array([len(line) for line in lines], np.int32)
    time = np.datetime64("2005-01-01", "s") + np.arange(len(lat)) * np.timedelta64(6, "h")
    return Tracks(size, time, lat, sphere.wrap(lon), np.full(len(lat), 5e-5, np.float32), np.arange(len(lat)))


def test_cap_has_the_unit_area():
    angle = CAP_RADIUS_KM / sphere.EARTH_RADIUS_KM
    assert 2 * np.pi * sphere.EARTH_RADIUS_KM**2 * (1 - np.cos(angle)) == pytest.approx(AREA_KM2)


@pytest.mark.parametrize("place", [(0, 0), (20, 179.5), (90, 0), (-90, 0), (55, -180)])
def test_a_storm_that_stays_is_one_within_the_radius_and_none_beyond(place):
    density, grid = track_density([tracks([place, place, place])])
    lat, lon = np.meshgrid(grid.lat, grid.lon, indexing="ij")
    near = sphere.distance_km(lat, lon, *place) <= CAP_RADIUS_KM
    np.testing.assert_array_equal(density, near)


def test_density_is_the_mean_over_seasons():
    one, two = [(10, 10), (10, 11)], [(11, 10), (12, 10)]
    density, grid = track_density([tracks(one, two), tracks(one)])
    assert density[grid.lat == 10, grid.lon == 10] == 1.5


def test_fast_track_leaves_no_gap():
    density, grid = track_density([tracks([(0, 0), (0, 9), (0, 18)])])
    assert np.all(density[grid.lat == 0][0, (grid.lon >= 0) & (grid.lon <= 18)] == 1)


def test_region_across_the_date_line():
    density, grid = track_density([tracks([(5, 179), (5, -179)])], spacing_deg=1.0, region=(0, 10, 170, -170))
    assert (grid.lon[0], grid.lon[-1], grid.periodic) == (170.0, 190.0, False)
    assert density[5, 10] == 1 and density[5, 0] == 0


def test_no_season_is_no_track():
    density, _ = track_density([])
    assert density.max() == 0


@pytest.mark.parametrize("spacing", [0, -2.0, np.nan, 200.0])
def test_a_spacing_that_cannot_be_is_refused(spacing):
    with pytest.raises(BadValue, match="'spacing_deg' must be above 0 and at most 180 degrees, not "):
        track_density([], spacing_deg=spacing)


def with_places_half_way(points):
    """The points, and one half-way between any two that are far apart and not opposite each other."""
    far = [pair for pair in itertools.pairwise(points) if 250.0 < sphere.distance_km(*pair[0], *pair[1]) < 20_000.0]
    lat1, lon1, lat2, lon2 = (np.array([pair[end][axis] for pair in far]) for end in (0, 1) for axis in (0, 1))
    return points + list(zip(*sphere.between(lat1, lon1, lat2, lon2, np.full(len(far), 0.5)), strict=True))


PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
REGIONS = st.sampled_from([None, (0, 50, -100, -20), (50, 90, -180, 180), (-90, -30, 170, 100), (10, 20, 175, -175)])


@given(st.lists(st.lists(PLACES, min_size=1, max_size=4), max_size=5), st.sampled_from([5.0, 7.5]), REGIONS)
def test_each_track_is_counted_once_wherever_one_of_its_points_is_near(lines, spacing, region):
    kept = tracks(*lines) if lines else tracks([(0, 0)]).take(np.zeros(1, bool))
    density, grid = track_density([kept], spacing_deg=spacing, region=region)
    lat, lon = np.meshgrid(grid.lat, grid.lon, indexing="ij")
    expected, doubtful = np.zeros(grid.shape), np.zeros(grid.shape, bool)
    for row in range(len(kept)):
        at = kept.points(row)
        points = with_places_half_way(list(zip(kept.lat[at], kept.lon[at], strict=True)))
        nearest = np.min([sphere.distance_km(lat, lon, *point) for point in points], axis=0)
        expected += nearest <= CAP_RADIUS_KM
        doubtful |= np.abs(nearest - CAP_RADIUS_KM) < 1e-3
    assert np.all((density == expected) | doubtful)
