import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.records import BestTracks, Grid, Matches, Maxima, TimeAxis, Tracks
from stormtracks.science.results import Result

NAN = float("nan")


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
        ([[NAN, 3, NAN], [NAN, NAN], [-1]], [1, 3, 5]),  # not a number: less than any
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


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6), max_size=8), st.data())
def test_some_tracks_by_their_numbers_or_by_a_mask(rows, data):
    found, mask = (
        tracks(*rows),
        np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), bool),
    )
    expected = [row for row, chosen in zip(rows, mask, strict=True) if chosen]
    for some in (found.take(mask), found.take(np.flatnonzero(mask))):
        assert [some.vorticity[some.points(row)].tolist() for row in range(len(some))] == expected
        assert some.maximum.tolist() == np.flatnonzero(mask[found.row]).tolist()
    last = np.cumsum([0, *map(len, rows)])[1:] - 1
    assert found.followed.tolist() == [point for point in range(len(found.time)) if point not in last]


def test_some_best_tracks():
    sid, nothing = np.array(["A", "B"]), np.zeros(8)
    both = BestTracks(sid, sid, sid, np.zeros(2), COUNTS, TIMES, np.arange(8.0), *[nothing] * 3, remarks=("assumed",))
    second = both.take(sid == "B")
    assert (second.sid.tolist(), second.lat.tolist(), second.remarks) == (["B"], [3, 4, 5, 6, 7], ("assumed",))


TIMES = np.datetime64("1987-09-09T00", "s") + 6 * np.arange(8) * np.timedelta64(1, "h")
COUNTS, NOTHING = np.array([3, 5]), np.zeros(8)
MATCHES = Matches(*np.zeros((2, 3), str), np.zeros(3), np.array([4, -1, 7]), *np.zeros((5, 3)), np.zeros(130, int))


@pytest.mark.parametrize(
    ("noun", "shown"),
    [
        (
            Tracks(COUNTS, TIMES, *[NOTHING] * 4),
            "<Tracks: 2 tracks, 8 points, 1987-09-09T00 to 1987-09-10T18>",
        ),
        (tracks(), "<Tracks: 0 tracks, 0 points>"),
        (
            BestTracks(*np.zeros((3, 2), str), np.zeros(2), COUNTS, TIMES, *[NOTHING] * 4),
            "<BestTracks: 2 storms, 8 points, 1987-09-09T00 to 1987-09-10T18>",
        ),
        (BestTracks.none(), "<BestTracks: 0 storms, 0 points>"),
        (Maxima(np.arange(8), *[NOTHING] * 3), "<Maxima: 8 maxima, steps 0 to 7>"),
        (Maxima(*[NOTHING[:0]] * 4), "<Maxima: 0 maxima>"),
        (MATCHES, "<Matches: 2 of 3 best tracks found, 130 tracks>"),
        (
            TimeAxis(TIMES, 6.0 * np.arange(8)),
            "<TimeAxis: 8 times, 1987-09-09T00 to 1987-09-10T18, every 6 h>",
        ),
        (
            TimeAxis(TIMES[:1] + 90 * 60, np.zeros(1), "noleap"),
            "<TimeAxis: 1 time, 1987-09-09T01:30 to 1987-09-09T01:30, noleap>",
        ),
        (
            Grid(np.linspace(-90, 90, 91), np.arange(0.0, 360.0, 2.0), True),
            "<Grid: 91 x 180, -90 to 90 N, 0 to 358 E, periodic>",
        ),
        (Grid(np.arange(5.0), np.arange(6.0), False), "<Grid: 5 x 6, 0 to 4 N, 0 to 5 E>"),
        (
            Result(
                1987,
                0,
                "1",
                "vort_track",
                TimeAxis(TIMES, 6.0 * np.arange(8)),
                Maxima(np.arange(8), *[NOTHING] * 3),
                Tracks(COUNTS, TIMES, *[NOTHING] * 4),
                MATCHES,
                {"settings": {}},
            ),
            "<Result: vort_track of 1987, member 0 ('1'): 8 steps, 8 maxima, 2 tracks, 2 of 3 best tracks found>",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_noun_shows_itself_in_one_line(noun, shown):
    assert repr(noun) == shown
