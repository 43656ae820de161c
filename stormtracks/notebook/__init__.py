"""Results in a notebook: `stormtracks.open` gives them as tables, data sets and figures, and reads only what is asked.

The story: `results` (a folder, and what of it is chosen), `choice` (years, members, storm, list, filter), `selection`
(which tracks that are, by the index), then the nouns that it hands out: `tracks`, `matches`, `agreed`, `plots`. Tables
are made from `columns` by `frames`, `datasets` and `shapes`, which alone load pandas, xarray and geopandas.
"""

from stormtracks.notebook.results import Results, open  # noqa: A004 - it is called as stormtracks.open

__all__ = ["Results", "open"]
