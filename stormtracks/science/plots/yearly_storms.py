"""Storms per year: what the ensemble finds beside what was observed."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stormtracks import label
from stormtracks.science.plots import style
from stormtracks.science.summary import Spread, Summary

_LONG = 12  # years from which on a line and a band are easier to read than points with bars


def storms_per_year(summary: Summary, title: str = "") -> Figure:
    """Observed storms and those found by the members, and below all tracks of the members, year by year.

    Parameters
    ----------
    summary : Summary
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    Bands and bars go from the 5th to the 95th percentile of the members, thin ones to the extremes.
    """
    figure = style.new_figure(8.0, 5.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    labels = [year.year for year in summary.years if year.year is not None]  # all of them: only a total has none
    of_starts = any(map(label.is_start, labels))
    years = list(range(len(labels))) if of_starts else [int(year) for year in labels]  # starts stand side by side
    observed = [year.observed for year in summary.years]
    _add_spread(upper, years, [year.found for year in summary.years], style.BLUE, "found by the members")
    upper.plot(years, observed, color=style.BLACK, marker="D", ms=4, lw=1.2, label="IBTrACS", zorder=5)
    upper.set_ylabel("observed storms (per season)", fontsize=9)
    _add_spread(lower, years, [year.tracks for year in summary.years], style.VERMILION, "all tracks of the members")
    lower.set_ylabel("tracks (per season)", fontsize=9)
    lower.set_xlabel("start" if of_starts else "year", fontsize=9)
    for axes in (upper, lower):
        _tidy(axes, years)
    if of_starts:
        some = slice(None, None, math.ceil(len(years) / _LONG))
        lower.set_xticks(years[some], [str(one) for one in labels[some]])
    upper.set_title(
        title or f"Storms per {'start' if of_starts else 'year'}: mean, 5-95 % and extremes of the members", fontsize=11
    )
    return figure


def _add_spread(axes: Axes, years: Sequence[int], spreads: Sequence[Spread], colour: str, said: str) -> None:
    columns = ("mean", "p05", "p95", "minimum", "maximum")
    mean, low, high, least, most = (np.array([getattr(spread, name) for spread in spreads]) for name in columns)
    if len(years) >= _LONG:
        axes.fill_between(years, least, most, color=colour, alpha=0.15, lw=0)
        axes.fill_between(years, low, high, color=colour, alpha=0.3, lw=0)
        axes.plot(years, mean, color=colour, lw=1.4, label=said)
        return
    axes.vlines(years, least, most, color=colour, lw=0.8)
    axes.vlines(years, low, high, color=colour, lw=4.0, alpha=0.5)
    axes.plot(years, mean, color=colour, marker="o", ms=5, linestyle="none", label=said)


def _tidy(axes: Axes, years: Sequence[int]) -> None:
    axes.set_ylim(0, axes.get_ylim()[1] * 1.15)
    axes.set_xlim(min(years) - 0.6, max(years) + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.tick_params(labelsize=8)
    axes.grid(axis="y", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(loc="upper left", ncols=2, fontsize=8, frameon=False)
