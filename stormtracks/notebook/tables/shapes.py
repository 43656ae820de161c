"""Columns -> geopandas: a line per track, cut at the date line."""

from typing import Any

import numpy as np
import shapely

from stormtracks.notebook.tables.columns import TrackColumns, units
from stormtracks.notebook.tables.library import load
from stormtracks.science import calendars, seam
from stormtracks.science.arrays import Ints
from stormtracks.science.ragged import ragged_starts


def lines(tracks: TrackColumns) -> Any:
    """A row per track, its geometry in degrees (EPSG:4326).

    Returns
    -------
    geopandas.GeoDataFrame
    """
    columns: dict[str, Any] = {
        name: calendars.texts(values, tracks.calendar)
        if values.dtype.kind == "M" and calendars.has_own_dates(tracks.calendar)
        else values
        for name, values in tracks.per_track.items()
    }
    frame = load("geopandas").GeoDataFrame(columns, geometry=_geometry(tracks), crs="EPSG:4326")
    frame.attrs["units"] = units(columns)
    return frame


def _geometry(tracks: TrackColumns) -> Any:
    """A LineString of each track; a MultiLineString where it is cut, a Point where it has one point."""
    lon, lat = tracks.per_point["lon"], tracks.per_point["lat"]
    row = np.repeat(np.arange(len(tracks.row_size)), tracks.row_size)
    found = np.full(len(tracks.row_size), None, object)
    whole = tracks.row_size > 1
    inside = whole[row]
    new = np.cumsum(whole) - 1
    found[whole] = shapely.linestrings(np.stack([lon, lat], 1)[inside], indices=new[row[inside]])
    start = ragged_starts(tracks.row_size)
    found[~whole] = shapely.points(lon[start[~whole]], lat[start[~whole]])
    jumps = np.flatnonzero((np.abs(np.diff(lon)) > 180.0) & (np.diff(row) == 0))
    for track in np.unique(row[jumps]).tolist():
        found[track] = _cut(tracks, start, track)
    return found


def _cut(tracks: TrackColumns, start: Ints, track: int) -> Any:
    points = slice(int(start[track]), int(start[track] + tracks.row_size[track]))
    parts = seam.cut_line(tracks.per_point["lon"][points], tracks.per_point["lat"][points])
    return shapely.MultiLineString(parts) if len(parts) > 1 else shapely.LineString(parts[0])
