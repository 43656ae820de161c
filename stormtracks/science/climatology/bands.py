"""Numbers of members, or of years -> their mean and the band that most of them lie in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError

WITHIN = (5.0, 95.0)
"""Percentiles between which a band lies: nine in ten members."""
LEAST_YEARS = 5
"""Years below which an interval of their mean is not worth the name."""
_ARRAYS = "mean", "low", "high", "least", "most"
REPEATS = 2000
"""Drawings of years for an interval: its ends then move by some 2 % of its width from seed to seed."""


@dataclass(frozen=True)
class Band:
    """Mean, band and extremes of several rows of numbers; arrays have shape (n,), NaN where no row has a number.

    Attributes
    ----------
    mean : ndarray of float64
    low, high : ndarray of float64
        5th and 95th percentile.
    least, most : ndarray of float64
        Extremes.
    number : int
        Rows that have any number.
    """

    mean: Floats
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    number: int


def over_members(values: Floats) -> Band:
    """The band of the members' numbers.

    Parameters
    ----------
    values : ndarray of float, shape (nmembers, n)
        NaN where a member has none.

    Returns
    -------
    Band
        Of one member, or of members alike, the band is a line.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.climatology.bands import over_members
    >>> band = over_members(np.array([[1.0, 4.0], [3.0, np.nan]]))
    >>> band.mean.tolist(), band.most.tolist(), band.number
    ([2.0, 4.0], [3.0, 4.0], 2)
    """
    values = np.asarray(values, float)
    known = np.isfinite(values)
    some = known.any(axis=0)
    mean, low, high, least, most = np.full((5, values.shape[1]), np.nan)
    if some.any():
        shown = values[:, some]
        mean[some] = np.nanmean(shown, axis=0)
        low[some], high[some] = np.nanpercentile(shown, WITHIN, axis=0)
        least[some], most[some] = np.nanmin(shown, axis=0), np.nanmax(shown, axis=0)
    return Band(mean, low, high, least, most, number=int(known.any(axis=1).sum()))


def over_years(values: Floats, repeats: int = REPEATS, seed: int = 0) -> Band:
    """The mean of yearly numbers and an interval of it, by drawing years again and again.

    Parameters
    ----------
    values : ndarray of float, shape (nyears, n)
        None of them NaN.
    repeats : int
        Drawings of as many years as there are, each of which may come more than once.
    seed : int
        The same one draws the same years.

    Returns
    -------
    Band
        Of the means; below `LEAST_YEARS` years only the mean is known.

    Notes
    -----
    The bootstrap of Efron (1979), with the percentiles of the means as interval. It supposes that years are
    independent, and says how well some years stand for their climate, not how far one year may lie from the mean.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.climatology.bands import over_years
    >>> band = over_years(np.array([[3.0], [5.0], [4.0], [6.0], [2.0], [4.0]]))
    >>> float(band.mean[0]), bool(2.0 < band.low[0] < 4.0 < band.high[0] < 6.0)
    (4.0, True)
    """
    values = np.asarray(values, float)
    if not np.isfinite(values).all():
        raise InputError("yearly numbers must be known for each year; leave out the years without")
    years = len(values)
    mean = values.mean(axis=0) if years else np.full(values.shape[1], np.nan)
    if years < LEAST_YEARS:
        unknown = np.full(values.shape[1], np.nan)
        return Band(mean, unknown, unknown, unknown, unknown, number=years)
    drawn = np.random.default_rng(seed).multinomial(years, np.full(years, 1.0 / years), size=repeats)
    means = drawn @ values / years
    low, high = np.percentile(means, WITHIN, axis=0)
    return Band(mean, low, high, means.min(axis=0), means.max(axis=0), number=years)


def beside(bands: Sequence[Band]) -> Band:
    """Some bands, one beside the other, as one of all their numbers; rows are as many as the longest has."""
    arrays = {name: np.concatenate([getattr(one, name) for one in bands]) for name in _ARRAYS}
    return Band(**arrays, number=max(one.number for one in bands))
