"""GeoJSON (RFC 7946): one feature a track, cut at the date line."""

import json

import numpy as np

from stormtracks.science.seam import cut_line

_CONVENTIONS = {
    "times": "UTC, ISO 8601, one a point of the track (a line cut at the date line has further points there)",
    "vorticity": "s-1, relative vorticity, cyclonic positive in both hemispheres",
    "member": "ensemble member; -1 for a consensus track",
    "spread_km": "km, root mean square distance of the members from a consensus track",
}


class GeoJSON:
    """A FeatureCollection that pieces are added to, a feature a line."""

    says_units = True
    suffix = ".geojson"

    def __init__(self, path, about):
        self.path, self.about, self.first = path, about, True

    def __enter__(self):
        self.file = self.path.open("w", encoding="utf-8")
        about = json.dumps({**self.about, "units": _CONVENTIONS})
        self.file.write(f'{{"type": "FeatureCollection", "stormtracks": {about}, "features": [\n')
        return self

    def __exit__(self, *_):
        self.file.write("\n]}\n")
        self.file.close()

    def add(self, piece):
        """Write the tracks of a piece."""
        tracks = piece.tracks
        for number, (start, size) in enumerate(zip(tracks.start.tolist(), tracks.row_size.tolist(), strict=True)):
            self.file.write("" if self.first else ",\n")
            feature = _feature(piece, number, slice(start, start + size))
            self.file.write(json.dumps(feature, separators=(",", ":")))
            self.first = False


def _feature(piece, number, rows):
    tracks = piece.tracks
    properties = {
        "track_id": int(piece.first_id + number), "year": int(piece.year), "member": int(piece.member),
        "sid": str(piece.sid[number]), "name": str(piece.name[number]),
        "peak_vorticity": float(f"{tracks.vorticity[rows].max():.4e}"),
        "times": np.datetime_as_string(tracks.time[rows], unit="s").tolist(),
        "vorticity": [float(f"{value:.4e}") for value in tracks.vorticity[rows].tolist()],
    }  # fmt: skip
    if piece.members is not None:
        properties["members"] = int(piece.members[number])
        properties["spread_km"] = np.round(piece.spread_km[rows], 1).tolist()
    return {"type": "Feature", "properties": properties, "geometry": geometry(tracks.lon[rows], tracks.lat[rows])}


def geometry(lon, lat):
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
