"""Maps: a wing of figures. `view` says what is shown, `map_sheet` makes the empty figure, `layers` draw on it."""

from stormtracks.science.plots.maps.land import GeoAxes, add_coast
from stormtracks.science.plots.maps.layers import add_contours, add_lines, add_mesh
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.view import MapView, region_of

__all__ = ["GeoAxes", "MapSheet", "MapView", "add_coast", "add_contours", "add_lines", "add_mesh", "region_of"]
