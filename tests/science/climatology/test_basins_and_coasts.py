import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.climatology import coasts
from stormtracks.science.climatology.basins import BASINS, NAMES, basin, of_identifier
from stormtracks.science.climatology.coasts import COASTS, landfalls, on_land
from stormtracks.science.records import Tracks


def track(lat, lon, hours=6):
    """One track, a point every so many hours."""
    times = np.datetime64("2005-08-01", "s") + hours * np.arange(len(lat)) * np.timedelta64(1, "h")
    return Tracks(np.array([len(lat)]), times, np.array(lat, float), np.array(lon, float), np.ones(len(lat)), None)


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [
        ("NA", 25, -90), ("NA", 40, 10), ("NA", 12, -82), ("EP", 12, -90), ("EP", 20, -155), ("EP", 5, 180),
        ("WP", 15, 179.9), ("WP", 10, 100), ("NI", 15, 99.9), ("NI", 15, 30), ("SI", -15, 10), ("SI", -15, 134.9),
        ("SP", -15, 135), ("SP", -15, -75), ("SA", -25, -70), ("SA", -25, 9.9), ("NA", 0, -30),
    ],
)  # fmt: skip
def test_basins_of_known_places(code, lat, lon):
    assert BASINS[int(basin([lat], [lon])[0])] == code
    assert len(NAMES) == len(BASINS)


@given(lat=st.floats(-90, 90), lon=st.floats(-360, 720))
def test_every_place_is_in_one_basin_however_its_longitude_is_written(lat, lon):
    number = int(basin([lat], [lon])[0])
    assert 0 <= number < len(BASINS) and (BASINS[number] in ("SI", "SP", "SA")) == (lat < 0)


def test_no_place_is_in_no_basin():
    assert basin([np.nan], [0.0]).tolist() == [-1]


@pytest.mark.parametrize(
    ("sid", "code"),
    [
        ("2005236N23285", "NA"), ("1987014S12170", "SP"), ("2014001N08130", "WP"), ("2000001S00060", "SI"),
        ("AL122005", "NA"), ("cp012014", "EP"), ("IO052014", "NI"),
    ],
)  # fmt: skip
def test_identifiers_say_the_basin(sid, code):
    assert BASINS[of_identifier(sid)] == code


@pytest.mark.parametrize("sid", ["sh052014", "storm 7", ""])
def test_identifiers_that_do_not_say_it(sid):
    assert of_identifier(sid) == -1


def test_landfall_between_two_points_has_its_time_and_coast():
    found = landfalls(track([14, 14.5, 15, 15.5], [128, 125.5, 120.8, 116]))
    assert [coasts.name(number) for number in found.coast] == ["Philippines"]
    assert found.point.tolist() == [1] and np.datetime64("2005-08-01T06") < found.time[0] <= np.datetime64(
        "2005-08-01T12"
    )
    assert on_land(found.lat, found.lon).all()


def test_peninsula_is_crossed_though_no_point_lies_on_it():
    assert not on_land([26.5, 26.5], [-79, -83.5]).any()
    assert [coasts.name(n) for n in landfalls(track([26.5, 26.5], [-79, -83.5])).coast] == ["US Atlantic coast"]


@pytest.mark.parametrize(("lon", "coast"), [(-80.0, "Central America, Caribbean"), (-90.0, "Central America, Pacific")])
def test_the_sea_that_a_storm_comes_from_parts_two_coasts(lon, coast):
    assert [coasts.name(n) for n in landfalls(track([13, 13], [lon, -86.0])).coast] == [coast]


def test_genesis_over_land_and_the_way_out_to_sea_are_no_landfall():
    assert len(landfalls(track([10, 10, 10], [0, -10, -25]))) == 0


def test_same_coast_counts_again_only_a_day_later():
    back = [-91, -91, -91, -91]
    assert len(landfalls(track([28, 31, 28, 31], back, hours=6))) == 1
    assert len(landfalls(track([28, 31, 28, 31], back, hours=24))) == 2


def test_only_points_that_count_make_landfalls():
    assert len(landfalls(track([28, 31], [-91, -91]), np.array([False, True]))) == 0


@pytest.mark.parametrize(("lat", "lon"), [(-62, -120), (-62, 80), (-62, 0)])
def test_antarctica_is_one_coast_from_every_sea(lat, lon):
    assert [coasts.name(n) for n in landfalls(track([lat, -80], [lon, lon], hours=48)).coast] == ["Antarctica"]


def test_landfall_across_the_date_line():
    found = landfalls(track([65, 65], [-178.5, 178.0]))
    assert len(found) <= 1 and coasts.name(coasts.OTHER) == "other"


def test_coasts_are_named_once_and_have_some_extent():
    names = [row[1] for row in COASTS]
    assert len(set(names)) == len(names)
    assert all(south < north and west < east for _, _, south, north, west, east in COASTS)
