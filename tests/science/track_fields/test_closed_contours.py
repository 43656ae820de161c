"""Depth along rays, held against closed contours as TempestExtremes looks for them, on real pressure of 20CRv2c."""

import heapq

import numpy as np
import pytest

from stormtracks.science import maxima, reanalysis, sphere, vorticity
from stormtracks.science.track_fields import Points, Sampler

RADIUS_KM = np.radians(5.5) * sphere.EARTH_RADIUS_KM


def flooded(field, grid, start):
    """How high water rises from a cell before it reaches one beyond the radius: it takes the lowest way."""
    nlat, nlon = grid.shape
    where = grid.lat[start[0]], grid.lon[start[1]]
    waiting, seen = [(field[start], *start)], {start}
    while True:
        level, row, column = heapq.heappop(waiting)
        if sphere.distance_km(*where, grid.lat[row], grid.lon[column]) > RADIUS_KM:
            return level - field[start]
        for north, east in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            there = (row + north, (column + east) % nlon)
            if 0 <= there[0] < nlat and there not in seen:
                seen.add(there)
                heapq.heappush(waiting, (max(level, field[there]), *there))


@pytest.fixture(scope="module")
def depths():
    """Of places in the sample: the depth by water, and along rays."""
    with reanalysis.open_season("sample/20crv2c_1987", 1987) as winds:
        with reanalysis.open_further("sample/20crv2c_1987", 1987, winds) as further:
            u, v = (wind[:, 0] for wind in winds.read(0, 4, [0]))
            pressure = further.read("pressure", 0, 4, [0])[:, 0]
        grid = winds.grid
    found = maxima.find(vorticity.cyclonic_vorticity(u, v, grid), grid)
    found = found.take(np.flatnonzero(np.abs(found.lat) < 60))
    unknown = np.full(len(found), np.nan)
    points = Points(found.step.astype(np.intp), found.lat, found.lon, unknown, unknown)
    features = Sampler(grid).sample({"pressure": pressure}, points)
    rows = np.searchsorted(grid.lat, features["pressure_lat"] - 1e-3)
    columns = np.searchsorted(grid.lon, features["pressure_lon"] % 360 - 1e-3)
    places = zip(points.field, rows, columns, strict=True)
    by_water = [flooded(pressure[step], grid, (int(row), int(column))) for step, row, column in places]
    return np.array(by_water), features["pressure_depth"]


def test_depths_along_rays_agree_with_closed_contours(depths):
    by_water, along_rays = depths
    assert len(by_water) > 300
    assert np.corrcoef(by_water, along_rays)[0, 1] >= 0.98


def test_nearly_all_contours_of_200_pa_are_found_and_no_others(depths):
    closed, along_rays = (depth >= 200.0 for depth in depths)
    assert not (along_rays & ~closed).any()
    assert along_rays.sum() >= 0.9 * closed.sum() > 60
