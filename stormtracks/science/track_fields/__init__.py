"""Fields around the points of tracks: pressure, warm core, thickness, wind. Arrays in, arrays out; no files."""

from stormtracks.science.track_fields.points import Points, motion
from stormtracks.science.track_fields.record import TrackFields
from stormtracks.science.track_fields.sample import Sampler

__all__ = ["Points", "Sampler", "TrackFields", "motion"]
