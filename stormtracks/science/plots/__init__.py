"""Figures of results: matplotlib's Figure objects, drawn without a display, and nothing fetched."""

from stormtracks.science.plots.charts.climatology import intensity, lifetime, season
from stormtracks.science.plots.charts.reliability_diagram import reliability_diagram
from stormtracks.science.plots.charts.yearly_storms import storms_per_year, yearly_title
from stormtracks.science.plots.figure_file import SUFFIXES, check_figure, headline, save
from stormtracks.science.plots.film import FILMS, Scene, check_film, save_film, storm_film, year_film
from stormtracks.science.plots.maps.comparison_map import compared_tracks
from stormtracks.science.plots.maps.density_map import DENSITY_LABEL, Marks, density
from stormtracks.science.plots.maps.storm_map import storm_members
from stormtracks.science.plots.maps.view import region_of
from stormtracks.science.plots.maps.vorticity_map import vorticity_field
from stormtracks.science.plots.maps.year_map import year_tracks
from stormtracks.science.plots.printed import COLUMN_MM, PAGE_MM, PROJECTIONS, Print, lacking

__all__ = [
    "COLUMN_MM",
    "DENSITY_LABEL",
    "FILMS",
    "PAGE_MM",
    "PROJECTIONS",
    "SUFFIXES",
    "Marks",
    "Print",
    "Scene",
    "check_figure",
    "check_film",
    "compared_tracks",
    "density",
    "headline",
    "intensity",
    "lacking",
    "lifetime",
    "region_of",
    "reliability_diagram",
    "save",
    "save_film",
    "season",
    "storm_film",
    "storm_members",
    "storms_per_year",
    "vorticity_field",
    "year_film",
    "year_tracks",
    "yearly_title",
]
