"""A file of best tracks -> heads of those that each year could have seen, with their strength."""

import dataclasses
import os
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from stormtracks.science import best_tracks, heads
from stormtracks.science.arrays import Ints
from stormtracks.science.climatology.basins import BASINS, basin, covered
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.filters import Filter
from stormtracks.science.heads import Heads
from stormtracks.science.records import BestTracks
from stormtracks.science.settings import Settings


class Observed(NamedTuple):
    """Best tracks of several years.

    Attributes
    ----------
    heads : Heads
        With the highest wind and the lowest pressure.
    year : ndarray of int64, shape (n,)
        Place of each one's year.
    lacking, known : int
        How many of those that the years could have seen the file does not have, and of how many.
    """

    heads: Heads
    year: Ints
    lacking: int = 0
    known: int = 0

    @property
    def remark(self) -> str:
        """That the file lacks some; '' where it has all."""
        if not self.lacking:
            return ""
        return f"{self.lacking} of {self.known} observed storms are not in this file of best tracks, and not counted"


NONE = Observed(heads.of_best_tracks(BestTracks.none()), np.zeros(0, np.int64))
"""Of no best track."""
_BEFORE = np.timedelta64(60, "D")
"""How long before the first track, and after the last one, a best track may begin and end, and still be whole."""


def of_years(
    path: str | os.PathLike[str],
    settings: Settings,
    asked: Filter,
    sids: Sequence[Collection[str]],
    start: np.datetime64,
    stop: np.datetime64,
) -> Observed:
    """The best tracks of some years.

    Parameters
    ----------
    path : path
        The file.
    settings : Settings
        By which it is read.
    asked : Filter
        Of which where and when is asked of best tracks too.
    sids : list of collection of str
        Year after year, the identifiers of those that it could have seen.
    start, stop : datetime64
        Of all tracks.

    Returns
    -------
    Observed
        Year after year.
    """
    every = best_tracks.load(path, start - _BEFORE, stop + _BEFORE, **settings.keywords(best_tracks.load))
    there = set(every.sid.tolist())
    lacking = sum(len(set(one) - there) for one in sids)
    every = every.take(asked.of_place.keeps(heads.of_best_tracks(every), every))
    found = [every.take(np.isin(every.sid, sorted(one))) for one in sids]
    year = np.repeat(np.arange(len(found)), [len(one) for one in found])
    return Observed(
        heads.joined([NONE.heads, *(_with_strength(one) for one in found)]), year, lacking, sum(map(len, sids))
    )


def elsewhere(every: Heads, seen: Heads) -> str:
    """That tracks begin where the best tracks have next to none, where they do; '' otherwise."""
    known = covered(seen.sid.tolist())
    other = np.bincount(basin(every.genesis_lat, every.genesis_lon), minlength=len(BASINS))[~known].sum()
    if not len(seen) or not other:
        return ""
    codes = ",".join(code for code, there in zip(BASINS, known, strict=True) if there)
    return f"the best tracks are of {codes}, where not all tracks begin: --basin {codes} compares like with like"


def _with_strength(best: BestTracks) -> Heads:
    """Heads of best tracks with their highest wind and lowest pressure."""
    made = heads.of_best_tracks(best)
    if not len(best):
        return made
    with np.errstate(invalid="ignore"):
        wind = np.fmax.reduceat(best.wind_kt.astype(float), best.start) * KNOT_M_S
        pressure = np.fmin.reduceat(best.pressure_hpa.astype(float), best.start) * 100.0
    return dataclasses.replace(made, wind_m_s=wind.astype(np.float32), pressure_pa=pressure.astype(np.float32))
