"""Zarr stores are read as they are: both versions, any chunks and order, and nothing that is missing becomes zeros."""

import json
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs import need_module

from stormtracks import paths, web_path
from stormtracks.errors import StormtracksError
from stormtracks.on_host import check
from stormtracks.pyro_cluster.worker import places
from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis import Dataset, inventory, open_season
from stormtracks.science.reanalysis.fields import contents
from stormtracks.science.reanalysis.folder import listing
from stormtracks.science.reanalysis.stored.source import changed, input_file, open_source
from stormtracks.science.reanalysis.stored.zarr import library, place, refusals
from tests.science.reanalysis import zarr_stores
from tests.science.reanalysis.zarr_stores import BLOSC_2, BLOSC_3, CRC, LITTLE, Store, Stored, waves

need_module("tensorstore")

VALUES = waves(4, 19, 36)
BIG = {"name": "bytes", "configuration": {"endian": "big"}}
ZLIB = {"id": "zlib", "level": 1}
ZSTD = {"id": "zstd", "level": 1}
ZSTD_3 = {"name": "zstd", "configuration": {"level": 1, "checksum": False}}
GZIP_3 = {"name": "gzip", "configuration": {"level": 1}}
TURNED = {"name": "transpose", "configuration": {"order": [2, 0, 1]}}
KINDS = {
    "2, blosc": Stored(chunks=(1, 19, 36)),
    "2, long chunks of tiles, not consolidated": Stored(chunks=(3, 10, 20), consolidated=False),
    "2, zlib, order F, separator .": Stored(chunks=(2, 7, 36), compressor=ZLIB, order="F", separator="."),
    "2, zstd, big-endian doubles": Stored(chunks=(4, 19, 9), compressor=ZSTD, dtype=">f8"),
    "2, uncompressed": Stored(compressor=None),
    "3, blosc": Stored(3, chunks=(1, 19, 36)),
    "3, zstd and crc32c": Stored(3, chunks=(3, 10, 20), codecs=[LITTLE, ZSTD_3, CRC]),
    "3, gzip, big-endian, not consolidated": Stored(3, codecs=[BIG, GZIP_3], consolidated=False),
    "3, transposed": Stored(3, chunks=(2, 19, 36), codecs=[TURNED, LITTLE, BLOSC_3]),
    "3, shards of tiles": Stored(3, chunks=(4, 20, 40), inner=(4, 5, 8)),
}  # fmt: skip


def read(data, **more):
    with open_season(data, 2005, **more) as season:
        return season.read(0, len(season.axis), range(len(season.members)))


@pytest.mark.parametrize("how", KINDS.values(), ids=KINDS)
def test_both_versions_and_all_ways_to_store(tmp_path, how):
    zarr_stores.winds(tmp_path / "era5.zarr", VALUES, how)
    u, v = read(tmp_path)
    assert u.dtype == np.float32 and np.array_equal(u[:, 0], VALUES[:, ::-1])  # rows come S to N
    assert np.array_equal(v, u + 1)


def divisors(size):
    return st.sampled_from([part for part in range(1, size + 1) if size % part == 0])


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_chunks_shards_and_order_of_dimensions_give_the_same_values(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("any")
    values = waves(3, 2, 4, 7, 8)
    names = np.array(["time", "number", "level", "latitude", "longitude"])
    order = data.draw(st.permutations(range(5)))
    inner = tuple(data.draw(st.integers(1, values.shape[axis])) for axis in order)
    shards = data.draw(st.one_of(st.none(), st.tuples(*[st.integers(1, 3)] * 5)))
    chunks = inner if shards is None else tuple(np.multiply(inner, shards).tolist())
    version = 3 if shards else data.draw(st.sampled_from([2, 3]))
    how = Stored(version, chunks, inner if shards else None, order=data.draw(st.sampled_from("CF")))
    levels = (("level",), np.array([500, 700, 850, 1000]), {"units": "hPa"})
    coordinates = zarr_stores.coordinates_of(dict(zip(names, values.shape, strict=True))) | {"level": levels}
    zarr_stores.winds(folder / "x.zarr", values.transpose(order), how, names[order], coordinates)
    u, v = read(folder)
    expected = values[:, :, 2, ::-1]
    assert np.array_equal(u, expected) and np.array_equal(v, expected + 1)


def test_the_folder_of_data_may_be_the_store_itself(tmp_path):
    zarr_stores.winds(tmp_path / "data", VALUES)
    assert inventory(tmp_path / "data") == {2005: 1}
    assert np.array_equal(read(tmp_path / "data")[0][:, 0], VALUES[:, ::-1])


def test_stores_side_by_side_for_each_wind_and_each_member(tmp_path):
    for number, member in enumerate(("a1", "a2")):
        for wind, name in enumerate("uv"):
            values = VALUES + np.float32(2 * number + wind)
            zarr_stores.winds(tmp_path / member / f"{name}.zarr", values, names=[name])
    u, v = read(tmp_path, dataset={"files": {"u": "{member}/u.zarr", "v": "{member}/v.zarr"}})
    assert np.array_equal(u[:, 1, ::-1], VALUES + np.float32(2)) and np.array_equal(
        v[:, 1, ::-1], VALUES + np.float32(3)
    )


def test_a_group_has_the_coordinates_of_the_group_above(tmp_path):
    store = Store(tmp_path / "x.zarr", 3)
    known = zarr_stores.coordinates_of({"time": 4, "level": 2, "latitude": 19, "longitude": 36})
    for name in ("time", "latitude", "longitude"):
        store.array(name, *known[name])
    store.group("pressure_level", {})
    store.array("pressure_level/level", *known["level"])
    stacked = np.stack([VALUES, VALUES + 5], axis=1)
    for name in ("wind_u", "wind_v"):
        said = {"standard_name": f"{'east' if name == 'wind_u' else 'north'}ward_wind", "units": "m s-1"}
        store.array(f"pressure_level/{name}", ("time", "level", "latitude", "longitude"), stacked, said)
    store.done()
    assert np.array_equal(read(tmp_path)[0][:, 0], VALUES[:, ::-1] + 5)
    named = {"variables": {"u": "wind_u", "v": "pressure_level/wind_v"}}
    assert np.array_equal(read(tmp_path, dataset=named)[1][:, 0], VALUES[:, ::-1] + 5)
    with pytest.raises(InputError, match=r"no variable 'wind_w'; choose one of .*pressure_level/wind_u"):
        read(tmp_path, dataset={"files": {"u": "x.zarr", "v": "x.zarr"}, "variables": {"u": "wind_w"}})


@pytest.mark.parametrize("fill", ["NaN", 0.0])
@pytest.mark.parametrize("version", [2, 3])
def test_a_chunk_that_is_missing_is_named_and_never_read_as_zeros(tmp_path, version, fill):
    how = Stored(version, chunks=(1, 19, 36), fill=fill)
    path = zarr_stores.winds(tmp_path / "x.zarr", VALUES, how)
    lost = path / ("u/2/0/0" if version == 2 else "u/c/2/0/0")
    lost.unlink()
    with pytest.raises(InputError, match=rf"x.zarr: u: the chunk 2,0,0 is missing \({lost}\).*copy or download"):
        read(tmp_path)


@pytest.mark.parametrize("kind", ["2, blosc", "3, shards of tiles", "3, zstd and crc32c", "2, uncompressed"])
def test_a_chunk_that_is_cut_is_refused(tmp_path, kind):
    path = zarr_stores.winds(tmp_path / "x.zarr", VALUES, KINDS[kind])
    chunk = next(file for file in sorted((path / "v").rglob("*")) if file.is_file() and file.name.isdigit())
    chunk.write_bytes(chunk.read_bytes()[: chunk.stat().st_size // 2])
    with pytest.raises(InputError, match=r"x.zarr: v: cannot be read \(.*\); the store is not whole, or damaged"):
        read(tmp_path)


def test_a_lead_or_member_of_0_that_zarr_did_not_write_is_0(tmp_path):
    path = zarr_stores.winds(
        tmp_path / "x.zarr", VALUES[:, np.newaxis], dimensions=("time", "number", "latitude", "longitude")
    )
    (path / "number" / "0").unlink()
    with open_season(tmp_path, 2005) as season:
        assert season.members == ("0",)
    (path / "latitude" / "0").unlink()  # of which more than one entry is lost
    with pytest.raises(InputError, match=r"latitude.*the chunk 0 is missing"):
        read(tmp_path)


def test_dates_and_lengths_of_time_have_the_units_of_cf(tmp_path):
    store = Store(tmp_path / "x.zarr", 2)
    for name, stored in (("time", "M8[ns]"), ("lead", "m8[h]")):
        numbers = np.array(["2005-08-01", "NaT"], "M8[ns]") if name == "time" else np.array([6, "NaT"], "m8[h]")
        metadata = {"shape": [2], "chunks": [2], "dtype": f"<{stored}", "compressor": None, "filters": None}
        store.described(name, [name], metadata | {"zarr_format": 2, "order": "C", "fill_value": "NaT"})
        (store.path / name).mkdir()
        (store.path / name / "0").write_bytes(numbers.astype(f"<{stored}").tobytes())
    variables = open_source(store.done()).root.variables
    time, lead = variables["time"], variables["lead"]
    assert time.attributes["units"] == "nanoseconds since 1970-01-01 00:00:00" and lead.attributes["units"] == "hours"
    assert lead.stored().tolist() == [6, np.iinfo(np.int64).min] and lead.attributes["_FillValue"] == lead.stored()[1]
    assert time.stored()[0] == np.datetime64("2005-08-01", "ns").astype(int)


def vlen(*texts):
    parts = [np.uint32(len(one.encode())).tobytes() + one.encode() for one in texts]
    return np.uint32(len(texts)).tobytes() + b"".join(parts)


def packed(tmp_path, stored, compressor):
    """Bytes as a compressor of version 2 packs them; zstd with their number, which older tensorstores leave out."""
    if compressor["id"] == "zstd":
        as_it_is = (len(stored) << 3 | 1).to_bytes(3, "little") + stored
        return b"\x28\xb5\x2f\xfd\x20" + bytes([len(stored)]) + as_it_is
    metadata = {"zarr_format": 2, "shape": [len(stored)], "chunks": [len(stored)], "dtype": "|u1", "order": "C"}
    rest = {"compressor": compressor, "filters": None, "fill_value": None}
    zarr_stores.written(tmp_path / "packed", metadata | rest, np.frombuffer(stored, np.uint8))
    return (tmp_path / "packed" / "0").read_bytes()


LABELS = ["gep01", "ctl", "mürz"]
TEXTS = {
    "fixed": ("<U5", None, None, np.array(LABELS, "<U5").tobytes()),
    "fixed, big-endian, blosc": (">U5", None, BLOSC_2, np.array(LABELS, ">U5").tobytes()),
    "bytes, zlib": ("|S5", None, ZLIB, np.array([one.encode() for one in LABELS], "S5").tobytes()),
    "lengths, blosc": ("|O", [{"id": "vlen-utf8"}], BLOSC_2, vlen(*LABELS)),
    "lengths, zstd": ("|O", [{"id": "vlen-utf8"}], ZSTD, vlen(*LABELS)),
    "lengths": ("|O", [{"id": "vlen-utf8"}], None, vlen(*LABELS)),
}  # fmt: skip


@pytest.mark.parametrize(("dtype", "filters", "compressor", "stored"), TEXTS.values(), ids=TEXTS)
def test_labels_of_members_are_texts(tmp_path, dtype, filters, compressor, stored):
    dimensions = ("time", "number", "latitude", "longitude")
    path = zarr_stores.winds(tmp_path / "x.zarr", waves(4, 3, 7, 8), dimensions=dimensions)
    document = json.loads((path / ".zmetadata").read_text())
    metadata = document["metadata"]["number/.zarray"]
    metadata |= {"dtype": dtype, "filters": filters, "compressor": compressor, "fill_value": ""}
    (path / ".zmetadata").write_text(json.dumps(document))
    (path / "number" / "0").write_bytes(packed(tmp_path, stored, compressor) if compressor else stored)
    with open_season(path, 2005) as season:
        assert season.members == ("gep01", "ctl", "mürz")


def test_texts_of_version_3_and_what_is_not_read_of_them(tmp_path):
    store = Store(tmp_path / "x.zarr", 3)
    grid = {"name": "regular", "configuration": {"chunk_shape": [2]}}
    metadata = {"zarr_format": 3, "node_type": "array", "shape": [3], "chunk_grid": grid, "fill_value": ""}
    fixed = {"name": "fixed_length_utf32", "configuration": {"length_bytes": 20}}
    store.described("free", ["n"], metadata | {"data_type": "string", "codecs": [{"name": "vlen-utf8"}, ZSTD_3]})
    store.described("fixed", ["n"], metadata | {"data_type": fixed, "codecs": [LITTLE]})
    store.described("odd", ["n"], metadata | {"data_type": "string", "codecs": [{"name": "vlen-utf8"}, {"name": "x"}]})
    for name, chunks in {
        "free": [packed(tmp_path / "a", vlen(*LABELS[:2]), ZSTD), packed(tmp_path / "b", vlen(LABELS[2], ""), ZSTD)],
        "fixed": [np.array(LABELS[:2], "<U5").tobytes(), np.array([LABELS[2], ""], "<U5").tobytes()],
    }.items():
        (store.path / name / "c").mkdir(parents=True)
        for number, chunk in enumerate(chunks):
            (store.path / name / "c" / str(number)).write_bytes(chunk)
    variables = open_source(store.done()).root.variables
    assert [variables[name].kind for name in ("free", "fixed")] == ["text", "text"]
    assert variables["free"].stored().tolist() == variables["fixed"].stored().tolist() == LABELS
    with pytest.raises(OSError, match="texts with the codecs vlen-utf8, x are not read"):
        variables["odd"].stored()


def test_marks_of_missing_values(tmp_path):
    packing = {"scale_factor": 0.01, "add_offset": 0.0, "units": "m s-1"}
    store = Store(tmp_path / "x.zarr", 2)
    for name, dtype, fill in (("short", "<i2", -32767), ("zero", "<i2", 0), ("byte", "|u1", 0)):
        metadata = {"shape": [1], "chunks": [1], "dtype": dtype, "compressor": None, "filters": None, "order": "C"}
        store.described(name, ["n"], metadata | {"zarr_format": 2, "fill_value": fill}, packing)
    variables = open_source(store.done()).root.variables
    marks = [variables[name].attributes.get("_FillValue") for name in ("short", "zero", "byte")]
    assert marks == [-32767, None, 0]  # 0 is what zarr writes where nobody chose


def test_the_mark_of_version_3_is_base64(tmp_path):
    how = Stored(3)
    store = Store(tmp_path / "x.zarr", 3)
    store.array("u", ("n",), np.zeros(3, "f4"), {"_FillValue": "AAAAAAAA+H8="}, how)
    assert np.isnan(open_source(store.done()).root.variables["u"].attributes["_FillValue"])


REFUSED = {
    "a filter": ({".zmetadata": "u/.zarray"}, {"filters": [{"id": "delta"}]}, "filter delta is not read"),
    "a codec": ({".zmetadata": "u/.zarray"}, {"compressor": {"id": "lz4"}}, 'its compressor lz4 is not read'),
    "no names": ({".zmetadata": "u/.zattrs"}, {"_ARRAY_DIMENSIONS": None}, "no names of its dimensions"),
    "a huge chunk": ({".zmetadata": "u/.zarray"}, {"chunks": [4, 100_000, 100_000]}, "would need 149.0 GiB"),
    "a bad shape": ({".zmetadata": "u/.zarray"}, {"shape": [4, -1, 36]}, "metadata are damaged"),
    "too few chunks": ({".zmetadata": "u/.zarray"}, {"chunks": [4, 19]}, "metadata are damaged"),
    "longer than time": ({".zmetadata": "u/.zarray"}, {"shape": [5, 19, 36]}, "5 entries along 'time', whose"),
    "filters": ({".zmetadata": "u/.zarray"}, {"filters": 7, "order": 2.5}, "order"),
    "a separator": ({".zmetadata": "u/.zarray"}, {"dimension_separator": 2**70}, "u: cannot be read"),
    "names": ({".zmetadata": "u/.zattrs"}, {"_ARRAY_DIMENSIONS": ["time"]}, "3 dimensions and 1 names"),
}  # fmt: skip


@pytest.mark.parametrize(("where", "what", "why"), REFUSED.values(), ids=REFUSED)
def test_metadata_that_cannot_be_used_are_refused(tmp_path, where, what, why):
    path = zarr_stores.winds(tmp_path / "x.zarr", VALUES)
    ((file, name),) = where.items()
    document = json.loads((path / file).read_text())
    document["metadata"][name] |= what
    (path / file).write_text(json.dumps(document))
    with pytest.raises(InputError, match=why):
        read(tmp_path)


def icechunk(path):
    (path / "snapshots").mkdir(parents=True)
    (path / "repo").write_bytes(b"ICE")


def n5(path):
    path.mkdir()
    (path / "attributes.json").write_text('{"n5": "4.0.0"}')


def kerchunk(path):
    path.mkdir()
    (path / "era5.json").write_text('{"version": 1, "refs": {".zgroup": "{}"}}')


def kerchunk_table(path):
    path.mkdir()
    (path / ".zmetadata").write_text('{"metadata": {}, "record_size": 1000}')


def zipped(path):
    path.mkdir()
    with zipfile.ZipFile(path / "era5.zarr.zip", "w") as archive:
        archive.writestr("zarr.json", "{}")


def unwhole(path):
    (path / "x.zarr" / "u").mkdir(parents=True)


def one_array(path):
    zarr_stores.winds(path.parent / "store.zarr", VALUES, Stored(consolidated=False)).joinpath("u").rename(path)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (icechunk, "data: is an Icechunk repository.*save the winds as Zarr"),
        (n5, "data: is an N5 store"),
        (kerchunk, r"era5.json: holds references to other files \(kerchunk\)"),
        (kerchunk_table, r"holds references to other files \(kerchunk\)"),
        (zipped, r"era5.zarr.zip: is a Zarr store in a zip archive"),
        (unwhole, r"x.zarr: has no Zarr metadata \(zarr.json"),
        (one_array, "data: is one array of a Zarr store"),
    ],
)
def test_what_looks_like_a_store_is_refused_by_its_name(tmp_path, make, why):
    make(tmp_path / "data")
    with pytest.raises(InputError, match=why):
        read(tmp_path / "data")


def test_a_store_of_another_kind_among_files_is_said(tmp_path):
    icechunk(tmp_path / "other")
    zarr_stores.winds(tmp_path / "x.zarr", VALUES)
    with open_season(tmp_path, 2005) as season:
        assert any("other: is an Icechunk repository" in remark for remark in season.remarks)


@pytest.mark.parametrize(("version", "own"), [(2, ".zarray"), (3, "zarr.json")])
def test_times_that_consolidated_metadata_do_not_know_are_not_left_out(tmp_path, version, own):
    """Appended to without consolidating again: readers that trust the old metadata end where it ended."""
    path = zarr_stores.winds(tmp_path / "x.zarr", VALUES, Stored(version, chunks=(1, 19, 36)))
    document = path / "u" / own
    content = json.loads(document.read_text())
    content["shape"][0] += 2
    document.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"x.zarr: u: has the shape \[.* consolidate them again"):
        read(tmp_path)


@pytest.mark.parametrize(("version", "own"), [(2, (".zarray", ".zattrs")), (3, ("zarr.json",))])
def test_an_array_that_consolidated_metadata_do_not_know_is_there(tmp_path, version, own):
    """Added without consolidating again: its own metadata lie beside its chunks."""
    path = zarr_stores.winds(tmp_path / "x.zarr", VALUES, Stored(version, chunks=(1, 19, 36)))
    name = ".zmetadata" if version == 2 else "zarr.json"
    document = json.loads((path / name).read_text())
    known = (document if version == 2 else document["consolidated_metadata"])["metadata"]
    for file in own:
        alone = known.pop(f"v/{file}" if version == 2 else "v")
        (path / "v" / file).write_text(json.dumps(alone))
    (path / name).write_text(json.dumps(document))
    np.testing.assert_array_equal(read(tmp_path)[1], read_whole(tmp_path / "other", version)[1])


def read_whole(folder, version):
    """The same winds from a store that is whole."""
    zarr_stores.winds(folder / "x.zarr", VALUES, Stored(version, chunks=(1, 19, 36)))
    return read(folder)


def test_a_store_that_changes_is_seen(tmp_path):
    path = zarr_stores.winds(tmp_path / "x.zarr", VALUES)
    before = input_file(path)
    assert not changed(before) and listing.state(tmp_path) == [(str(path), before.size, before.mtime_ns)]
    time.sleep(0.02)  # the clock of a file system goes in ticks
    (path / "u" / "0").rename(path / "u" / "9")
    assert changed(before) and not changed(input_file(path))
    shutil.rmtree(path)
    assert changed(before)


def test_without_tensorstore_the_line_to_install_is_named(tmp_path, monkeypatch):
    zarr_stores.winds(tmp_path / "x.zarr", VALUES)
    library.tensorstore.cache_clear()
    monkeypatch.setitem(sys.modules, "tensorstore", None)
    with pytest.raises(InputError, match=r"pip install -r requirements-zarr.txt"):
        read(tmp_path)
    library.tensorstore.cache_clear()


@pytest.mark.slow
def test_what_reads_zarr_and_grib_is_imported_only_when_it_is_needed():
    program = (
        "import sys; import stormtracks.science.pipeline; from stormtracks.science.reanalysis import open_season;"
        "open_season('sample/20crv2c_1987', 1987).close(); assert not {'tensorstore', 'eccodes'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.fixture
def served(tmp_path):
    """An address on which a folder is served, by a process of its own."""
    program = (
        "import http.server, functools, sys; folder = sys.argv[1];"
        "handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder);"
        "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler);"
        "print(server.server_address[1], flush=True); server.serve_forever()"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    server.kill()
    server.communicate(timeout=10)


def test_a_store_on_the_web(tmp_path, served):
    path = zarr_stores.winds(tmp_path / "x.zarr", VALUES, KINDS["3, shards of tiles"])
    address = f"{served}/x.zarr"
    assert np.array_equal(read(address)[0], read(path)[0])
    file = input_file(address)
    assert str(file.path) == address and file.size == (path / "zarr.json").stat().st_size and not changed(file)
    (path / "zarr.json").write_text((path / "zarr.json").read_text() + " ")
    assert changed(file)


def test_a_server_that_sends_whole_files_only_is_named(tmp_path, served):
    zarr_stores.winds(tmp_path / "x.zarr", VALUES, Stored(3, chunks=(8, 20, 40), inner=(1, 20, 40)))
    with open_season(f"{served}/x.zarr", 2005) as season, pytest.raises(InputError) as caught:
        season.read(1, 2, range(len(season.members)))
    assert "x.zarr: u: its shards cannot be read, since the server sends whole files only" in str(caught.value)
    assert "damaged" not in str(caught.value)


def test_stores_on_the_web_are_named_in_full(tmp_path, served):
    for number, name in enumerate("uv"):
        zarr_stores.winds(tmp_path / f"{name}.zarr", VALUES + np.float32(number), names=[name])
    by_name = {"files": {"u": "u.zarr", "v": f"{served}/v.zarr"}}
    assert np.array_equal(read(served, dataset=by_name)[1][:, 0], VALUES[:, ::-1] + 1)
    with pytest.raises(InputError, match=r"what lies on the web cannot be listed; write whole names"):
        read(served, dataset={"files": {"u": "{member}/u.zarr", "v": "{member}/v.zarr"}})


def test_what_is_not_on_the_web(tmp_path, served, monkeypatch):
    zarr_stores.winds(tmp_path / "x.zarr", VALUES, Stored(consolidated=False))
    with pytest.raises(InputError, match=f"{served}/none.zarr: there is no Zarr store that everybody may read"):
        read(f"{served}/none.zarr")
    with pytest.raises(InputError, match=r"x.zarr: its metadata are not consolidated"):
        read(f"{served}/x.zarr")
    monkeypatch.setattr(library, "_RETRIES", {"max_retries": 1, "initial_delay": "1ms", "max_delay": "1ms"})
    with pytest.raises(PassingInputError, match=r"http://127.0.0.1:1/x.zarr: cannot be reached .*check the address"):
        read("http://127.0.0.1:1/x.zarr")


def test_a_chunk_that_is_missing_on_the_web_is_named(tmp_path, served):
    (zarr_stores.winds(tmp_path / "x.zarr", VALUES, Stored(chunks=(1, 19, 36))) / "u/2/0/0").unlink()
    with pytest.raises(InputError, match=r"u: the chunk 2,0,0 is missing \(http://.*/u/2/0/0\)"):
        read(f"{served}/x.zarr")


@pytest.mark.parametrize("code", [301, 302, 403])
def test_a_server_that_sends_on_or_lets_nobody_in_is_named(code):
    found = [
        refusals.unreachable(Path("https://host/x.zarr"), ValueError(f"UNKNOWN: Unknown [HTTP code {code}]")),
        refusals.not_read(Path("x.zarr"), "u", ValueError(f"PERMISSION_DENIED: Forbidden [HTTP code {code}]")),
    ]
    is_sent_on = f"sends on to another address (HTTP code {code})" in str(found[0])
    assert is_sent_on == (code != 403)
    assert "may not be read by everybody (Forbidden)" in str(found[1])


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://192.0.2.1/x.zarr", "use https"),
        ("https://me:word@host/x.zarr", "may have no account"),
        ("https://host/x.zarr?token=1", "may have no account, '[?]'"),
        ("https://host/../x.zarr", "is not an address"),
    ],
)
def test_addresses_that_are_not_safe_are_refused_unasked(address, why):
    with pytest.raises(StormtracksError, match=why):
        place.of(web_path.of(address))


@pytest.mark.parametrize("text", ["s3://bucket/a/b.zarr", "gs://bucket/x", "https://host:8080/a.zarr"])
def test_an_address_travels_as_a_path(text):
    path = web_path.of(text)
    assert str(path) == text and str(path / "u") == f"{text}/u" and str(path.parent / path.name) == text
    assert str(web_path.of(str(path).replace("//", "/"))) == text  # as a plain path leaves it
    assert not web_path.is_address("data/s3:/x") and web_path.of("data") == web_path.Path("data")
    assert web_path.below("/data", text) == path and str(web_path.below(text, "u.zarr")) == f"{text}/u.zarr"


def test_buckets_are_read_where_everybody_reads_them():
    kvstore = place.of(web_path.of("s3://era5-pds/a.zarr")).kvstore("u")
    assert (kvstore["base_url"], kvstore["path"]) == ("https://era5-pds.s3.amazonaws.com", "/a.zarr/u/")
    kvstore = place.of(web_path.of("s3://my.bucket/a.zarr")).kvstore("")
    assert (kvstore["base_url"], kvstore["path"]) == ("https://s3.amazonaws.com", "/my.bucket/a.zarr/")


def test_what_is_inside_is_looked_at_once(tmp_path):
    path = zarr_stores.winds(tmp_path / "x.zarr", VALUES)
    assert contents.look(path) is contents.look(path)
    assert Dataset(files={"u": "https://host/u.zarr", "v": "s3://b/v.zarr"}).files["v"] == "s3://b/v.zarr"


def test_a_host_has_data_on_the_web(tmp_path, served, monkeypatch):
    monkeypatch.setenv("WHERE", "here")
    zarr_stores.winds(tmp_path / "x.zarr", VALUES)
    request = {"data": f"{served}/x.zarr", "local": True, "base": str(tmp_path)}
    finding = check._LOOKS["data"](request)
    assert finding["text"] == "2005 x 1" and not finding["fault"]
    given = {"data": f"{served}/x.zarr"}
    assert places.expanded(given, tmp_path) == given
    assert str(paths.expand("$WHERE/x.zarr", "/base")) == "/base/here/x.zarr"
    assert str(paths.expand("s3://$WHERE/x.zarr", "/base")) == "s3://here/x.zarr"
