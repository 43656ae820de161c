"""Parquet is read back by pandas and huracanpy, with the types and the units of its columns."""

import json

import huracanpy
import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from ensembles import save_ensemble
from storm_lists import storm_list

from stormtracks import extras
from stormtracks.science import results
from stormtracks.science.consensus import ConsensusSettings
from stormtracks.science.errors import InputError
from stormtracks.science.export import Selection, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_ensemble(tmp_path_factory.mktemp("results"), 2, (2005, 2006))


def test_huracanpy_reads_what_it_reads_of_csv(folder, tmp_path):
    csv = huracanpy.load(str(write(folder, tmp_path / "t.csv", "csv")))
    read = huracanpy.load(str(write(folder, tmp_path / "t.parquet", "parquet")))
    assert set(read.variables) == set(csv.variables)
    np.testing.assert_array_equal(read.time.values.astype("M8[s]"), csv.time.values.astype("M8[s]"))
    for name in ("track_id", "year", "member"):
        np.testing.assert_array_equal(read[name].values, csv[name].values)
    assert read.sid.values.tolist() == [str(sid).replace("nan", "") for sid in csv.sid.values]
    for name in ("lat", "lon"):
        np.testing.assert_allclose(read[name], csv[name], atol=1e-4)


def test_positions_are_exact_and_columns_say_their_units(folder, tmp_path):
    path = write(folder, tmp_path / "t.parquet", "parquet", Selection(members=(1,), years=(2006,)))
    tracks = results.load_tracks(results.path(folder, "vort_track", 2006, 1))
    read = pd.read_parquet(path)
    np.testing.assert_array_equal(read.lon, tracks.lon)
    np.testing.assert_array_equal(read.vorticity, tracks.vorticity)
    assert str(read.time.dtype) == "datetime64[ms]"
    schema = pyarrow.parquet.read_schema(path)
    assert schema.field("vorticity").metadata[b"meaning"].startswith(b"s-1")
    assert json.loads(schema.metadata[b"stormtracks"])["selection"]["members"] == [1]
    assert not (tmp_path / "t.parquet.about.json").exists()


def test_a_list_and_a_consensus_have_their_columns(folder, tmp_path):
    header = results.Header(2005, 0, "m0", "classify", {}, {"version": "1"})
    results.save_list(header, storm_list(0, classes=(1, 1, 2, 3, 0))[0], tmp_path)
    read = pd.read_parquet(write(tmp_path, tmp_path / "t.parquet", "parquet", Selection(storm_list="tc")))
    assert set(read.storm_class) == {"tc", "hybrid"}
    assert str(read.tc_first.dtype).startswith("datetime64") and read.warm_core.isna().all()
    agreed = Selection(consensus=ConsensusSettings())
    read = pd.read_parquet(write(folder, tmp_path / "c.parquet", "parquet", agreed))
    assert set(read.member) == {-1} and set(read.members) == {2}


def test_without_pyarrow_it_says_how_to_get_it(folder, tmp_path, monkeypatch):
    monkeypatch.setitem(extras._PACKAGES, "parquet", "pyarrow_of_nobody")
    with pytest.raises(InputError, match=r"Parquet needs the package .*not installed; install it: ./inv extras"):
        write(folder, tmp_path / "t.parquet", "parquet")
    assert not list(tmp_path.iterdir())
