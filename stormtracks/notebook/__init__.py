"""Results in a notebook: `stormtracks.open` gives them as tables, data sets and figures, and reads only what is asked.

The story: `results` (a folder, and what of it is chosen) hands out `tracks`, `matches`, `agreed`, `compared` and
`figures.plots`. Below it stand three wings: `chosen` says which tracks those are, `tables` makes pandas, xarray and
geopandas of them, `figures` has `science.plots` draw them.
"""

from stormtracks.notebook.results import Results, open  # noqa: A004 - it is called as stormtracks.open

__all__ = ["Results", "open"]
