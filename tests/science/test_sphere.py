import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science import sphere

latitudes = st.floats(-90, 90)
longitudes = st.floats(-360, 360)


def test_a_degree_of_latitude_is_111_km():
    assert sphere.distance_km(0, 0, 1, 0) == pytest.approx(111.195, abs=1e-3)


def test_antipodes_and_equal_points_are_safe():
    assert sphere.distance_km(10, 20, -10, 200) == pytest.approx(np.pi * sphere.EARTH_RADIUS_KM)
    assert sphere.distance_km(10, 20, 10, 380) == pytest.approx(0, abs=1e-6)


@given(latitudes, longitudes, latitudes, longitudes)
def test_chord_and_arc_agree_with_the_haversine(lat1, lon1, lat2, lon2):
    line = np.linalg.norm(sphere.unit_vectors(lat1, lon1) - sphere.unit_vectors(lat2, lon2))
    distance = sphere.distance_km(lat1, lon1, lat2, lon2)
    assert sphere.arc_km(line) == pytest.approx(distance, abs=0.5)
    assert sphere.chord(distance) == pytest.approx(line, abs=1e-4)


@given(latitudes, longitudes)
def test_vectors_give_their_position_back(lat, lon):
    back = sphere.lat_lon(3.0 * sphere.unit_vectors(lat, lon))
    assert sphere.distance_km(lat, lon, *back) == pytest.approx(0, abs=1e-3)


def test_longitude_differences_go_the_short_way():
    assert sphere.lon_difference(179, -179) == 2
    assert sphere.lon_difference(1, 359) == -2
    assert sphere.wrap(180.0) == -180.0
