"""Files of a reanalysis -> winds (or vorticity): one orientation, one longitude range, real times, or a refusal.

Listed in the order in which a file meets them: `dataset` (the user's description of files), `listing` (what lies in a
folder, and `formats`: what is not netCDF), `layouts` (which files hold what, by their names), `contents` (or by what
is inside), `leftovers` (what is said of all others), `variables` (which variable is which wind), `statistic` (what
only looks like one), `structure` (its dimensions and coordinates), of which `axes` (what each stands for), `levels`,
`level_kinds`, `level_words`, `level_pressures` and `pressure`, `columns` and `other_grids`, `valid_times` and `times`
are the parts, `source` and `classic` (an open file), `attributes` and `packing` (stored numbers -> values), `marks`
(values that are none, though nothing says so), `field` (one variable, read as the science wants it), `chunks` (the
same, faster, where the file allows), `files` (those that are open, never too many), `series` (files after one another
in time), `means` (those that are of other times), `origin` (or of other runs) and `gaps` (times that they lack),
`members` (whose files are whose), `season` (a year of all members), `inventory` (all years of a folder).
"""

from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.inventory import Inventory, inventory, take
from stormtracks.science.reanalysis.season import Season, open_season

__all__ = ["Dataset", "Inventory", "Season", "inventory", "open_season", "take"]
