"""The storms of a list in each format: read back by the tool that it is for, with class, probability and intensity."""

import json

import huracanpy
import numpy as np
import pandas as pd
import pytest
import xarray
from storm_lists import storm_list

from stormtracks.science import results
from stormtracks.science.consensus import ConsensusSettings, consensus
from stormtracks.science.errors import ResultError
from stormtracks.science.export import FORMATS, Selection, write, write_members
from stormtracks.science.lists import CLASSES

TC, ETC = Selection(storm_list="tc"), Selection(storm_list="etc")
OF_ONE = Selection(storm_list="tc", members=(1,))
AGREED = Selection(storm_list="tc", consensus=ConsensusSettings())
CHOSEN = (1, 1, 2, 3, 0)
"""Two tropical cyclones, an extratropical one, one that was both, and a track that is none."""


@pytest.fixture(scope="module")
def lists():
    return [storm_list(member, classes=CHOSEN)[0] for member in range(2)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, lists):
    folder = tmp_path_factory.mktemp("results")
    for member, storms in enumerate(lists):
        header = results.Header(2005, member, f"m{member}", "classify", {}, {"version": "1"})
        results.save_list(header, storms, folder)
    return folder


@pytest.fixture(scope="module")
def tropical(lists):
    return [storms.of("tc") for storms in lists]


@pytest.mark.parametrize("how", [{}, {"consensus": ConsensusSettings()}])
@pytest.mark.parametrize("form", FORMATS)
def test_lists_without_a_storm_are_a_file_without_a_track(tmp_path, form, how):
    for member in range(2):
        header = results.Header(2005, member, f"m{member}", "classify", {}, {"version": "1"})
        results.save_list(header, storm_list(member, classes=(2, 2, 2, 0, 0))[0], tmp_path)
    written = write_members(tmp_path, tmp_path / "storms", form, Selection(storm_list="tc", **how))[-1]
    if form == "csv":
        assert len(pd.read_csv(written)) == 0
    if form == "track":
        assert "TRACK_NUM         0" in written.read_text()
    if form in ("imilast", "tempest"):
        assert len(written.read_text().splitlines()) <= 1


def joined(lists, of):
    return np.concatenate([of(storms) for storms in lists])


@pytest.mark.parametrize(("selection", "name"), [(TC, "tc"), (ETC, "etc")])
def test_only_the_storms_of_the_list_are_there(folder, tmp_path, lists, selection, name):
    table = pd.read_csv(write(folder, tmp_path / "storms.csv", "csv", selection))
    wanted = [storms.of(name) for storms in lists]
    assert table.track_id.nunique() == sum(map(len, wanted))
    np.testing.assert_allclose(table.lat, joined(wanted, lambda one: one.tracks.lat), atol=1e-4)
    assert set(table.storm_class) == {"tc", "hybrid"} if name == "tc" else {"etc", "hybrid"}


def test_csv_has_class_probability_and_intensity(folder, tmp_path, tropical):
    table = pd.read_csv(write(folder, tmp_path / "storms.csv", "csv", TC))
    first = table.groupby("track_id").first()
    names = [CLASSES[code] for code in joined(tropical, lambda one: one.storm_class)]
    assert first.storm_class.tolist() == names
    np.testing.assert_allclose(first.tc_probability, joined(tropical, lambda one: one.probability), atol=6e-4)
    np.testing.assert_allclose(first.intensity_max, joined(tropical, lambda one: one.intensity_max), atol=0.06)
    assert pd.to_datetime(first.tc_first).tolist() == joined(tropical, lambda one: one.tc_first).tolist()
    np.testing.assert_allclose(table.wind_max, joined(tropical, lambda one: one.fields["wind_max"]), atol=0.06)
    assert table.warm_core.isna().all()
    assert set(table.tropical) == {0, 1}
    about = json.loads((tmp_path / "storms.csv.about.json").read_text())
    assert about["selection"]["list"] == "tc"
    assert {"storm_class", "tc_probability", "wind_max"} <= about["units"].keys()


def test_netcdf_has_them_with_units(folder, tmp_path, tropical):
    path = write(folder, tmp_path / "storms.nc", "netcdf", TC)
    with xarray.open_dataset(path) as read:
        np.testing.assert_allclose(read.wind_max, joined(tropical, lambda one: one.fields["wind_max"]))
        np.testing.assert_array_equal(read.tc_last, joined(tropical, lambda one: one.tc_last))
        assert read.wind_max.attrs["units"] == "m s-1"
        assert read.pressure_min.attrs["standard_name"] == "air_pressure_at_mean_sea_level"
        assert set(read.storm_class.values) == {"tc", "hybrid"}
    read = huracanpy.load(str(path))
    np.testing.assert_allclose(read.pressure_min, joined(tropical, lambda one: one.fields["pressure_min"]))


def test_tempest_has_pressure_and_wind(folder, tmp_path, tropical):
    path = write(folder, tmp_path / "storms.txt", "tempest", OF_ONE)
    read = huracanpy.load(str(path), source="tempest", variable_names=["vorticity", "slp", "wind"])
    np.testing.assert_allclose(read.slp, joined(tropical[1:], lambda one: one.fields["pressure_min"]), rtol=1e-6)
    np.testing.assert_allclose(read.wind, joined(tropical[1:], lambda one: one.fields["wind_max"]), rtol=1e-6)


def test_track_has_a_pressure_with_its_place_and_a_wind(folder, tmp_path, tropical):
    path = write(folder, tmp_path / "storms.txt", "track", OF_ONE)
    read = huracanpy.load(str(path), source="track", variable_names=["mslp", "wind"])
    np.testing.assert_allclose(read.mslp, joined(tropical[1:], lambda one: one.fields["pressure_min"]) / 100, rtol=1e-5)
    np.testing.assert_allclose(read.wind, joined(tropical[1:], lambda one: one.fields["wind_max"]), rtol=1e-5)
    assert (read.mslp_lon == 1e25).all()  # TRACK's number for what is not known


def test_geojson_has_null_where_nothing_is_known(folder, tmp_path, tropical):
    features = json.loads(write(folder, tmp_path / "storms.geojson", "geojson", TC).read_text())["features"]
    assert len(features) == sum(map(len, tropical))
    first = features[0]["properties"]
    assert first["storm_class"] == "tc"
    assert first["tc_first"] == str(tropical[0].tc_first[0])
    assert set(first["warm_core"]) == {None}
    assert first["wind_max"][0] == pytest.approx(float(tropical[0].fields["wind_max"][0]), abs=0.06)


def test_imilast_has_the_tracks_of_the_list(folder, tmp_path, tropical):
    lines = write(folder, tmp_path / "storms.txt", "imilast", OF_ONE).read_text().splitlines()
    assert sum(line.startswith("90 ") for line in lines) == len(tropical[1])


def test_without_lists_it_says_so(tmp_path):
    with pytest.raises(ResultError, match="classify"):
        write(tmp_path, tmp_path / "storms.csv", "csv", TC)


def test_a_consensus_of_lists_has_its_share_and_its_spread(folder, tmp_path):
    storms = consensus(folder, 2005, list="tc")
    table = pd.read_csv(write(folder, tmp_path / "agreed.csv", "csv", AGREED))
    first = table.groupby("track_id").first()
    np.testing.assert_allclose(first.share, storms.held_by.mean(axis=1), atol=6e-4)
    np.testing.assert_allclose(first.intensity_max_std, storms.intensity_max_std, atol=0.06)
    np.testing.assert_allclose(table.wind_max, storms.wind, atol=0.06)
    np.testing.assert_allclose(table.lat_smooth, storms.lat_smooth, atol=6e-4)
    with xarray.open_dataset(write(folder, tmp_path / "agreed.nc", "netcdf", AGREED)) as read:
        np.testing.assert_allclose(read.tc_probability, storms.probability, rtol=1e-6)
        np.testing.assert_allclose(read.pressure_std, storms.pressure_std, rtol=1e-6)
    read = huracanpy.load(str(write(folder, tmp_path / "agreed.txt", "track", AGREED)), source="track")
    np.testing.assert_allclose(read.feature_1, storms.wind, rtol=1e-5)
