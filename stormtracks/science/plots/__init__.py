"""Figures of results: matplotlib's Figure objects, drawn without a display, and nothing fetched."""

from stormtracks.science.plots.field_maps import density, vorticity_field
from stormtracks.science.plots.figure_file import SUFFIXES, save
from stormtracks.science.plots.reliability_plot import reliability_diagram
from stormtracks.science.plots.track_maps import storm_members, year_tracks
from stormtracks.science.plots.yearly_storms import storms_per_year

__all__ = [
    "SUFFIXES",
    "density",
    "reliability_diagram",
    "save",
    "storm_members",
    "storms_per_year",
    "vorticity_field",
    "year_tracks",
]
