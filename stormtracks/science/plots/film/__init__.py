"""Moving figures: a storm or a year, as a GIF or an MP4."""

from stormtracks.science.plots.film.film_file import FILMS, check_film, save_film
from stormtracks.science.plots.film.scene import Scene
from stormtracks.science.plots.film.storm_film import storm_film
from stormtracks.science.plots.film.year_film import year_film

__all__ = ["FILMS", "Scene", "check_film", "save_film", "storm_film", "year_film"]
