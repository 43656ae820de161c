"""Files of a reanalysis -> winds (or vorticity): one orientation, one longitude range, real times, or a refusal.

The story stands here: `season` (a year of all members), `further` (fields beside the winds, each with the reason where
it is not there) and `further_field` (one of them), `members` (whose files are whose), `inventory` (all years of a
folder), `coverage` (of which there are data at all, cheaply), `inspection` (all years, all files with
`inspected_files`, and a year in figures with `inspected_year`), `dataset` (the user's description of files) with
`stated` (what it says of forecasts), `period` (what is asked for), `roles` (what may be asked of files). Below it are
five wings, from the top down; each knows only those that are named after it, save that `folder` and `joined` know
nothing of each other:

`folder`: `listing` (what lies in it), `survey` and `further_files` (which files hold what, by their names or by what is
inside), `entries` (what is known of each file), `choice` and `layout` (those of a year), `own_files` and
`member_names` (members that have files of their own), `forecast_files` (forecasts, and which files each is made of),
`copies` and `leftovers` (what is said of all others).

`joined`: `files` (those that are open, never too many), `stored_field` (what is known of each), `kept_fields` (without
opening it once more), `series` (files after one another in time), `means` (those that are of other times), `origin` (or
of other runs), `gaps` (times that they lack).

`fields`, of one file: `contents` (which winds and further fields, of when), `own_member` (of which members),
`variables` (which variable has which role, and why it cannot be used), `recognition` (by its names), `units`,
`statistic` (what only looks like it), `structure` (its dimensions and coordinates), `field` (one variable, read as the
science wants it).

`dimensions`: `axes` (what each stands for), `horizontal` with `columns`, `cells` (grids without rows and columns) and
`other_grids` (those that are refused), `valid_times` with `given_times`, `forecasts` and `times`, `levels` with
`level_kinds`, `level_words` and `level_pressures`, `pressure` (its units).

`stored`: `source` (the door: opens what a path leads to), `protocol` (what a format has to give), `netcdf`, `grib` and
`zarr` (those that are read), `formats`, `stores` and `refusals` (what cannot be read, and why), `attributes`, `texts`
and `packing` (stored numbers -> values), `marks` (values that are none, though nothing says so).
"""

from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.folder.listing import state
from stormtracks.science.reanalysis.further import REFUSED, Further, open_further
from stormtracks.science.reanalysis.inspection import Inspection, inspect
from stormtracks.science.reanalysis.inventory import Inventory, inventory, take
from stormtracks.science.reanalysis.season import Season, open_season

__all__ = [
    "REFUSED",
    "Dataset",
    "Further",
    "Inspection",
    "Inventory",
    "Season",
    "inspect",
    "inventory",
    "open_further",
    "open_season",
    "state",
    "take",
]
