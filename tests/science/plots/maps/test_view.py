import cartopy.crs as ccrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.science.plots import PROJECTIONS
from stormtracks.science.plots.maps import MapView

ATLANTIC, SOUTH = (0, 50, -90, -20), (-60, -20, 100, 180)


@pytest.mark.parametrize(
    ("name", "projection"),
    [
        ("robinson", ccrs.Robinson),
        ("equal-earth", ccrs.EqualEarth),
        ("platecarree", ccrs.PlateCarree),
        ("mercator", ccrs.Mercator),
        ("lambert", ccrs.LambertConformal),
        ("north-polar", ccrs.NorthPolarStereo),
    ],
)
def test_projection_is_the_one_asked_for_and_shows_the_region(name, projection):
    view = MapView.of(ATLANTIC, name)
    assert type(view.projection) is projection
    left, right, lower, upper = view.limits
    x, y = view.place([1.0, 25.0, 49.0, 1.0], [-89.0, -55.0, -21.0, -21.0]).T
    assert np.all((x >= left) & (x <= right) & (y >= lower) & (y <= upper))


@pytest.mark.parametrize(
    ("region", "name", "message"),
    [
        (None, "lambert", "regions of one hemisphere"),
        ((-20, 20, 0, 60), "lambert", "regions of one hemisphere"),
        (SOUTH, "north-polar", "north-polar cannot show -60 to -20 N"),
        (ATLANTIC, "south-polar", "south-polar cannot show"),
    ],
)
def test_projection_that_cannot_show_a_region_is_refused(region, name, message):
    with pytest.raises(BadValue, match=message):
        MapView.of(region, name)


def test_polar_map_of_the_globe_is_its_hemisphere():
    assert MapView.of(None, "north-polar").region[:2] == (20.0, 90.0)
    assert MapView.of(None, "south-polar").region[:2] == (-90.0, -20.0)


@given(
    south=st.floats(-80, 60),
    height=st.floats(5, 100),
    west=st.floats(-180, 180),
    width=st.floats(5, 170),
    name=st.sampled_from(["platecarree", "mercator"]),
)
def test_a_widened_map_shows_all_that_it_showed_and_has_the_shape(south, height, west, width, name):
    north = south + height
    assume(north <= 80)
    view = MapView.of((south, north, west, west + width), name)
    wide = view.widened(0.45, 0.7)
    left, right, lower, upper = view.limits
    assert wide.limits[0] <= left + 1e-6 and wide.limits[1] >= right - 1e-6
    assert wide.limits[2] <= lower + 1e-6 and wide.limits[3] >= upper - 1e-6
    whole = wide.region[3] - wide.region[2] >= 360 - 1e-6 or wide.region[0] <= -80 or wide.region[1] >= 80
    assert whole or 0.4 < wide.aspect < 0.71


@given(region=st.sampled_from([None, ATLANTIC, SOUTH, (50, 90, -180, 180)]), name=st.sampled_from(PROJECTIONS))
def test_a_map_has_finite_limits_or_is_refused(region, name):
    try:
        view = MapView.of(region, name)
    except BadValue:
        return
    assert np.isfinite(view.limits).all() and view.aspect > 0
