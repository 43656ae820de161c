"""Yearly values -> their trend, with an interval that knows of memory from year to year."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError

_QUANTILE = 1.959964
"""Below this lie 97.5 % of a normal distribution."""
LEAST_YEARS = 5
"""Years below which a trend has no interval worth the name."""


@dataclass(frozen=True)
class Trend:
    """A trend: the slope per year and its interval of 95 %.

    Attributes
    ----------
    years : int
        Values that it is of.
    slope, low, high : float
        Change per year; NaN where there are fewer than `LEAST_YEARS` values.
    memory : float
        Correlation of the residuals with those of the year before (lag 1).
    """

    years: int
    slope: float
    low: float
    high: float
    memory: float

    @property
    def significant(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def trend(years: npt.ArrayLike, values: npt.ArrayLike) -> Trend:
    """The trend of yearly values.

    Parameters
    ----------
    years : array_like of int, shape (n,)
        Each once, in any order; years may be missing.
    values : array_like of float, shape (n,)
        NaN where a year has none.

    Returns
    -------
    Trend

    Raises
    ------
    InputError
        Another number of years than of values, or a year twice.

    Notes
    -----
    The median of the slopes between any two years (Theil 1950; Sen 1968), which a few odd years do not move. The
    interval is Sen's, from Kendall's variance with ties. It supposes that years are independent. Where they are not,
    as with a slow oscillation, it would be too narrow: the variance is therefore multiplied by (1 + r) / (1 - r), where
    r is the lag-1 correlation of the residuals if that is positive. An oscillation longer than the series is still
    taken for a trend, and r of a short series is uncertain: below some 20 years the interval is a rough one.

    Examples
    --------
    >>> from stormtracks.science.summary.trends import trend
    >>> made = trend(range(1990, 2000), [3, 5, 4, 6, 5, 8, 6, 7, 9, 8])
    >>> round(made.slope, 2), made.significant
    (0.56, True)
    """
    year, value = np.asarray(years, float), np.asarray(values, float)
    if year.shape != value.shape or len(np.unique(year)) != len(year):
        raise InputError("a trend needs one value for each year, and each year once; correct the lists")
    known = np.isfinite(value)
    year, value = year[known], value[known]
    if len(year) < LEAST_YEARS:
        return Trend(len(year), np.nan, np.nan, np.nan, np.nan)
    order = np.argsort(year)
    year, value = year[order], value[order]
    one, other = np.triu_indices(len(year), 1)
    slopes = np.sort((value[other] - value[one]) / (year[other] - year[one]))
    slope = float(np.median(slopes))
    memory = _memory(value - slope * year)
    return Trend(len(year), slope, *_interval(slopes, value, memory), memory)


def _memory(residuals: Floats) -> float:
    """Correlation of each residual with the one before."""
    centred = residuals - residuals.mean()
    total = float(centred @ centred)
    return float(centred[1:] @ centred[:-1]) / total if total > 0 else 0.0


def _interval(slopes: Floats, value: Floats, memory: float) -> tuple[float, float]:
    """Sen's interval of 95 %: the slopes so many places from the middle."""
    n, ties = len(value), np.unique(value, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18.0
    held = min(max(memory, 0.0), 0.95)
    reach = _QUANTILE * np.sqrt(variance * (1 + held) / (1 - held))
    places = np.array([(len(slopes) - reach) / 2 - 1, (len(slopes) + reach) / 2])
    low, high = np.interp(places, np.arange(len(slopes)), slopes)
    return float(low), float(high)
