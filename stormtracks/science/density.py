"""The door to track density, by the name that scripts know: ``density.track_density``. It is made in `climatology`."""

from stormtracks.science.climatology.density import AREA_KM2, CAP_RADIUS_KM, track_density

__all__ = ["AREA_KM2", "CAP_RADIUS_KM", "track_density"]
