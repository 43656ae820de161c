import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.records import Tracks


def tracks(*rows):
    """Tracks of these vorticities."""
    size = np.array([len(row) for row in rows], np.int32)
    vorticity = np.array([value for row in rows for value in row], np.float32)
    time = np.zeros(len(vorticity), "M8[s]")
    return Tracks(size, time, *np.zeros((2, len(vorticity))), vorticity, np.arange(len(vorticity)))


@pytest.mark.parametrize(
    ("rows", "peak"),
    [
        ([], []),
        ([[1]], [0]),
        ([[1, 3, 2], [5, 4]], [1, 3]),
        ([[2, 2], [1, 3, 3]], [0, 3]),  # of equals the first
        ([[7], [7], [7, 8]], [0, 1, 3]),  # equals in other tracks
    ],
)
def test_the_peak_is_the_strongest_point_of_each_track(rows, peak):
    assert tracks(*rows).peak.tolist() == peak


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6), max_size=8))
def test_peaks_are_what_argmax_finds(rows):
    found = tracks(*rows)
    assert found.peak.tolist() == [start + int(np.argmax(row)) for start, row in zip(found.start, rows, strict=True)]
    assert [found.vorticity[found.points(row)].tolist() for row in range(len(found))] == rows
    assert found.track.tolist() == [number for number, row in enumerate(rows) for _ in row]
