import numpy as np
from ensembles import join, true_tracks
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.consensus.smoothing import smoothed
from stormtracks.science.records import Tracks


def noisy(noise_km):
    return join(true_tracks(), 2005, np.random.default_rng(3), noise_km)


def test_noise_is_smaller_afterwards_also_at_the_date_line_and_the_pole():
    clean, rough = noisy(0.0), noisy(60.0)
    before = sphere.distance_km(clean.lat, clean.lon, rough.lat, rough.lon)
    after = sphere.distance_km(clean.lat, clean.lon, *smoothed(rough))
    for storm in range(4):
        assert after[clean.points(storm)].mean() < 0.85 * before[clean.points(storm)].mean()


def test_smooth_tracks_hardly_change():
    clean = noisy(0.0)
    assert sphere.distance_km(clean.lat, clean.lon, *smoothed(clean))[clean.points(0)].max() < 2.0


@given(size=st.integers(1, 3))
def test_short_tracks_stay_as_they_are(size):
    times = np.datetime64("2005-08-01", "s") + np.arange(size) * np.timedelta64(6, "h")
    place = np.arange(size) * 1.5
    short = Tracks(np.array([size]), times, place**2, place, np.ones(size), np.arange(size))
    lat, lon = smoothed(short)
    np.testing.assert_allclose(lat, place**2, atol=1e-9)
    np.testing.assert_allclose(lon, place, atol=1e-9)


def test_tracks_do_not_touch_each_other():
    tracks = noisy(60.0)
    lat, _ = smoothed(tracks)
    rows = tracks.points(1)
    columns = (getattr(tracks, name)[rows] for name in ("time", "lat", "lon", "vorticity", "maximum"))
    alone = Tracks(tracks.row_size[1:2], *columns)
    np.testing.assert_allclose(smoothed(alone)[0], lat[rows])


def test_a_step_that_is_missing_is_bridged():
    times = np.datetime64("2005-08-01", "s") + np.array([0, 1, 2, 4, 5, 6, 7]) * np.timedelta64(6, "h")
    lat = 10 + np.array([0, 1, 2, 4, 5, 6, 7]) * 0.5
    lat_smooth, _ = smoothed(Tracks(np.array([7]), times, lat, np.full(7, -50.0), np.ones(7), np.arange(7)))
    np.testing.assert_allclose(lat_smooth, lat, atol=1e-3)
