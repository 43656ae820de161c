import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.seam import cut_line, cut_segments


def test_line_across_the_date_line_is_two_pieces_that_meet_on_it():
    first, second = cut_line(np.array([178.0, -179.0]), np.array([10.0, 13.0]))
    assert first.tolist() == [[178, 10], [180, 12]]
    assert second.tolist() == [[-180, 12], [-179, 13]]


def test_line_that_touches_the_date_line_is_one_piece():
    (line,) = cut_line(np.array([170.0, 175.0, -180.0]), np.array([0.0, 1.0, 2.0]))
    assert line.tolist() == [[170, 0], [175, 1], [180, 2]]
    (line,) = cut_line(np.array([-180.0, 175.0]), np.array([2.0, 1.0]))
    assert line.tolist() == [[180, 2], [175, 1]]


def test_pieces_are_relative_to_the_central_meridian():
    segments, source = cut_segments([19.0, 0.0], [0.0, 0.0], [21.0, 1.0], [2.0, 1.0], central=-160.0)
    assert segments[:, :, 0].tolist() == [[179, 180], [-180, -179], [160, 161]]
    assert segments[:, :, 1].tolist() == [[0, 1], [1, 2], [0, 1]]
    assert source.tolist() == [0, 0, 1]


places = st.tuples(st.floats(-180, 179.999), st.floats(-90, 90))


@given(st.lists(st.tuples(places, places), min_size=1), st.floats(-180, 180))
def test_no_piece_is_longer_than_half_the_way_round_and_none_is_lost(lines, central):
    ends = np.array(lines)
    lon1, lat1, lon2, lat2 = ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1]
    segments, source = cut_segments(lon1, lat1, lon2, lat2, central)
    width = np.diff(segments[..., 0], axis=1)[:, 0]
    assert np.all(np.abs(segments[..., 0]) <= 180.0) and np.all(np.abs(width) <= 180.0 + 1e-9)
    total = np.bincount(source, width, minlength=len(ends))
    np.testing.assert_allclose(np.abs(sphere.wrap(total - sphere.lon_difference(lon1, lon2))), 0, atol=1e-6)
    assert np.all(np.bincount(source) <= 2)
