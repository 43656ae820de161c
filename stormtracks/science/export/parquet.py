"""Parquet: the columns of CSV with their types, and their units in the file."""

import importlib
import json
from typing import Any

import numpy as np

from stormtracks.science import calendars, libraries
from stormtracks.science.errors import InputError
from stormtracks.science.export.list_columns import Array, Column
from stormtracks.science.export.selection import Piece
from stormtracks.science.export.text import Csv
from stormtracks.science.export.writer import Writer

_KINDS = {
    "track_id": "int64", "time": "timestamp[ms]", "lon": "double", "lat": "double", "vorticity": "float",
    "year": "int32", "member": "int32", "sid": "string", "name": "string",
}  # fmt: skip
_OF_CONSENSUS = {"members": "int32", "spread_km": "float"}
_OF_NETCDF = {"f4": "float", "f8": "double", "i1": "int8", "i4": "int32", "i8": "int64", str: "string"}


class Parquet(Writer):
    """A row per point, a row group per member and year."""

    suffix = ".parquet"
    file: Any

    @classmethod
    def check(cls) -> None:
        """pyarrow must be there."""
        _library()

    def open(self) -> None:
        """Create the file with its columns, which know their units, and its account of itself."""
        arrow, parquet = _library()
        self.schema = arrow.schema(
            [_field(arrow, *column) for column in self._columns()],
            metadata={"stormtracks": json.dumps(self.about)},
        )
        self.file = parquet.ParquetWriter(self.path, self.schema, compression="zstd")

    def _columns(self) -> list[tuple[str, str, str]]:
        """Name, type and meaning of each column."""
        kinds = _KINDS | (_OF_CONSENSUS if self.is_consensus else {})
        columns = [(name, kind, Csv.units.get(name, "")) for name, kind in kinds.items()]
        further = {**self.of_tracks, **self.of_points}
        return columns + [(name, _kind(column), column.meaning) for name, column in further.items()]

    def add(self, piece: Piece) -> None:
        """Write the tracks of a piece, if it has any."""
        if not len(piece.tracks):
            return
        arrow, _ = _library()
        values = self._values(piece)
        arrays = [arrow.array(values[field.name], field.type, from_pandas=True) for field in self.schema]
        self.file.write_table(arrow.Table.from_arrays(arrays, schema=self.schema))

    def _values(self, piece: Piece) -> dict[str, Array]:
        """What each column has, a value per point."""
        tracks = piece.tracks
        if calendars.has_own_dates(tracks.calendar):
            raise InputError(f"Parquet has no calendar {tracks.calendar}; export csv or netcdf")
        of_tracks = {
            "track_id": piece.ids, "year": np.full(len(tracks), piece.calendar_year),
            "member": np.full(len(tracks), piece.ensemble_member), "sid": piece.sid, "name": piece.name,
            **({} if piece.members is None else {"members": piece.members}), **piece.per_track,
        }  # fmt: skip
        along = {name: getattr(tracks, name) for name in ("time", "lon", "lat", "vorticity")}
        spread = {} if piece.spread_km is None else {"spread_km": piece.spread_km}
        repeated = {name: np.asarray(values)[tracks.track] for name, values in of_tracks.items()}
        return {name: _plain(values) for name, values in {**repeated, **along, **spread, **piece.per_point}.items()}

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _library() -> tuple[Any, Any]:  # neither has types
    """pyarrow and its Parquet."""
    return libraries.load("parquet"), importlib.import_module("pyarrow.parquet")


def _field(arrow: Any, name: str, kind: str, meaning: str) -> Any:
    return arrow.field(name, _type(arrow, kind), metadata={"meaning": meaning} if meaning else None)


def _type(arrow: Any, kind: str) -> Any:
    return arrow.timestamp("ms") if kind == "timestamp[ms]" else arrow.type_for_alias(kind)


def _kind(column: Column) -> str:
    return "timestamp[ms]" if column.meaning.startswith("UTC") else _OF_NETCDF[column.kind]


def _plain(values: Array) -> Array:
    """Times in ms, which Parquet has, and texts as objects."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[ms]")
    return values.astype(object) if values.dtype.kind == "U" else values
