"""What is exported is read back, whatever the tracks are: to the digits of each format, each track by itself."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormtracks.science.export import FORMATS
from stormtracks.science.export.selection import Piece
from stormtracks.science.records import Tracks
from stormtracks.science.track_files import load

DEGREES = {
    "csv": 5.1e-5, "netcdf": 0.0, "parquet": 0.0, "imilast": 5.1e-5, "track": 5.1e-7, "tempest": 5.1e-7, "adeck": 0.051,
    "trackjson": 5.1e-5,
}  # fmt: skip
"""How far a position may be from what was written."""
ABOUT = {"format": "", "selection": {"tracks": "member tracks", "members": [0]}, "software": "stormtracks"}
LATITUDES = st.floats(-90, 90, allow_subnormal=False)
LONGITUDES = st.one_of(st.floats(-180, 179.9999999), st.sampled_from([-180.0, 179.99999, 0.0, -0.00001]))


@st.composite
def pieces(draw):
    """Tracks of a member: six-hourly, anywhere, over the poles and the date line."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    steps = np.concatenate([draw(st.integers(0, 40)) + np.arange(size) for size in sizes])
    number = len(steps)
    lat, lon = (np.array(draw(st.lists(kind, min_size=number, max_size=number))) for kind in (LATITUDES, LONGITUDES))
    strength = draw(st.lists(st.floats(2.0**-19, 2.0**-10, width=32), min_size=number, max_size=number))
    time = np.datetime64("2004-12-28T00", "s") + steps * np.timedelta64(6, "h")
    vorticity = np.array(strength, np.float32)
    tracks = Tracks(np.array(sizes, np.int32), time, lat, lon, vorticity, np.arange(number))
    sid = np.array(draw(st.lists(st.sampled_from(["", "A"]), min_size=len(sizes), max_size=len(sizes))))
    return Piece(2004, 0, tracks, sid, sid, first_id=draw(st.integers(1, 9_000)))


def read_back(piece, file_format):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tracks")
        with FORMATS[file_format](path, {**ABOUT, "format": file_format}) as writer:
            writer.add(piece)
        Path(folder, "tracks.about.json").write_text(json.dumps(ABOUT | {"format": file_format}))
        return load(path)


@pytest.mark.parametrize("file_format", DEGREES)
@given(piece=pieces())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_tracks_come_back(file_format, piece):
    read, written = read_back(piece, file_format).tracks, piece.tracks
    np.testing.assert_array_equal(read.row_size, written.row_size)
    np.testing.assert_array_equal(read.time, written.time)
    np.testing.assert_allclose(read.lat, written.lat, rtol=0, atol=DEGREES[file_format])
    apart = np.abs((read.lon - written.lon + 180) % 360 - 180)
    np.testing.assert_array_less(np.minimum(apart, 360 - apart), DEGREES[file_format] + 1e-9)
    assert ((read.lon >= -180) & (read.lon < 180)).all()
    if file_format != "adeck":
        np.testing.assert_allclose(read.vorticity, written.vorticity, rtol=6e-6 if file_format != "imilast" else 0.3)


@pytest.mark.parametrize("file_format", [name for name in DEGREES if FORMATS[name].has_members])
@given(of=st.tuples(pieces(), pieces()))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_members_stay_apart(file_format, of):
    one, other = of[0], Piece(2004, 7, of[1].tracks, of[1].sid, of[1].name, first_id=of[0].first_id + len(of[0].tracks))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tracks")
        with FORMATS[file_format](path, {**ABOUT, "format": file_format}) as writer:
            writer.add(one)
            writer.add(other)
        read = load(path)
    assert read.member.tolist() == [0] * len(one.tracks) + [7] * len(other.tracks)
    assert read.tracks.row_size.tolist() == [*one.tracks.row_size, *other.tracks.row_size]
