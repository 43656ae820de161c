"""Storms of all members and years -> how many a season has of each kind: strong ones, long ones, those of a month."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stormtracks.label import Label
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.climatology.bands import Band, over_members
from stormtracks.science.errors import InputError
from stormtracks.science.summary.comparable import comparable, remark


@dataclass(frozen=True)
class Cells:
    """The seasons that are looked at: which members have which years.

    Attributes
    ----------
    members : tuple of int
    years : tuple of int or str
        Years, or starts of forecasts.
    there : ndarray of bool, shape (nmembers, nyears)
        Whether a member has a year.
    """

    members: tuple[int, ...]
    years: tuple[Label, ...]
    there: Bools

    @classmethod
    def of(cls, chosen: dict[Label, tuple[int, ...]]) -> "Cells":
        """The seasons that a folder has, as `results.choose` finds them: year -> members."""
        members = tuple(sorted(set().union(*chosen.values())))
        there = [[member in has for has in chosen.values()] for member in members]
        return cls(members, tuple(chosen), np.array(there, bool).reshape(len(members), len(chosen)))

    @property
    def seen(self) -> Bools:
        """The seasons that are compared, shape (nmembers, nyears): of members that each have each of the years.

        Those are the years that every member has; where there is none, as `summary.comparable` chooses.
        """
        years, members = comparable(self._has)
        wanted = np.outer(np.isin(self.members, members), [year in years for year in self.years])
        return np.asarray(self.there & wanted, bool)

    @property
    def compared(self) -> Bools:
        """The years that are compared, shape (nyears,)."""
        return np.asarray(self.seen.any(axis=0))

    @property
    def remark(self) -> str:
        """What is left out because members lack it; '' where nothing is."""
        said = remark(self._has)
        return "" if said is None else str(said)

    @property
    def _has(self) -> dict[Label, list[int]]:
        """Year -> members that have it."""
        members = np.array(self.members, np.int64)
        return {year: members[has].tolist() for year, has in zip(self.years, self.there.T, strict=True)}


@dataclass(frozen=True)
class Census:
    """Storms counted in bins, season by season.

    Attributes
    ----------
    cells : Cells
    edges : ndarray of float64, shape (nbins + 1,)
        Of the bins; a value on an edge belongs to the bin above it, but the last one to the last bin.
    counts : ndarray of int64, shape (nmembers, nyears, nbins)
    covered : ndarray of bool, shape (nmembers, nyears, nbins), or None
        Which seasons count in a bin, such as a month that not all of them cover; None: all in each.
    """

    cells: Cells
    edges: Floats
    counts: Ints
    covered: Bools | None = None

    @property
    def per_season(self) -> Floats:
        """Storms per season in each bin, of the years that are compared; shape (nmembers, nbins).

        A member that is not compared has NaN, and so has a bin in which none of its seasons counts.
        """
        seen = self.cells.seen[..., None] & (True if self.covered is None else self.covered)
        seasons = seen.sum(axis=1)
        summed = np.where(seen, self.counts, 0).sum(axis=1)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(seasons > 0, summed / np.maximum(seasons, 1), np.nan))

    @property
    def band(self) -> Band:
        """Storms per season in each bin: mean and band over the members."""
        return over_members(self.per_season)


def census(
    cells: Cells, values: npt.ArrayLike, member: npt.ArrayLike, year: npt.ArrayLike, edges: npt.ArrayLike
) -> Census:
    """Count values in bins.

    Parameters
    ----------
    cells : Cells
    values : array_like of float, shape (n,)
        One per storm; NaN where it is not known, which is not counted.
    member, year : array_like of int, shape (n,)
        Whose storm it is: places in ``cells.members`` and ``cells.years``.
    edges : array_like of float, shape (nbins + 1,)
        Ascending; what lies outside is not counted.

    Returns
    -------
    Census

    Raises
    ------
    InputError
        A storm of a season that is not there, or edges that do not ascend.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.climatology.census import Cells, census
    >>> cells = Cells.of({2005: (0, 1), 2006: (0,)})
    >>> made = census(cells, [3.0, 4.5, 4.0, 9.0], [0, 0, 1, 0], [0, 0, 0, 1], [2, 4, 6])
    >>> made.per_season.tolist(), cells.remark
    ([[1.0, 1.0], [0.0, 1.0]], 'the figures over all years leave out 2006, which some members do not have (1 result)')
    """
    value, member, year, edges = (
        np.asarray(values, float),
        np.asarray(member),
        np.asarray(year),
        np.asarray(edges, float),
    )
    if len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise InputError(f"edges of bins must ascend, not {edges.tolist()}; sort them")
    if not cells.there[member, year].all():
        raise InputError("a storm is of a season that is not there; give all seasons in 'cells'")
    place = np.searchsorted(edges, value, side="right") - 1
    place[value == edges[-1]] -= 1
    inside = np.isfinite(value) & (place >= 0) & (place < len(edges) - 1)
    counts = np.zeros((*cells.there.shape, len(edges) - 1), np.int64)
    np.add.at(counts, (member[inside], year[inside], place[inside]), 1)
    return Census(cells, edges, counts)


def edges_of(values: Sequence[Floats], width: float, most: int = 24) -> Floats:
    """Even edges of bins around all values.

    Parameters
    ----------
    values : list of ndarray of float
        NaN values are left out.
    width : float
        Of a bin; a multiple of it where there were more than `most` bins.
    most : int

    Returns
    -------
    ndarray of float64, shape (nbins + 1,)
        Multiples of the width, so that figures of other data have the same edges.
    """
    every = np.concatenate([np.zeros(0), *(np.asarray(one, float).ravel() for one in values)])
    every = every[np.isfinite(every)]
    if not len(every):
        return np.array([0.0, width])
    times = np.ceil(max((every.max() - every.min()) / width / most, 1.0))
    width = float(width * times)
    first, last = np.floor(every.min() / width), np.floor(every.max() / width) + 1
    return np.asarray(np.arange(first, last + 1) * width)


def medians(cells: Cells, values: npt.ArrayLike, member: npt.ArrayLike, year: npt.ArrayLike) -> Floats:
    """Each member's median over its storms of the years that are compared, NaN without any; shape (nmembers,)."""
    value, member, year = np.asarray(values, float), np.asarray(member, int), np.asarray(year, int)
    counted = np.isfinite(value) & cells.seen[member, year]
    each = [value[counted & (member == number)] for number in range(len(cells.members))]
    return np.array([np.median(one) if len(one) else np.nan for one in each])
