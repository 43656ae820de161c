"""Two folders of lists -> in how far they agree: other settings, another data set, the same storms or not."""

import functools
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.label import Label
from stormtracks.science import results
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.comparison.pairing import Rule, pair
from stormtracks.science.consensus import ConsensusStorms, consensus
from stormtracks.science.errors import InputError
from stormtracks.science.lists import StormList
from stormtracks.science.records import Tracks
from stormtracks.science.summary import Spread
from stormtracks.science.summary.list_tables import Row
from stormtracks.science.summary.summary_table import YEAR
from stormtracks.table import FIRST, Column, Table, text

Folder = str | os.PathLike[str]
TASK = "classify"
SAME = Rule(near_km=400.0, max_mean_distance_km=300.0, min_common_times=4, min_near_share=0.25)
"""Two storms are the same if they are at most 400 km apart at four times or more, at a quarter of their common times at
least, and 300 km in the mean over these."""


@dataclass(frozen=True)
class Storms:
    """What is compared of a list: `wind` (m s-1) and `pressure` (Pa) are the extremes of each storm, NaN if unknown."""

    tracks: Tracks
    wind: Floats
    pressure: Floats


@dataclass(frozen=True)
class Agreement:
    """How two lists of the same season compare.

    Attributes
    ----------
    one, other : ndarray of int64, shape (npairs,)
        Numbers of the storms in both lists.
    only_one, only_other : ndarray of int64
        Numbers of the others.
    distance_km : ndarray of float64, shape (npairs,)
        Mean distance while they are near each other.
    wind_difference, pressure_difference : ndarray of float64, shape (npairs,)
        Of the second list's storm from the first's: highest wind, m s-1; lowest pressure, Pa.
    """

    one: Ints
    other: Ints
    only_one: Ints
    only_other: Ints
    distance_km: Floats
    wind_difference: Floats
    pressure_difference: Floats


def agreement(one: Storms, other: Storms) -> Agreement:
    """Which storms two lists have in common, each with one of the other: those that run together longest first."""
    found = pair(one.tracks, other.tracks, SAME)
    first, second = found.one, found.other
    return Agreement(
        one=first,
        other=second,
        only_one=np.setdiff1d(np.arange(len(one.tracks)), first),
        only_other=np.setdiff1d(np.arange(len(other.tracks)), second),
        distance_km=found.distance_km,
        wind_difference=other.wind[second] - one.wind[first],
        pressure_difference=other.pressure[second] - one.pressure[first],
    )


def compare(folder: Folder, against: Folder, name: str = "tc", years: Iterable[Label] | None = None) -> list[Row]:
    """Compare the lists of two folders, year by year.

    Parameters
    ----------
    folder, against : path
        Folders of results with those of the task ``classify``.
    name : {'tc', 'etc'}
    years : iterable of int or str, optional
        Years to look at; none: all that both have.

    Returns
    -------
    list of dict
        Of each year, storms in both lists, and in one only, their distance, and differences of the second folder's
        from the first's: a `Spread` over the members.

    Raises
    ------
    InputError
        No year that both have.

    Notes
    -----
    Where both folders have the same members of a year, each member is compared with itself. Otherwise, as of two data
    sets, the consensus of one is compared with that of the other: storms that half of the members' lists have.
    """
    asked = None if years is None else set(years)
    there = [set(results.choose(place, TASK)) for place in (folder, against)]
    common = sorted(there[0] & there[1] if asked is None else there[0] & there[1] & asked)
    if not common:
        raise InputError(f"{folder} and {against} have lists of no common year; give folders, or --years, that do")
    return [_row(folder, against, name, year) for year in common]


def _mean_text(value: Spread, form: str) -> str:
    return text(value.mean, form)


_DIFFERENCE = functools.partial(_mean_text, form="+.1f")
_MEAN = functools.partial(_mean_text, form=".1f")
_COLUMNS = (
    YEAR,
    Column("compared"),
    Column("both", form=_MEAN, worth=FIRST),
    Column("only_here", form=_MEAN, worth=8),
    Column("only_there", form=_MEAN, worth=8),
    Column("distance_km", "km", form=_MEAN, worth=7),
    Column("wind_kt", "kt", form=_DIFFERENCE),
    Column("pressure_hpa", "hPa", form=_DIFFERENCE, worth=4),
)
_LEGEND = (
    "there: the folder of --against; km: distance of the same storms; "
    "kt, hPa: highest wind and lowest pressure, there minus here"
)


def agreement_table(rows: list[Row]) -> Table:
    """The same as a table for people."""
    shown = tuple(tuple(row[column.key] for column in _COLUMNS) for row in rows)
    return Table("Storms of two folders: mean over what was compared", _COLUMNS, shown, _LEGEND if rows else "")


def _row(folder: Folder, against: Folder, name: str, year: Label) -> Row:
    members = [results.members(place, year, TASK) for place in (folder, against)]
    alike = members[0] == members[1]
    both = _members(folder, against, name, year, members[0]) if alike else _consensus(folder, against, name, year)
    found = [agreement(*pair) for pair in both]
    return {
        "year": str(year),
        "compared": f"{len(found)} members" if alike else "consensus",
        "both": Spread.of([len(one.one) for one in found]),
        "only_here": Spread.of([len(one.only_one) for one in found]),
        "only_there": Spread.of([len(one.only_other) for one in found]),
        "distance_km": Spread.of([_mean(one.distance_km) for one in found]),
        "wind_kt": Spread.of([_mean(one.wind_difference) / KNOT_M_S for one in found]),
        "pressure_hpa": Spread.of([_mean(one.pressure_difference) / 100.0 for one in found]),
    }


def _members(folder: Folder, against: Folder, name: str, year: Label, members: list[int]) -> Iterator[list[Storms]]:
    for member in members:
        yield [_of_list(results.load_list(place, year, member)[1].of(name)) for place in (folder, against)]


def _consensus(folder: Folder, against: Folder, name: str, year: Label) -> Iterator[list[Storms]]:
    agreed = [consensus(place, year, list=name) for place in (folder, against)]
    yield [
        Storms(one.tracks, one.intensity_max, one.pressure_lowest) for one in agreed if isinstance(one, ConsensusStorms)
    ]


def _of_list(storms: StormList) -> Storms:
    return Storms(storms.tracks, storms.intensity_max.astype(float), storms.pressure_lowest.astype(float))


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan
