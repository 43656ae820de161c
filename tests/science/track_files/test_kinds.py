"""Files of other programs are told by their content, read as huracanpy reads them, and refused by name."""

import gzip

import huracanpy
import numpy as np
import pytest
from ensembles import save_ensemble

from stormtracks.science.errors import InputError
from stormtracks.science.export import Selection, write, write_members
from stormtracks.science.track_files import load

TEMPEST = """start\t2\t1999\t9\t10\t0
\t605\t36\t302.5\t18.0\t1.003906e+05\t19.18985\t1999\t9\t10\t0
\t604\t37\t302.0\t18.5\t1.002089e+05\t23.98492\t1999\t9\t10\t6
start\t1\t1999\t9\t11\t12
\t10\t11\t180.5\t-18.5\t9.9e+04\t20.0\t1999\t9\t11\t12
"""
UNSTRUCTURED = "start 1 2000 1 1 0\n 4711 302.5 18.0 99000.0 2000 1 1 0\n"
TDUMP = """0
0 0
TRACK_NUM        1 ADD_FLD    2   4 &10
TRACK_ID  840 START_TIME 2022011318
POINT_NUM  2
2022011318 284.0 29.5 2.27 & 1.0e25 & 1.0e25 & 1.0e25 & 12.0 &
2022011400 284.5 29.9 3.5 & 2.8e2 & 2.9e1 & 1.0e3 & 13.0 &
"""


def written(tmp_path, text, name="tracks.txt"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_stitch_nodes_are_read_with_their_pressure(tmp_path):
    path = written(tmp_path, TEMPEST)
    read, theirs = load(path), huracanpy.load(str(path), source="tempest")
    assert read.kind == "TempestExtremes" and read.tracks.row_size.tolist() == [2, 1]
    np.testing.assert_array_equal(read.tracks.time, theirs.time.values.astype("M8[s]"))
    np.testing.assert_allclose(read.tracks.lon % 360, theirs.lon)
    np.testing.assert_allclose(read.pressure, theirs.feature_0)
    assert np.isnan(read.tracks.vorticity).all() and np.isnan(read.wind).all()  # unknown which column they are
    assert load(written(tmp_path, UNSTRUCTURED)).pressure.tolist() == [99000.0]


def test_tdump_is_read_with_vorticity_in_si(tmp_path):
    path = written(tmp_path, TDUMP)
    read, theirs = load(path), huracanpy.load(str(path), source="track")
    np.testing.assert_allclose(read.tracks.vorticity, theirs.vorticity * 1e-5, rtol=1e-6)
    np.testing.assert_allclose(read.tracks.lon % 360, theirs.lon)


def test_a_text_may_be_packed(tmp_path):
    path = tmp_path / "nodes.gz"
    path.write_bytes(gzip.compress(TEMPEST.encode()))
    assert len(load(path).tracks) == 2


@pytest.mark.parametrize(
    "header", ["track_id, year, month, day, hour, i, j, lon, lat, slp", "n_track,year,month,day,hour,i,j,lon,lat,slp"]
)
def test_a_table_is_read_by_its_names(tmp_path, header):
    read = load(
        written(tmp_path, f"{header}\n0, 1980, 1, 6, 6, 1, 2, 120.5, -14.25, 998.7\n0,1980,1,6,12,1,2,119,-15,9.98e2\n")
    )
    assert read.tracks.dates.tolist() == ["1980-01-06T06:00:00", "1980-01-06T12:00:00"]
    assert read.pressure.tolist() == pytest.approx([99870.0, 99800.0])


def test_netcdf_of_huracanpy_is_read(tmp_path):
    folder = save_ensemble(tmp_path / "results", 1)
    theirs = huracanpy.load(str(write(folder, tmp_path / "t.csv", "csv")))
    huracanpy.save(theirs, str(tmp_path / "t.nc"))
    read = load(tmp_path / "t.nc")
    np.testing.assert_allclose(read.tracks.lat, theirs.lat)
    assert sorted(set(read.sid.tolist()) - {"", "nan"}) == sorted(set(theirs.sid.values.tolist()) - {"", "nan"})


def test_the_member_of_a_file_of_ours_is_known(tmp_path):
    folder = save_ensemble(tmp_path / "results", 3)
    for kind in ("track", "tempest", "imilast", "trackjson"):
        paths = write_members(folder, tmp_path / f"{kind}.txt", kind, Selection(members=(0, 2)))
        assert [load(path).members for path in paths] == [[0], [2]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello world\n", "no file of tracks that is known here; known are TempestExtremes"),
        ('{"type": "FeatureCollection"}', "no file of tracks that is known here"),
        ("track_id,time,latitude\n1,2005-01-01,3\n", "a table without lon; its columns are track_id, time, latitude"),
        ("track_id,time,lat,lon\n1,2005-01-01,3,4\n1,2005-01-01,3,4\n", "two points at one time"),
        ("track_id,time,lat,lon\n1,yesterday,3,4\n", "its times are not all dates"),
        ("track_id,time,lat,lon\n1,2005-01-01,98,4\n", "a latitude of 98 is none"),
        ("track_id,time,lat,lon\n1,2005-01-01,north,4\n", "in the column lat is what is not a number"),
        ("track_id,time,lat,lon\n1,2005-01-01\n", "line 2 has not 4 fields"),
        ("track_id,time,lat,lon\n", "without a single point"),
        (TDUMP.replace("2022011318 284", "1 284"), "'1' is not a date as YYYYMMDDHH; write dates"),
        ("start\t1\t1999\t9\t10\t0\n\t605\t36\t302.5\n", "line 2 has only 3 fields: truncated"),
        (TEMPEST.replace("10\t6\n", "10\t6\tx\n"), "column hour is what is not a number"),
        (TEMPEST.replace("10\t6\n", "10\t6\t17.5\n"), "'9 10 6 17.5' is not a date as year, month, day, hour"),
        (TEMPEST.replace("9\t10\t6\n", "2\t30\t6\n"), "'1999 2 30 6' is not a date"),
        (TEMPEST.replace("10\t6\n", "10\t24\n"), "'1999 9 10 24' is not a date"),
        ("AL, 01, 2005080100, 01, M001,   0, 120N,  312W,   0,    0,\nAL, 01, oh,", "line 2 is not ATCF's"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        load(written(tmp_path, text))
