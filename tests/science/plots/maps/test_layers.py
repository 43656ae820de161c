import json

import cartopy.crs as ccrs
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.plots import Print
from stormtracks.science.plots.maps import MapSheet, MapView, add_contours, add_lines, add_mesh, region_of
from stormtracks.science.plots.maps.land import FINE_LAND, LAND, coast_segments, lakes, land
from stormtracks.science.plots.maps.view import GLOBAL_CENTRE
from stormtracks.science.records import Grid, Tracks

PACIFIC, ARCTIC, ANTARCTIC = (-10, 40, 140, -120), (50, 90, -180, 180), (-90, -40, 0, 360)


def track(lat, lon):
    """One track."""
    time = np.datetime64("2005-01-01", "s") + np.arange(len(lat)) * np.timedelta64(6, "h")
    values = np.linspace(2e-5, 9e-5, len(lat)).astype("f4")
    return Tracks(np.array([len(lat)]), time, np.array(lat, float), sphere.wrap(lon), values, np.arange(len(lat)))


@pytest.mark.parametrize(
    ("region", "projection", "central", "pole"),
    [
        (None, ccrs.Robinson, GLOBAL_CENTRE, 0),
        (PACIFIC, ccrs.PlateCarree, -170.0, 0),
        ((0, 60, -100, 0), ccrs.PlateCarree, -50.0, 0),
        (ARCTIC, ccrs.NorthPolarStereo, 0.0, 1),
        (ANTARCTIC, ccrs.SouthPolarStereo, 0.0, -1),
    ],
)
def test_region_chooses_projection(region, projection, central, pole):
    view = MapView.of(region)
    assert type(view.projection) is projection
    assert (view.central, view.pole) == (central, pole)


def test_region_around_points_leaves_out_the_widest_gap():
    south, north, west, east = region_of([10, 20], [175, -170], margin=5)
    assert (south, north, west % 360, east % 360) == (5, 25, 170, 195)


def test_region_around_points_everywhere_is_the_globe_and_may_be_polar():
    lon = np.arange(0, 360, 30)
    assert MapView.of(region_of(np.zeros(12), lon)).region[2:] == (GLOBAL_CENTRE - 180, GLOBAL_CENTRE + 180)
    assert MapView.of(region_of(np.full(12, 80.0), lon)).pole == 1
    assert MapView.of(region_of(np.full(12, -80.0), lon)).pole == -1


def drawn(region, lat, lon, **style):
    """The pieces of a track as they lie on a map, shape (n, 2, 2), and the map's width."""
    view = MapView.of(region)
    axes = MapSheet.of(view, Print(), "").axes
    lines = add_lines(axes, view, track(lat, lon), **style)
    return np.array(lines.get_segments()), np.diff(axes.get_xlim())[0], lines


@pytest.mark.slow
@pytest.mark.parametrize("region", [PACIFIC, None])
def test_track_across_the_date_line_is_not_torn_where_the_map_is_whole(region):
    pieces, width, _ = drawn(region, [10, 12, 14, 16], [174, 178, 182, 186])
    assert len(pieces) == 3
    np.testing.assert_array_equal(pieces[1:, 0], pieces[:-1, 1])
    assert np.abs(np.diff(pieces[:, :, 0], axis=1)).max() < width / 20


def test_track_across_the_maps_edge_is_cut_and_keeps_its_colours():
    pieces, width, lines = drawn(None, [40, 41, 42], [16, 19, 22], array=np.array([1.0, 2.0, 4.0]))
    assert len(pieces) == 3 and lines.get_array().tolist() == [1.5, 3.0, 3.0]
    assert np.abs(np.diff(pieces[:, :, 0], axis=1)).max() < width / 20


@pytest.mark.parametrize(("region", "sign"), [(ARCTIC, 1), (ANTARCTIC, -1)])
def test_track_past_the_pole_goes_straight_through_it(region, sign):
    pieces, width, _ = drawn(region, sign * np.array([86, 88, 90, 88, 86]), np.array([30, 30, 0, -150, -150]))
    assert np.linalg.norm(np.diff(pieces, axis=1)[:, 0], axis=-1).max() < width / 20


def test_nothing_of_the_other_hemisphere_is_drawn_on_a_polar_map():
    pieces, _, _ = drawn(ARCTIC, [-85, -86, -87], [0, 10, 20])
    assert len(pieces) == 0


@given(st.floats(-89, 89), st.floats(-180, 180), st.sampled_from([None, PACIFIC]))
def test_points_are_where_cartopy_puts_them(lat, lon, region):
    view = MapView.of(region)
    expected = np.array(view.projection.transform_point(lon, lat, ccrs.PlateCarree()))
    at_the_edge = abs(abs(float(sphere.wrap(lon - view.central))) - 180) < 1e-3
    assert at_the_edge or np.allclose(view.place(lat, lon), expected, atol=1e-3 * max(abs(expected).max(), 1))


@pytest.mark.parametrize("region", [None, PACIFIC, ARCTIC])
def test_mesh_puts_a_cell_where_its_point_is(region):
    view = MapView.of(region)
    grid = Grid(np.arange(-90.0, 91, 2), np.arange(0.0, 360, 2), True)
    values = np.zeros(grid.shape)
    values[grid.lat == 60, grid.lon == 178] = 1.0
    mesh = add_mesh(MapSheet.of(view, Print(), "").axes, view, values, grid)
    hot = int(np.argmax(mesh.get_array()))
    corners = mesh.get_coordinates()
    row, column = divmod(hot, corners.shape[1] - 1)
    middle = corners[row : row + 2, column : column + 2].mean(axis=(0, 1))
    np.testing.assert_allclose(middle, view.place([60], [178])[0], atol=abs(corners).max() / 150)


@pytest.mark.parametrize(("fine", "least"), [(False, 100), (True, 1400)])
def test_land_is_whole_valid_and_has_no_coast_along_the_cut(fine, least):
    assert len(land(fine)) > least and all(polygon.is_valid for polygon in land(fine))
    bounds = np.array([polygon.bounds for polygon in land(fine)])
    assert bounds.min() >= -180 and bounds.max() <= 180
    assert not np.any(np.all(np.abs(coast_segments(fine)[..., 0]) == 180, axis=1))


def test_land_may_be_shipped():
    assert "public domain" in (LAND.parent / "README.md").read_text()
    assert json.loads(LAND.read_text())["type"] == "FeatureCollection"
    assert FINE_LAND.stat().st_size < 1_500_000


@pytest.mark.parametrize(("lat", "lon"), [(43.6, -87.0), (45.0, -82.5), (-1.0, 33.0), (61.0, 31.5)])
def test_great_lakes_are_there_in_a_region(lat, lon):
    place = shapely.Point(lon, lat)
    assert any(polygon.contains(place) for polygon in lakes())
    assert any(polygon.contains(place) for polygon in land(True)), "a lake lies in the land"


def test_contours_that_lie_on_the_map_already_are_not_projected_again(monkeypatch):
    """Cartopy fails at areas whose rings fall apart to lines, as those of a single member's density may."""
    axes = MapSheet.of(view := MapView.of(None), Print(), "").axes
    monkeypatch.setattr(ccrs.Projection, "project_geometry", lambda *_: pytest.fail("projected"))
    grid = Grid(np.arange(-87.5, 90, 5.0), np.arange(2.5, 360, 5.0), True)
    values = np.cos(np.deg2rad(grid.lat))[:, None] * np.ones(len(grid.lon))
    filled = add_contours(axes, view, values, grid, levels=[0.5, 0.9, 1.1])
    assert filled.get_paths()[0].vertices.max() > 5e6  # metres
