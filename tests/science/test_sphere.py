import numpy as np
import pytest
from hypothesis import given, settings
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


def test_between_follows_the_great_circle_over_the_pole_and_the_date_line():
    np.testing.assert_allclose(sphere.between([80, 0], [0, 170], [80, 0], [180, -170], [0.5, 0.25])[0], [90, 0])
    assert sphere.between([0], [170], [0], [-170], [0.75])[1] == pytest.approx(-175)


@given(latitudes, longitudes, st.floats(-89, 89), st.floats(-89, 89), st.floats(0, 1))
def test_between_divides_the_way_as_asked(lat, lon, dlat, dlon, fraction):
    end = np.clip(lat + dlat / 2, -90, 90), lon + dlon
    middle = sphere.between(lat, lon, *end, fraction)
    total = sphere.distance_km(lat, lon, *end)
    assert sphere.distance_km(lat, lon, *middle) == pytest.approx(fraction * total, abs=0.01)
    assert sphere.distance_km(*middle, *end) == pytest.approx((1 - fraction) * total, abs=0.01)


def test_regions_across_the_date_line_and_greenwich():
    lon = np.array([-180.0, -170, -10, 0, 10, 170])
    assert sphere.in_region(0, lon, (-10, 10, 165, -175)).tolist() == [True, False, False, False, False, True]
    assert sphere.in_region(0, lon, (-10, 10, 350, 5)).tolist() == [False, False, True, True, False, False]
    assert sphere.in_region(np.array([9.0, 10, 11]), 0, (-10, 10, -180, 180)).tolist() == [True, True, False]
    assert sphere.in_region(lon, lon, None).all()


@settings(max_examples=60)
@given(
    st.integers(0, 2**31),
    st.integers(0, 60),
    st.sampled_from([0, 1, 2]),
    st.sampled_from([5.0, 700.0, 4000.0, 15000.0]),
)
def test_pairs_within_are_those_measured_one_by_one(seed, count, later, km):
    rng = np.random.default_rng(seed)
    lat, lon = np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)
    moment = rng.integers(0, 3, count)
    first, second, metres = sphere.pairs_within(lat, lon, moment, km, later)
    expected = {
        (i, j) if later else tuple(sorted((i, j)))
        for i in range(count)
        for j in range(count)
        if i != j and moment[j] == moment[i] + later and sphere.distance_m(lat[i], lon[i], lat[j], lon[j]) <= 1000 * km
    }
    found = list(zip(first.tolist(), second.tolist(), strict=True))
    assert sorted(found if later else map(tuple, map(sorted, found))) == sorted(expected)
    assert metres / 1000 == pytest.approx(
        sphere.distance_km(lat[first], lon[first], lat[second], lon[second]), abs=2e-3
    )


def test_many_pairs_are_found_part_by_part(monkeypatch):
    lat, lon, moment = np.zeros(200), np.linspace(-20, 20, 200), np.repeat([0, 1], 100)
    whole = sphere.pairs_within(lat, lon, moment, 1000.0, 1)
    monkeypatch.setattr(sphere, "PAIRS_AT_A_TIME", 7)
    assert all(
        np.array_equal(a, b) for a, b in zip(whole, sphere.pairs_within(lat, lon, moment, 1000.0, 1), strict=True)
    )
