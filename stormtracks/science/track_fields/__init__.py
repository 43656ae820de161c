"""Fields around the points of tracks: pressure, warm core, thickness, wind. Arrays in, arrays out; no files."""

from stormtracks.science.track_fields.record import TrackFields

__all__ = ["TrackFields"]
