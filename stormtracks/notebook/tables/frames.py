"""Columns -> pandas."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.notebook.tables.columns import TrackColumns, units
from stormtracks.notebook.tables.library import load
from stormtracks.science import calendars


def points(tracks: TrackColumns) -> Any:
    """A row per point; texts of a track are categories, so that each is held once.

    Returns
    -------
    pandas.DataFrame
    """
    row = np.repeat(np.arange(len(tracks.row_size), dtype=np.int32), tracks.row_size)
    columns = {name: _repeated(values, row, name == "track_id") for name, values in tracks.per_track.items()}
    return _frame(columns | tracks.per_point, tracks.calendar)


def rows(columns: Mapping[str, npt.NDArray[Any]], calendar: str = "standard") -> Any:
    """A row per element of the columns; texts are categories but for identifiers of tracks, no two of which are alike.

    Returns
    -------
    pandas.DataFrame
    """
    count = len(next(iter(columns.values())))
    own = {name: values if name == "track_id" else _repeated(values, slice(count)) for name, values in columns.items()}
    return _frame(own, calendar)


def _frame(columns: Mapping[str, Any], calendar: str) -> Any:
    shown = {name: _dates(values, calendar) for name, values in columns.items()}
    frame = load("pandas").DataFrame(shown)
    frame.attrs["units"] = units(columns)
    return frame


def _repeated(values: npt.NDArray[Any], row: Any, differ: bool = False) -> Any:
    """Values of tracks at their points; texts as categories; `differ`: no two are alike."""
    if values.dtype.kind != "U":
        return values[row]
    categorical = load("pandas").Categorical
    if differ:
        return categorical.from_codes(row, values.astype(object))
    texts, codes = np.unique(values, return_inverse=True)
    return categorical.from_codes(codes.astype(np.int32)[row], texts.astype(object))


def _dates(values: Any, calendar: str) -> Any:
    """Times as pandas has them; texts where the calendar has dates that it has not."""
    is_time = isinstance(values, np.ndarray) and values.dtype.kind == "M"
    return calendars.texts(values, calendar) if is_time and calendars.has_own_dates(calendar) else values
