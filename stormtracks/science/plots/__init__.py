"""Figures of results: matplotlib's Figure objects, drawn without a display, and nothing fetched."""

from stormtracks.science.plots.fields import density, vorticity_field
from stormtracks.science.plots.files import SUFFIXES, save
from stormtracks.science.plots.series import storms_per_year
from stormtracks.science.plots.storms import storm_members, year_tracks

__all__ = ["SUFFIXES", "density", "save", "storm_members", "storms_per_year", "vorticity_field", "year_tracks"]
