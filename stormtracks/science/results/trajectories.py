"""Tracks <-> the root of a result's file: a CF contiguous ragged array of trajectories, whatever the task."""

from collections.abc import Mapping
from typing import Any

import netCDF4
import numpy as np

from stormtracks.science import calendars, leads
from stormtracks.science.arrays import Ints
from stormtracks.science.records import Tracks
from stormtracks.science.results import columns, layout
from stormtracks.science.results.columns import Column
from stormtracks.science.results.stored import Stored


def write(
    dataset: netCDF4.Dataset,
    tracks: Tracks,
    provenance: Mapping[str, Any],
    track_id: Ints | None = None,
    more: Mapping[str, Column] | None = None,
    arrays: Mapping[str, Any] | None = None,
) -> None:
    """Write tracks, with the dimensions `trajectory` and `obs`, into the root of a file.

    Parameters
    ----------
    dataset : netCDF4.Dataset
    tracks : Tracks
    provenance : mapping
        Of the result: it says whether it is one of a forecast, whose points have a lead.
    track_id : ndarray of int, shape (ntracks,), optional
        Their numbers; none: 0, 1, 2...
    more, arrays : mapping, optional
        Further variables of these dimensions, and their values.
    """
    for name, size in (("trajectory", len(tracks)), ("obs", len(tracks.time))):
        dataset.createDimension(name, size)
    numbers = np.arange(len(tracks)) if track_id is None else track_id
    calendar = calendars.in_files(tracks.calendar)

    def own(name: str) -> Any:
        return numbers if name == "track_id" else getattr(tracks, name)

    columns.write(dataset, layout.TRACKS, own, calendar)
    columns.write(dataset, more or {}, (arrays or {}).__getitem__, calendar)
    if (lead := leads.of_times(tracks.time, provenance)) is not None:
        of = provenance[leads.KEY]
        starts = np.full(len(tracks), leads.moment(of["start"], of["calendar"]))
        forecast = {"lead": lead, "forecast_reference_time": starts}
        columns.write(dataset, layout.FORECAST, forecast.__getitem__, calendar)


def read(dataset: Stored) -> Tracks:
    """The tracks of an open file."""
    arrays = columns.read(dataset, layout.TRACKS)
    del arrays["track_id"]  # 0, 1, 2... in the results of `vort_track`; whoever wrote others reads them
    return Tracks(**arrays, calendar=str(dataset["time"].calendar))
