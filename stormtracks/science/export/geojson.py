"""GeoJSON (RFC 7946): one feature per track, cut at the date line."""

import json
from typing import Any, TextIO

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Floats
from stormtracks.science.export import list_columns
from stormtracks.science.export.selection import Piece
from stormtracks.science.export.writer import Writer
from stormtracks.science.seam import cut_line

_CONVENTIONS = {
    "times": "UTC, ISO 8601, one per point of the track (a line cut at the date line has further points there)",
    "vorticity": "s-1, relative vorticity, cyclonic positive in both hemispheres",
    "member": "ensemble member; -1 for a consensus track",
    "spread_km": "km, root mean square distance of the members from a consensus track",
}


class GeoJSON(Writer):
    """A FeatureCollection, one feature per line of the file."""

    suffix = ".geojson"
    file: TextIO
    separator = ""

    def open(self) -> None:
        """Begin the collection, with an account of what is in it."""
        self.file = self.path.open("w", encoding="utf-8")
        about = json.dumps({**self.about, "units": _CONVENTIONS})
        self.file.write(f'{{"type": "FeatureCollection", "stormtracks": {about}, "features": [\n')

    def add(self, piece: Piece) -> None:
        """Write the tracks of a piece."""
        tracks = piece.tracks
        for number, (start, size) in enumerate(zip(tracks.start.tolist(), tracks.row_size.tolist(), strict=True)):
            rows = slice(start, start + size)
            feature = _feature(piece, number, rows)
            feature["properties"] |= self._further(piece, number, rows)
            self.file.write(self.separator + json.dumps(feature, separators=(",", ":")))
            self.separator = ",\n"

    def _further(self, piece: Piece, number: int, rows: slice) -> dict[str, Any]:
        """What lists have besides."""
        of_track = {
            name: _plain(piece.per_track[name][number : number + 1], column)[0]
            for name, column in self.of_tracks.items()
        }
        return of_track | {name: _plain(piece.per_point[name][rows], column) for name, column in self.of_points.items()}

    def finish(self) -> None:
        """End the collection."""
        self.file.write("\n]}\n")

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _feature(piece: Piece, number: int, rows: slice) -> dict[str, Any]:
    tracks = piece.tracks
    properties: dict[str, Any] = {
        "track_id": int(piece.first_id + number), "year": piece.year, "member": int(piece.ensemble_member),
        "sid": str(piece.sid[number]), "name": str(piece.name[number]),
        "peak_vorticity": float(f"{tracks.vorticity[rows].max():.4e}"),
        "times": calendars.texts(tracks.time[rows], tracks.calendar).tolist(),
        "vorticity": [float(f"{value:.4e}") for value in tracks.vorticity[rows].tolist()],
    }  # fmt: skip
    if piece.members is not None and piece.spread_km is not None:
        properties["members"] = int(piece.members[number])
        properties["spread_km"] = np.round(piece.spread_km[rows], 1).tolist()
    return {"type": "Feature", "properties": properties, "geometry": geometry(tracks.lon[rows], tracks.lat[rows])}


def _plain(values: list_columns.Array, column: list_columns.Column) -> list[Any]:
    """Numbers as a text file has them, texts, or None where nothing is known."""
    if column.line == "%s":
        return [text or None for text in column.texts(values)]
    return [json.loads(column.line % value) if np.isfinite(value) else None for value in values.tolist()]


def geometry(lon: Floats, lat: Floats) -> dict[str, Any]:
    """A track as a Point, a LineString, or a MultiLineString cut at the date line (RFC 7946, section 3.1.9).

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        Degrees.
    """
    if len(lon) > 1 and np.abs(np.diff(lon)).max() < 180.0:  # most tracks: nothing to cut
        return {"type": "LineString", "coordinates": np.round(np.stack([lon, lat], axis=1), 4).tolist()}
    lines = [np.round(line, 4).tolist() for line in cut_line(lon, lat)] if len(lon) > 1 else []
    if not lines:
        return {"type": "Point", "coordinates": [round(float(lon[0]), 4), round(float(lat[0]), 4)]}
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}
