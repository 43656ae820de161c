"""Direct reading of chunks: the same numbers as netCDF4's, bit for bit, and no chunk inflated twice."""

import tempfile
from dataclasses import replace
from pathlib import Path

import h5py
import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science.reanalysis import open_season
from stormtracks.science.reanalysis.fields.field import Field
from stormtracks.science.reanalysis.stored.netcdf import chunks
from stormtracks.science.reanalysis.stored.netcdf.source import Source


def stored(path, name):
    """Values as netCDF4 gives them."""
    with netCDF4.Dataset(path) as nc:
        nc.set_auto_maskandscale(False)
        return nc[name][:]


def through_field(path, role="u"):
    """The values through a `Field`, whether by its direct way, and the chunks that it inflated."""
    source = Source(path)
    try:
        field = Field(source, role, 850.0)
        values, _ = field.read_file_steps(0, len(field.times), list(range(len(field.members))))
        return values, field._reader is not None, field.chunks_read
    finally:
        source.close()


CREATE = {
    "as the archive": {"zlib": True, "shuffle": True, "complevel": 6},
    "without shuffle": {"zlib": True, "shuffle": False},
    "level 9": {"zlib": True, "shuffle": True, "complevel": 9},
}


@settings(max_examples=40)
@given(
    create=st.sampled_from(list(CREATE.values())),
    members=st.sampled_from([None, (1,), (1, 2, 3)]),
    levels=st.sampled_from([None, (850.0,), (1000.0, 850.0)]),
    together=st.booleans(),
    scale=st.sampled_from([1e-30, 1e-3, 1.0, 12.0]),
    seed=st.integers(0, 99),
)
def test_both_ways_give_the_same_bits(recipe, fields_of, write_file, create, members, levels, together, scale, seed):
    made = recipe(members=members, levels=levels, hours=np.arange(0, 18, 6.0))
    sizes = [len(values) for _, values in made.axes()]
    whole = ("lat", "lon", "member") if together else ("lat", "lon")
    chunk = [size if role in whole else 1 for (role, _), size in zip(made.axes(), sizes, strict=True)]
    values = fields_of(made, seed)[0] * np.float32(scale)
    with tempfile.TemporaryDirectory() as folder:
        path = write_file(Path(folder, "x.nc"), {"u": values}, replace(made, create=create | {"chunksizes": chunk}))
        got, direct, inflated = through_field(path)
        expected = stored(path, "u").reshape(3, len(members or [1]), len(levels or [1]), 7, 12)[:, :, -1]
        assert direct and inflated == (3 if together else 3 * len(members or [1]))
        np.testing.assert_array_equal(got.view("u4"), expected.view("u4"))


OTHERS = {
    "contiguous": {},
    "several steps in a chunk": {"create": {"zlib": True, "chunksizes": (2, 7, 12)}},
    "a part of the globe in a chunk": {"create": {"zlib": True, "chunksizes": (1, 7, 6)}},
    "checksums": {"create": {"zlib": True, "fletcher32": True, "chunksizes": (1, 7, 12)}},
    "zstandard": {"create": {"compression": "zstd", "chunksizes": (1, 7, 12)}},
    "packed": {"create": {"zlib": True, "chunksizes": (1, 7, 12)}, "packing": (0.002, 0.0)},
    "big-endian": {"create": {"zlib": True, "chunksizes": (1, 7, 12), "endian": "big"}},
    "a mark among the values": {"create": {"zlib": True, "chunksizes": (1, 7, 12), "fill_value": np.float32(-99)}},
    "classic": {"format": "NETCDF3_CLASSIC"},
    "columns first": {"order": ("time", "lon", "lat"), "create": {"zlib": True, "chunksizes": (1, 12, 7)}},
}


@pytest.mark.parametrize("how", OTHERS.values(), ids=OTHERS)
def test_other_storage_is_left_to_netcdf4(tmp_path, recipe, fields_of, write_file, how):
    made = recipe(**{"create": {}} | how)
    values = fields_of(made)[0]
    got, direct, _ = through_field(write_file(tmp_path / "x.nc", {"u": values}, made))
    assert not direct
    np.testing.assert_allclose(got[:, 0], values, atol=0.00101 if made.packing else 0)


def test_no_chunk_of_all_members_is_inflated_twice(sample):
    with open_season(sample / "20crv2c_1987", 1987) as season:
        for step in range(len(season.axis)):
            season.read(step, step + 1, slice(None))
        assert season.chunks_inflated == 2 * len(season.axis)


def test_a_chunk_of_several_steps_is_inflated_once_for_a_block(winds, tmp_path):
    winds(hours=np.arange(0, 72, 6.0), create={"zlib": True, "chunksizes": (6, 7, 12)})
    with open_season(tmp_path, 2005) as season:
        season.read(0, 12, [0])
        assert season.chunks_inflated == 2 * 2


@pytest.mark.parametrize("value", [np.nan, -np.inf, 9.96921e36, -251.0, 250.5])
@pytest.mark.parametrize("shuffle", [True, False])
def test_unsound_values_are_seen(tmp_path, recipe, fields_of, write_file, value, shuffle):
    made = recipe(create={"zlib": True, "shuffle": shuffle, "chunksizes": (1, 7, 12)})
    values = fields_of(made)[0]
    values[1, 2, 3] = value
    source = Source(write_file(tmp_path / "x.nc", {"u": values}, made))
    field = Field(source, "u", 850.0)
    assert [field.read_file_steps(step, step + 1, [0])[1] for step in range(4)] == [True, False, True, True]
    got = field.read_file_steps(1, 2, [0])[0][0, 0, 2, 3]
    assert np.isnan(got) if value > 1e30 or np.isnan(value) else got == value
    source.close()


@pytest.mark.parametrize("value", [249.9, -249.9, 128.0, 0.0, 1e-40])
def test_sound_values_pass(tmp_path, recipe, write_file, value):
    made = recipe(create={"zlib": True, "chunksizes": (1, 7, 12)})
    source = Source(write_file(tmp_path / "x.nc", {"u": np.full(made.shape(), value)}, made))
    assert Field(source, "u", 850.0).read_file_steps(0, 4, [0])[1]
    source.close()


def test_a_damaged_chunk_is_refused_by_netcdf4s_words(winds, tmp_path):
    winds(create={"zlib": True, "chunksizes": (1, 7, 12)})
    path = tmp_path / "v850_2005.nc"
    source = Source(path)
    place = source.hdf5["v850"].id.get_chunk_info(2)
    source.close()
    data = bytearray(path.read_bytes())
    data[place.byte_offset + 20 : place.byte_offset + 60] = bytes(40)
    path.write_bytes(data)
    with open_season(tmp_path, 2005) as season:
        season.read(0, 2, [0])
        with pytest.raises(ValueError, match=r"v850_2005.nc: v850: cannot be read .*truncated or damaged"):
            season.read(2, 3, [0])


def test_a_chunk_that_was_never_written_is_missing(tmp_path, recipe, fields_of, write_file):
    made = recipe(create={"zlib": True, "chunksizes": (1, 7, 12)})
    path = write_file(tmp_path / "x.nc", dict(zip("uv", fields_of(made), strict=True)), made)
    with netCDF4.Dataset(path, "a") as nc:
        nc["time"][4:6] = [24, 30]
    with (
        open_season(tmp_path, 2005) as season,
        pytest.raises(ValueError, match="u: not one of the values at 2005-09-02T00"),
    ):
        season.read(0, 6, [0])


def test_unshuffle():
    values = np.random.default_rng(1).integers(0, 2**32, 1000, dtype=np.uint32)
    out = np.zeros(1000, np.uint32)
    chunks.unshuffle(values.view(np.uint8).reshape(-1, 4).T, out)
    np.testing.assert_array_equal(out, values)


def not_in_memory(*_):
    raise BlockingIOError(11, "Resource temporarily unavailable")


def test_the_next_chunks_are_fetched_while_those_that_were_read_are_worked_on(sample, monkeypatch):
    asked = []
    monkeypatch.setattr("os.preadv", not_in_memory)
    monkeypatch.setattr("os.posix_fadvise", lambda file, place, size, advice: asked.append((place, place + size)))
    with open_season(sample / "20crv2c_1987", 1987) as season:
        season.read(0, 2, [0])
        steps, members = len(season.axis), len(season.members)
        told = asked.copy()
        season.read(steps - 2, steps, [0])
    assert asked == told, "there is nothing after the last step"
    with h5py.File(sample / "20crv2c_1987" / "u850_1987.nc") as file:
        next_ones = [file["u850"].id.get_chunk_info_by_coord((step, 0, 0, 0)) for step in (2, 3)]
    assert members > 1 and all(
        any(begin <= one.byte_offset < end for begin, end in told)
        and any(begin < one.byte_offset + one.size <= end for begin, end in told)
        for one in next_ones
    )


@pytest.mark.parametrize("place", [0, 1 << 16])
def test_what_is_in_memory_is_not_asked_for(sample, monkeypatch, place):
    path = sample / "20crv2c_1987" / "u850_1987.nc"
    path.read_bytes()
    with path.open("rb") as file:
        is_known = chunks._is_in_memory(file.fileno(), place)
    asked = []
    monkeypatch.setattr("os.posix_fadvise", lambda *advice: asked.append(advice))
    with open_season(sample / "20crv2c_1987", 1987) as season:
        season.read(0, 2, [0])
    assert not is_known or not asked  # not every file system can say


def test_where_no_advice_can_be_given_the_values_are_the_same(sample, monkeypatch):
    def refuses(*_):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr("os.preadv", not_in_memory)

    with open_season(sample / "20crv2c_1987", 1987) as season:
        before = season.read(0, 4, [1])
        monkeypatch.setattr("os.posix_fadvise", refuses)
        assert np.array_equal(season.read(0, 4, [1]), before)
