import dataclasses

import numpy as np
import pytest

from stormtracks.science import results
from stormtracks.science.records import InputFile, Matches, Maxima, TimeAxis, Tracks
from stormtracks.science.settings import Settings


@pytest.fixture
def result(recipe):
    """Three times, five maxima, a track of three points and one of two, a hit, a miss."""
    hours = np.array([0.0, 6.0, 12.0])
    times = np.datetime64("2005-08-23T18", "s") + (hours * 3600).astype("timedelta64[s]")
    never = np.datetime64("NaT", "s")
    lat, lon = np.array([10.0, -5, 11, -6, 12]), np.array([179.5, 0, -180, 0.25, -179.5])
    maxima = Maxima(np.array([0, 0, 1, 1, 2], "i4"), lat, lon, np.linspace(1e-5, 5e-5, 5, dtype="f4"))
    picked = np.array([0, 2, 4, 1, 3])
    tracks = Tracks(
        np.array([3, 2], "i4"), times[[0, 1, 2, 0, 1]], lat[picked], lon[picked], maxima.vorticity[picked], picked
    )
    matches = Matches(
        np.array(["2005236N23285", "2005289N18282"]), np.array(["KATRINA", ""]), np.array([150, np.nan], "f4"),
        np.array([1, -1], "i4"), np.array([2, 0], "i4"), np.array([81.5, np.nan]), np.array([times[0], never]),
        np.array([times[1], never]), np.array([-6.0, np.nan]), np.array([-1, 0], "i4"),
    )  # fmt: skip
    made = recipe | {"version": "1.0.0+abc", "command": "inv track", "seconds": 1.5}
    return results.Result(2005, 7, "mem008", "vort_track", TimeAxis(times, hours), maxima, tracks, matches, made)


@pytest.fixture
def inputs(tmp_path):
    """Two real files."""
    (tmp_path / "data").mkdir()
    for name in ("u850_2005.nc", "v850_2005.nc"):
        (tmp_path / "data" / name).write_bytes(b"wind")
    return [InputFile.of(tmp_path / "data" / name) for name in ("u850_2005.nc", "v850_2005.nc")]


@pytest.fixture
def recipe(inputs):
    return results.recipe(Settings(), inputs)


@pytest.fixture
def empty(result):
    """The same, of a member in which nothing was found and nothing was to be found."""

    def none(record):
        columns = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
        arrays = {name: values[:0] for name, values in columns.items() if not isinstance(values, str)}
        return type(record)(**columns | arrays)

    parts = {name: none(getattr(result, name)) for name in ("maxima", "tracks", "matches")}
    return dataclasses.replace(result, **parts)
