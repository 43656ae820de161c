"""CF NetCDF: discrete sampling geometry, trajectories as a contiguous ragged array."""

from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt

from stormtracks.science import hdf_errors
from stormtracks.science.errors import InputError
from stormtracks.science.export.selection import Piece
from stormtracks.science.export.writer import Writer

_Attributes = dict[str, str]

_POINT: dict[str, tuple[str, _Attributes]] = {
    "time": (
        "i8",
        {"standard_name": "time", "units": "seconds since 1970-01-01 00:00:00", "calendar": "proleptic_gregorian"},
    ),
    "lon": ("f8", {"standard_name": "longitude", "units": "degrees_east"}),
    "lat": ("f8", {"standard_name": "latitude", "units": "degrees_north"}),
    "vorticity": (
        "f4",
        {
            "long_name": "relative vorticity, cyclonic positive in both hemispheres",
            "units": "s-1",
            "coordinates": "time lat lon",
        },
    ),
}
_TRACK: dict[str, tuple[str | type[str], _Attributes]] = {
    "track_id": ("i8", {"cf_role": "trajectory_id", "long_name": "number of the track in this file"}),
    "row_size": ("i4", {"long_name": "points of the track", "sample_dimension": "obs"}),
    "year": ("i4", {"long_name": "year in which the season began"}),
    "member": ("i4", {"long_name": "ensemble member; -1 for a consensus track"}),
    "sid": (str, {"long_name": "IBTrACS identifier of the observed storm; empty if none"}),
    "name": (str, {"long_name": "name of the observed storm"}),
}
_CONSENSUS: dict[str, tuple[str, str, _Attributes]] = {
    "members": ("i4", "trajectory", {"long_name": "number of members that have the consensus track", "units": "1"}),
    "spread_km": (
        "f4",
        "obs",
        {
            "long_name": "root mean square distance of the members from the track",
            "units": "km",
            "coordinates": "time lat lon",
        },
    ),
}


class NetCDF(Writer):
    """A file both of whose dimensions are unlimited, so that it can grow."""

    suffix = ".nc"
    file: netCDF4.Dataset

    def open(self) -> None:
        """Create dimensions and variables, still empty."""
        self.file = netCDF4.Dataset(self.path, "w")
        self.size = 0
        self.file.setncatts(
            {
                "Conventions": "CF-1.11", "featureType": "trajectory", "title": "Storm tracks",
                "source": self.about["software"], "comment": str(self.about["selection"]),
            }
        )  # fmt: skip
        for dimension in ("trajectory", "obs"):
            self.file.createDimension(dimension, None)
        for name, (kind, attributes) in _TRACK.items():
            self._create(name, kind, "trajectory", attributes)
        for name, (kind, attributes) in _POINT.items():
            self._create(name, kind, "obs", attributes)
        if self.is_consensus:
            for name, (kind, dimension, attributes) in _CONSENSUS.items():
                self._create(name, kind, dimension, attributes)
        for dimension, columns in (("trajectory", self.of_tracks), ("obs", self.of_points)):
            for name, column in columns.items():
                self._create(name, column.kind, dimension, dict(column.attributes))

    def finish(self) -> None:
        """What is remarked of the results, a line each."""
        if self.about.get("remarks"):
            self.file.remarks = "\n".join(self.about["remarks"])

    def close(self) -> None:
        """Close the file."""
        with hdf_errors.said_where(self.path.parent):
            self.file.close()

    def add(self, piece: Piece) -> None:
        """Write the tracks of a piece behind those that are there."""
        with hdf_errors.said_where(self.path.parent):
            self._add(piece)

    def _add(self, piece: Piece) -> None:
        tracks = piece.tracks
        self._keep_calendar(tracks.calendar)
        count, points = len(tracks), len(tracks.time)
        per_track = {
            "track_id": piece.ids, "row_size": tracks.row_size, "year": np.full(count, piece.calendar_year),
            "member": np.full(count, piece.ensemble_member), "sid": piece.sid.astype(object),
            "name": piece.name.astype(object), "members": piece.members, **piece.per_track,
        }  # fmt: skip
        per_point = {
            "time": tracks.time, "lon": tracks.lon, "lat": tracks.lat,
            "vorticity": tracks.vorticity, "spread_km": piece.spread_km, **piece.per_point,
        }  # fmt: skip
        self.size += sum(column.nbytes for column in [*per_track.values(), *per_point.values()] if column is not None)
        hdf_errors.refuse_full(self.path, self.size)
        for dimension, size, values in (("trajectory", count, per_track), ("obs", points, per_point)):
            start = len(self.file.dimensions[dimension])
            for name, column in values.items():
                if column is not None and size:
                    self.file[name][start : start + size] = _seconds(column)

    def _keep_calendar(self, calendar: str) -> None:
        """State the calendar of the first tracks; others cannot be in the same file."""
        if not len(self.file.dimensions["obs"]):
            self.file["time"].calendar = calendar
        elif self.file["time"].calendar != calendar:
            raise InputError(
                f"results of different calendars ({self.file['time'].calendar}, {calendar}) do not go into one file; "
                "choose years or members of one"
            )

    def _create(self, name: str, kind: str | type[str], dimension: str, attributes: _Attributes) -> None:
        options: dict[str, Any] = (
            {} if kind is str else {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": (65536,)}
        )
        self.file.createVariable(name, kind, (dimension,), **options).setncatts(attributes)


def _seconds(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Times as seconds since 1970; anything else as it is."""
    return column.astype("datetime64[s]").astype(np.int64) if column.dtype.kind == "M" else column
