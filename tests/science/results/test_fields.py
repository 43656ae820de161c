"""What was collected along tracks comes back from its file as it was, and is told from other results."""

import huracanpy
import numpy as np
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stormtracks.science import results
from stormtracks.science.errors import ResultError
from stormtracks.science.records import Tracks
from stormtracks.science.results import Header, layout
from stormtracks.science.track_fields import TrackFields

SIZES = np.array([3, 1, 4], np.int32)
POINTS = int(SIZES.sum())
MISSING = {"cape": "no file of 2005 has it"}


def tracks():
    steps = np.concatenate([np.arange(size) for size in SIZES])
    times = np.datetime64("2005-08-25T00", "s") + 6 * steps.astype("timedelta64[h]")
    degrees = np.linspace(-40.0, 40.0, POINTS)
    return Tracks(SIZES, times, degrees, 2 * degrees, np.full(POINTS, 1e-4, np.float32), np.arange(POINTS))


def saved(folder, values, made_of=None):
    header = Header(2005, 3, "mem004", "field_collection", {"points": POINTS}, {"remarks": ["a remark"], "inputs": []})
    return results.save_fields(header, tracks(), TrackFields(values, made_of or {}, MISSING, 2.0), folder)[0]


VALUES = st.dictionaries(
    st.sampled_from(sorted(layout.FIELDS)), arrays.arrays(np.float32, POINTS, elements=st.floats(width=32))
)


@settings(max_examples=25)
@given(values=VALUES)
def test_what_is_saved_comes_back_exactly(tmp_path_factory, values):
    made_of = dict.fromkeys(values, "z200 and z500")
    header, found, fields = results.load_collected(saved(tmp_path_factory.mktemp("fields"), values, made_of))
    assert fields.values.keys() == values.keys()
    assert all(np.array_equal(fields.values[name], values[name], equal_nan=True) for name in values)
    assert (fields.made_of, fields.missing, fields.grid_degrees) == (made_of, MISSING, 2.0)
    assert (header.ensemble_member, header.member_label, header.provenance["remarks"]) == (3, "mem004", ["a remark"])
    for name, array in vars(tracks()).items():
        assert np.array_equal(getattr(found, name), array)


def test_every_feature_has_a_unit_and_a_name_and_nan_stands_for_nothing():
    for name, column in layout.FIELDS.items():
        attributes = column.attributes
        assert attributes["units"] and attributes["long_name"] and np.isnan(attributes["_FillValue"]), name


@pytest.mark.slow
def test_other_tools_read_it(tmp_path):
    warm = np.array([1, 2, np.nan, 4, 5, 6, 7, 8], np.float32)
    path = saved(tmp_path, {"warm_core": warm}, {"warm_core": "z200 and z500"})
    with xarray.open_dataset(path) as opened:
        assert np.array_equal(opened.warm_core, warm, equal_nan=True) and opened.warm_core.units == "m"
        assert opened.warm_core.made_of == "z200 and z500" and list(opened.row_size) == list(SIZES)
    read = huracanpy.load(str(path))
    assert list(np.unique(read.track_id, return_counts=True)[1]) == list(SIZES)
    assert np.array_equal(read.warm_core, warm, equal_nan=True)


def test_a_result_of_another_task_is_told_apart(tmp_path):
    path = saved(tmp_path, {})
    for load in (results.load, results.load_tracks, results.load_list):
        with pytest.raises(ResultError, match="is a result of the task 'field_collection', not of '"):
            load(path)
    results.check(path, "field_collection/2005/member_003.nc")
    with pytest.raises(ResultError, match="there is no such result; choose from the members of 2005: 3"):
        results.load_fields(tmp_path, 2005, 4)


def test_results_that_are_built_on_others_are_not_alike():
    base = {"settings": {"wind_radius_km": 500.0}, "vort_track": "0123456789ab-aaaaaaaaaaaa"}
    assert results.fingerprint(base) == results.fingerprint(base | {"vort_track": "0123456789ab-bbbbbbbbbbbb"})
    assert results.fingerprint(base) != results.fingerprint(base | {"vort_track": "ba9876543210-aaaaaaaaaaaa"})


def test_a_foundation_is_the_same_for_the_same_arrays_only(result):
    places = result.tracks.lat, result.tracks.lon
    one = results.foundation(result.header, places)
    assert one == results.foundation(result.header, [array.copy() for array in places])
    assert one != results.foundation(result.header, [result.tracks.lat + 1e-9, result.tracks.lon])
    assert one.partition("-")[0] == results.fingerprint(result.provenance)
