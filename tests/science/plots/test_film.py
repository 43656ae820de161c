"""Films: what is in each frame, and that a file is whole or not there."""

import imageio_ffmpeg
import matplotlib
import numpy as np
import pytest
from ensembles import save_ensemble
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stormtracks.science import plots, results
from stormtracks.science.consensus import consensus
from stormtracks.science.errors import InputError
from stormtracks.science.plots.film.palette import MOST, Palette
from stormtracks.science.plots.film.scene import MOST_FRAMES, thinned
from stormtracks.science.plots.film.trails import Trails
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.records import Tracks

ATLANTIC = (0, 50, -80, -10)
SMALL = plots.Print(width_mm=60)
FAKE = {
    "keeps what it gets": 'for last; do :; done; cat > "$last"',
    "fails": "echo no such codec >&2; exit 3",
    "fails late": 'for last; do :; done; head -c 100000 > "$last"; exit 1',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_ensemble(tmp_path_factory.mktemp("results"), 3)


@pytest.fixture(scope="module")
def scene(folder):
    agreed = consensus(folder, 2005)
    ensemble = [results.load_tracks(results.path(folder, "vort_track", 2005, member)) for member in range(3)]
    return plots.storm_film(agreed, 0, ensemble, region=ATLANTIC, printed=SMALL)


@pytest.fixture
def ffmpeg(tmp_path, monkeypatch):
    """A program that does as it is told in the place of ffmpeg."""

    def put(script):
        program = tmp_path / "ffmpeg"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setitem(matplotlib.rcParams, "animation.ffmpeg_path", str(program))

    return put


def track(*points, start="2005-08-01"):
    """One track through (lat, lon), every six hours."""
    lat, lon = np.array(points, float).T
    times = np.datetime64(start, "s") + 6 * np.arange(len(points)) * np.timedelta64(1, "h")
    return Tracks(np.array([len(points)]), times, lat, lon, np.full(len(points), 5e-5, "f4"), np.arange(len(points)))


@pytest.mark.slow
def test_a_gif_has_a_frame_for_each_time_and_holds_the_last(scene, tmp_path):
    done = []
    path = plots.save_film(scene, tmp_path / "storm.gif", dpi=40, progress=lambda *one: done.append(one))
    with Image.open(path) as film:
        assert film.n_frames == len(scene) == len(done) and done[-1] == (len(scene), len(scene))
        assert film.info["duration"] == 100 and film.info["loop"] == 0
        film.seek(len(scene) - 1)
        assert film.info["duration"] == 1500
    assert path.stat().st_size < 200_000


def test_frames_differ_only_by_what_moves_and_do_not_depend_on_those_before(scene):
    numbers = [0, 5, 0]
    first, later, again = scene.frames(numbers, 40)
    np.testing.assert_array_equal(first, again)
    assert first.shape[0] % 2 == first.shape[1] % 2 == 0, "as MP4 needs it"
    assert 0.0 < (first != later).any(axis=2).mean() < 0.2


@pytest.mark.slow
def test_a_year_moves_with_the_best_tracks_and_their_names(folder):
    tracks = results.load_tracks(results.path(folder, "vort_track", 2005, 0))
    scene = plots.year_film(tracks, None, np.arange(len(tracks)) < 3, ATLANTIC, "2005", printed=SMALL)
    drawn = scene.show(scene.times[3])
    lines, dots = drawn[:2]
    assert len(lines.get_segments()) == 3 and len(dots.get_offsets()) == 1
    assert drawn[-1].get_text() == "2005-08-01 18 UTC"
    late = scene.show(scene.times[14])[0]
    assert len(late.get_segments()) < 14 + 5, "a tail is three days long"


def test_a_track_is_where_it_was_last_and_nowhere_before_and_after():
    trails = Trails.of(MapView.of(ATLANTIC), track((10, -30), (11, -32), (12, -34)))
    hours = [-1, 0, 5, 6, 12, 13]
    at = [np.flatnonzero(trails.here(trails.begin[0] + np.timedelta64(one, "h"))).tolist() for one in hours]
    assert at == [[], [0], [0], [1], [2], []]
    assert len(trails.behind(trails.begin[1])) == 1 and len(trails.behind(trails.begin[2])) == 2


@given(st.lists(st.integers(0, 5000), max_size=700), st.integers(2, 40))
def test_times_are_thinned_evenly_and_the_last_stays(hours, most):
    times = np.datetime64("2005-01-01", "s") + np.array(hours, int) * np.timedelta64(1, "h")
    kept, every = thinned(times, most), np.unique(times)
    assert len(kept) <= most and np.isin(kept, every).all() and (np.diff(kept) > np.timedelta64(0, "s")).all()
    assert not len(every) or (kept[0], kept[-1]) == (every[0], every[-1])


@pytest.mark.parametrize("number", [1, 50, 500])
def test_a_palette_keeps_frequent_colours_as_they_are_and_rare_ones_nearly(number):
    rng = np.random.default_rng(number)
    colours = rng.integers(0, 256, (number, 3), dtype=np.uint8)
    frame = np.concatenate([np.full((400, 3), 255, np.uint8), colours])[None]
    made = Palette.of([frame])
    shown = made.colours[made.indices(frame)]
    assert len(made.colours) <= MOST and (shown[0, :400] == 255).all()
    apart = np.abs(shown.astype(int) - frame.astype(int)).max()
    assert apart <= (3 if number < MOST // 2 else 110)


@pytest.mark.parametrize(
    ("name", "dpi", "message"),
    [
        ("storm.avi", 40, r"must end in .gif, .mp4"),
        ("storm.gif", 2000, r"too large for a film; lower --dpi"),
        ("no/storm.gif", 40, r"no such folder"),
    ],
)
def test_what_cannot_be_written_is_refused(scene, tmp_path, name, dpi, message):
    with pytest.raises(InputError, match=message):
        plots.save_film(scene, tmp_path / name, dpi=dpi)
    assert not list(tmp_path.iterdir())


def test_an_mp4_needs_ffmpeg_and_the_message_says_what_to_do(scene, tmp_path, monkeypatch):
    monkeypatch.setitem(matplotlib.rcParams, "animation.ffmpeg_path", "no-such-program")
    with pytest.raises(InputError, match=r"ffmpeg, which is not installed here; install it, or choose a name"):
        plots.save_film(scene, tmp_path / "storm.mp4", dpi=40)


@pytest.mark.slow
def test_every_frame_goes_to_ffmpeg(scene, tmp_path, ffmpeg):
    ffmpeg(FAKE["keeps what it gets"])
    path = plots.save_film(scene, tmp_path / "storm.mp4", dpi=40)
    height, width = next(iter(scene.frames([0], 40))).shape[:2]
    assert path.stat().st_size == (len(scene) + 15) * height * width * 4


@pytest.mark.slow
def test_ffmpeg_writes_an_mp4_that_shows_what_was_drawn(scene, tmp_path, monkeypatch):
    monkeypatch.setitem(matplotlib.rcParams, "animation.ffmpeg_path", imageio_ffmpeg.get_ffmpeg_exe())
    path = plots.save_film(scene, tmp_path / "storm.mp4", dpi=40)
    frames = imageio_ffmpeg.read_frames(str(path))
    about = next(frames)
    shown = [np.frombuffer(frame, np.uint8).reshape(*about["size"][::-1], 3) for frame in frames]
    drawn = list(scene.frames(range(len(scene)), 40))
    assert (about["fps"], len(shown)) == (10.0, len(drawn) + 15) and about["codec"].startswith("h264")
    assert shown[0].shape == drawn[0].shape
    apart = np.array([[np.abs(one.astype(float) - other).mean() for other in drawn] for one in shown])
    assert apart.min(axis=1).max() < 3.0, "nothing else is shown"
    assert apart.argmin(axis=1).tolist() == [*range(len(drawn)), *[len(drawn) - 1] * 15], "each frame, in order"


@pytest.mark.parametrize("how", ["fails", "fails late"])
def test_nothing_is_left_where_ffmpeg_fails(scene, tmp_path, ffmpeg, how):
    ffmpeg(FAKE[how])
    with pytest.raises(InputError, match=r"storm.mp4: ffmpeg failed"):
        plots.save_film(scene, tmp_path / "storm.mp4", dpi=40)
    assert [path.name for path in tmp_path.iterdir()] == ["ffmpeg"]


@pytest.mark.slow
def test_nothing_is_left_where_drawing_ends_early(scene, tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plots.save_film(scene, tmp_path / "storm.gif", dpi=40, progress=stop)
    assert not list(tmp_path.iterdir())


def test_a_film_is_bounded(scene):
    assert len(thinned(np.datetime64("2005-01-01", "s") + np.arange(10_000) * np.timedelta64(1, "h"))) <= MOST_FRAMES
