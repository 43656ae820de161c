import dataclasses

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from needs import need_module

from stormtracks.science import results
from stormtracks.science.errors import ResultError
from stormtracks.science.records import Matches, Maxima, TimeAxis, Tracks
from stormtracks.science.results import layout

TIMES = st.integers(-(2**40), 2**40).map(lambda second: np.datetime64(second, "s"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


def same(one, other):
    """Whether two records have the same arrays: values, NaN and NaT alike, and their types."""
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        np.testing.assert_array_equal(a, b, err_msg=field.name)
        assert not isinstance(a, np.ndarray) or a.dtype.kind == "U" or a.dtype == b.dtype, field.name


def same_result(one, other):
    for name in ("axis", "maxima", "tracks", "matches"):
        same(getattr(one, name), getattr(other, name))
    for name in ("year", "ensemble_member", "member_label", "task", "provenance"):
        assert getattr(one, name) == getattr(other, name)


def column(kind, size):
    if kind == "M8[s]":
        return arrays.arrays("i8", size, elements=st.integers(-(2**40), 2**40)).map(lambda a: a.astype(kind))
    if kind == "U":
        return st.lists(TEXTS, min_size=size, max_size=size).map(lambda texts: np.array(texts, dtype=str))
    return arrays.arrays(kind, size)


@st.composite
def any_result(draw):
    """Arrays of any values and lengths, of tracks with a point at least: they must come back as they are."""
    size = st.integers(0, 5)
    nt, nmaxima, nstorms = draw(size), draw(size), draw(size)
    row_size = draw(arrays.arrays("i4", draw(size), elements=st.integers(1, 4)))

    def columns(kinds, number):
        return [draw(column(kind, number)) for kind in kinds]

    axis = TimeAxis(*columns(["M8[s]", "f8"], nt), draw(st.sampled_from(["standard", "noleap"])))
    maxima = Maxima(*columns(["i4", "f8", "f8", "f4"], nmaxima))
    tracks = Tracks(row_size, *columns(["M8[s]", "f8", "f8", "f4", "i8"], int(row_size.sum())))
    kinds = ["U", "U", "f4", "i4", "i4", "f8", "M8[s]", "M8[s]", "f8"]
    matches = Matches(
        *columns(kinds, nstorms), draw(arrays.arrays("i4", len(row_size), elements=st.integers(-1, nstorms - 1)))
    )
    made = {"settings": {"region": [0, 1.5, None], "name": draw(TEXTS)}, "inputs": []}
    identity = draw(st.integers(0, 9999)), draw(st.integers(0, 2000)), draw(TEXTS), "vort_track"
    return results.Result(*identity, axis, maxima, tracks, matches, made)


@pytest.mark.slow
@given(any_result())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_saved_comes_back_exactly(tmp_path, result):
    place = results.save(result, tmp_path)
    same_result(result, results.load(place))
    same_result(result, results.load(tmp_path, result.year, result.ensemble_member))
    same(result.tracks, results.load_tracks(place))
    same(result.matches, results.load_matches(place))


def test_a_season_in_which_nothing_was_found(tmp_path, empty):
    place = results.save(empty, tmp_path)
    same_result(empty, results.load(place))
    assert results.load_header(place).counts == {
        "steps": 3, "maxima": 0, "tracks": 0, "storms": 0, "matches": 0, "missing_times": 0, "missing_share": 0.0
    }  # fmt: skip
    assert xr.open_dataset(place).sizes == {"obs": 0, "trajectory": 0}


def test_tracks_and_matches_without_the_maxima(tmp_path, result):
    tracks, matches = results.load_matched(results.save(result, tmp_path))
    same(result.tracks, tracks)
    same(result.matches, matches)


def test_saving_again_replaces(tmp_path, result, empty):
    results.save(result, tmp_path)
    results.save(empty, tmp_path)
    assert len(results.load(tmp_path, 2005, 7).tracks) == 0
    assert results.members(tmp_path, 2005) == [7]


def test_xarray_reads_the_tracks(tmp_path, result):
    with xr.open_dataset(results.save(result, tmp_path)) as dataset:
        assert dataset.sizes == {"obs": 5, "trajectory": 2}
        np.testing.assert_array_equal(dataset.time, result.tracks.time)
        np.testing.assert_array_equal(dataset.row_size, [3, 2])
        assert set(dataset.coords) == {"time", "lat", "lon"}
        assert dataset.attrs["featureType"] == "trajectory"
        assert dataset.attrs["history"].endswith("Z inv track")


def test_xarray_reads_the_groups(tmp_path, result):
    place = results.save(result, tmp_path)
    with xr.open_dataset(place, group="matches") as matches:
        assert matches.sid.values.tolist() == ["2005236N23285", "2005289N18282"]
        assert np.isnat(matches.first_time.values).tolist() == [False, True]
    with xr.open_dataset(place, group="maxima") as maxima:
        np.testing.assert_array_equal(maxima.time[maxima.step], result.axis.times[result.maxima.step])


def test_huracanpy_reads_the_tracks(tmp_path, result):
    huracanpy = need_module("huracanpy")
    tracks = huracanpy.load(str(results.save(result, tmp_path)))
    assert tracks.track_id.values.tolist() == [0, 0, 0, 1, 1]
    np.testing.assert_array_equal(tracks.time, result.tracks.time)
    np.testing.assert_array_equal(tracks.lon, result.tracks.lon)
    np.testing.assert_array_equal(tracks.lat, result.tracks.lat)
    assert len(tracks.to_dataframe()) == 5  # nothing else in the root that would multiply the rows


def test_the_file_says_what_it_is_as_cf_asks(tmp_path, result):
    with netCDF4.Dataset(results.save(result, tmp_path)) as file:
        assert file.Conventions == "CF-1.11"
        assert file["track_id"].cf_role == "trajectory_id"
        assert file["row_size"].sample_dimension == "obs"
        assert file["maxima/step"].instance_dimension == "time"
        assert [file[name].standard_name for name in ("time", "lat", "lon")] == ["time", "latitude", "longitude"]
        assert "standard_name" not in file["vorticity"].ncattrs()  # cyclonic, not upward: no standard name fits
        assert "times the sign of latitude" in file["vorticity"].comment


def test_a_provenance_of_many_inputs(tmp_path, result):
    files = [{"path": f"/archive/UGRD850.2005_mem{i:04d}.nc", "size": 1, "mtime_ns": 0} for i in range(2000)]
    many = dataclasses.replace(result, provenance={"settings": {}, "inputs": files})
    assert results.load_header(results.save(many, tmp_path)).provenance == many.provenance


def test_refuses_what_is_not_there(tmp_path, result):
    results.save(result, tmp_path)
    with pytest.raises(ResultError, match=r"member_008\.nc: there is no such result; choose .* members of 2005: 7$"):
        results.load(tmp_path, 2005, 8)
    with pytest.raises(ResultError, match=r"no such result; choose from the years 2005$"):
        results.load(tmp_path, 1999, 7)
    with pytest.raises(ResultError, match=r"other\.nc: there is no such result; check"):
        results.load(tmp_path / "other.nc")
    with pytest.raises(ResultError, match="give year and ensemble_member together"):
        results.load(tmp_path, 2005)


def test_refuses_what_is_no_result(tmp_path):
    with netCDF4.Dataset(tmp_path / "winds.nc", "w") as file:
        file.createDimension("time", 3)
    with pytest.raises(ResultError, match=r"winds\.nc: cannot be read as a result .*is not a result; delete it"):
        results.load(tmp_path / "winds.nc")


def test_refuses_a_later_format(tmp_path, result, monkeypatch):
    with monkeypatch.context() as later:
        later.setattr(layout, "FORMAT", 99)
        place = results.save(result, tmp_path)
    with pytest.raises(ResultError, match=r"later version \(stormtracks 1\.0\.0\+abc\); update stormtracks"):
        results.load_header(place)


def test_refuses_a_billion_values_with_their_number(tmp_path, result):
    """A header may claim any size: in a file of some kilobytes, chunks that were never written cost nothing."""
    with netCDF4.Dataset(tmp_path / "huge.nc", "w") as huge, netCDF4.Dataset(results.save(result, tmp_path)) as right:
        huge.setncatts(right.__dict__)
        huge.createDimension("obs", 10**9)
        for name, variable in right.variables.items():
            huge.createVariable(name, variable.dtype, ("obs",), zlib=True, chunksizes=(1000,))
        group = huge.createGroup("maxima")
        for name, variable in right["maxima"].variables.items():
            group.createVariable(name, variable.dtype, ("obs",), zlib=True, chunksizes=(1000,))
    with pytest.raises(ResultError, match=r"'\w+' has 1000000000 values by its header, but at most 100000000 are read"):
        results.load(tmp_path / "huge.nc")
