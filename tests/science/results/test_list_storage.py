"""A list of storms comes back from its file as it was, and the file says what it holds."""

import dataclasses

import netCDF4
import numpy as np
import pytest

from stormtracks.science import lists, matching, results
from stormtracks.science.errors import ResultError
from stormtracks.science.records import BestTracks
from stormtracks.science.results import Header
from tests.science.lists.members import AXIS, HURRICANE, hurricane, low, member

HEADER = Header(2005, 3, "4", "classify", {"tc": 1}, {"told_by": "pressure, warm core, wind"})


@pytest.fixture
def storms():
    tracks, fields = member(low(), hurricane(fields=HURRICANE | {"wind_max": 5.0}), hurricane())
    found = lists.listed(tracks, fields, lists.classes(tracks, fields, AXIS, grid_degrees=2.0))
    tc = found.of("tc").tracks
    names = (np.array([text]) for text in ("2005001N10000", "ONE", "NA"))
    winds = np.full(20, 60.0, "f4")
    observed = BestTracks(*names, np.array([2005]), tc.row_size, tc.time, tc.lat, tc.lon, winds, winds)
    return lists.matched(found, matching.match(tc, observed, AXIS))


def same(one, other):
    """Whether two records hold the same, down to NaN and NaT."""
    if dataclasses.is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(values, other[name]) for name, values in one.items())
    return (
        one == other if isinstance(one, str) else np.array_equal(np.array(one).astype(str), np.array(other).astype(str))
    )


def test_a_list_comes_back_as_it_was(storms, tmp_path):
    path, digest = results.save_list(HEADER, storms, tmp_path)
    header, loaded = results.load_list(tmp_path, 2005, 3)
    assert same(storms, loaded)
    assert (header, digest) == (HEADER, results.digest(path))
    assert loaded.tracks.time.dtype == storms.tracks.time.dtype


def test_a_list_without_storms_comes_back(storms, tmp_path):
    path, _ = results.save_list(HEADER, storms.take(np.zeros(0, int)), tmp_path)
    assert (len(results.load_list(path)[1]), len(results.load_list(path)[1].every_class)) == (0, 3)


def test_the_file_says_what_the_classes_are(storms, tmp_path):
    path, _ = results.save_list(HEADER, storms, tmp_path)
    with netCDF4.Dataset(path) as dataset:
        kinds = dataset["storm_class"]
        meaning = dict(zip(kinds.flag_values.tolist(), kinds.flag_meanings.split(), strict=True))
        assert [meaning[code] for code in kinds[:].tolist()] == ["etc", "tc"]
        assert dataset["track_id"][:].tolist() == [0, 2]
        assert dataset["tc_first"][:].mask.tolist() == [True, False]
        assert dataset["wind_max"].standard_name == "wind_speed"
        assert dataset.featureType == "trajectory"


def test_another_result_is_no_list(storms, tmp_path):
    path, _ = results.save_list(dataclasses.replace(HEADER, task="vort_track"), storms, tmp_path)
    with pytest.raises(ResultError, match="not of 'classify'"):
        results.load_list(path)
