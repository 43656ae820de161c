"""Storms per year: what the ensemble finds beside what was observed."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from stormtracks import label
from stormtracks.readable import counted
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.plots import style
from stormtracks.science.plots.printed import Print
from stormtracks.science.plots.sheet import Row, Sheet
from stormtracks.science.summary import Spread, Summary, YearStatistics

_LONG = 12  # years from which on a line and a band are easier to read than points with bars
_PARTS = (
    ("found", "storms", style.BLUE),
    ("pod", "found share\n(POD)", style.GREEN),
    ("tracks", "all tracks", style.VERMILION),
)
"""Attributes of `YearStatistics`, what they are called, their colours; a panel each."""


def storms_per_year(summary: Summary, title: str = "", *, printed: Print | None = None) -> Figure:
    """Observed storms and those found by the members, the share of them, and all tracks, year by year.

    Parameters
    ----------
    summary : Summary
    title : str
    printed : Print, optional
        Width and title of the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    Thick bars, or dark bands, go from the 5th to the 95th percentile of the members, thin ones to the extremes. The
    axes do not begin at 0 where that would hide the spread. A single year has a row for each number.
    """
    printed = printed or Print()
    years, title = _years(summary), title or yearly_title(summary)
    if len(years) == 1:
        return _of_one_year(years[0], printed, title)
    return _of_years(years, printed, title, _unit(years))


def yearly_title(summary: Summary, data: str = "") -> str:
    """What the figure shows: "Storms per year, 1990 to 2005: 20crv2c, 56 members"."""
    years = _years(summary)
    number = max((one.members for one in years), default=0)
    members = counted(number, "member")
    of = f"{data}, {members}" if data else members
    if len(years) == 1:
        return f"Storms of {years[0].year}: {of}"
    return f"Storms per {_unit(years)}, {years[0].year} to {years[-1].year}: {of}"


def _years(summary: Summary) -> list[YearStatistics]:
    return [one for one in summary.years if one.year is not None]  # all of them: only a total has none


def _unit(years: Sequence[YearStatistics]) -> str:
    return "start" if any(label.is_start(one.year) for one in years if one.year is not None) else "year"


def _of_years(years: Sequence[YearStatistics], printed: Print, title: str, what: str) -> Figure:
    long = len(years) >= _LONG
    rows = [Row(1.5, over=0.05), Row(0.8, over=0.12), Row(1.0, over=0.12, under=0.38)]
    sheet = Sheet.of(printed, title, rows, _handles(long), left=0.62)
    labels = [one.year for one in years if one.year is not None]
    of_starts = what == "start"
    at = np.arange(len(labels)) if of_starts else np.array([int(one) for one in labels])  # starts stand side by side
    first: Axes | None = None
    for row, (name, said, colour) in enumerate(_PARTS):
        axes = sheet.axes(row, first)
        first = first or axes
        _add_spread(axes, at, [getattr(one, name) for one in years], colour, long)
        axes.set_ylabel(said, fontsize=printed.label_pt)
        axes.tick_params(labelbottom=row == len(_PARTS) - 1)
        _tidy(axes)
    assert first is not None
    observed = [one.observed for one in years]
    first.plot(at, observed, color=style.BLACK, marker="D", ms=3, lw=1.0 if long else 0.0, zorder=5, label="IBTrACS")
    first.set_xlim(at[0] - 0.6, at[-1] + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=6 if printed.narrow else 10))
    if of_starts:
        some = slice(None, None, math.ceil(len(at) / (_LONG // 2)))
        axes.set_xticks(at[some], [str(one) for one in labels[some]], rotation=20 if printed.narrow else 0)
    axes.set_xlabel(what, fontsize=printed.label_pt)
    return sheet.figure


def _of_one_year(year: YearStatistics, printed: Print, title: str) -> Figure:
    sheet = Sheet.of(printed, title, [Row(0.28, over=0.12, under=0.24)] * len(_PARTS), _handles(False), left=0.85)
    for row, (name, said, colour) in enumerate(_PARTS):
        axes, spread = sheet.axes(row), getattr(year, name)
        axes.hlines([0], spread.minimum, spread.maximum, color=colour, lw=0.8)
        axes.hlines([0], spread.p05, spread.p95, color=colour, lw=4.0, alpha=0.5)
        axes.plot([spread.mean], [0], color=colour, marker="o", ms=4.5, lw=0)
        if name == "found":
            axes.plot([year.observed], [0], color=style.BLACK, marker="D", ms=3.5, lw=0, label="IBTrACS", zorder=5)
        axes.set_ylabel(said, fontsize=printed.label_pt, rotation=0, ha="right", va="center")
        axes.set_ylim(-1, 1)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.25)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=name != "pod"))
        axes.set_xlim(*_room(axes.get_xlim(), name))
    return sheet.figure


def _room(limits: tuple[float, float], name: str) -> tuple[float, float]:
    """Limits that leave a single value in the middle of more than nothing."""
    low, high = limits
    least = 0.1 if name == "pod" else 4.0
    more = max(least - (high - low), 0.0) / 2
    return low - more, high + more


def _add_spread(axes: Axes, at: Floats | Ints, spreads: Sequence[Spread], colour: str, long: bool) -> None:
    columns = ("mean", "p05", "p95", "minimum", "maximum")
    mean, low, high, least, most = (np.array([getattr(spread, name) for spread in spreads]) for name in columns)
    if long:
        axes.fill_between(at, least, most, color=colour, alpha=0.18, lw=0)
        axes.fill_between(at, low, high, color=colour, alpha=0.35, lw=0)
        axes.plot(at, mean, color=colour, lw=1.3)
        return
    axes.vlines(at, least, most, color=colour, lw=0.8)
    axes.vlines(at, low, high, color=colour, lw=4.0, alpha=0.5)
    axes.plot(at, mean, color=colour, marker="o", ms=4, linestyle="none")


def _handles(long: bool) -> list[Artist]:
    grey = style.GREY
    observed = Line2D([], [], color=style.BLACK, marker="D", ms=3, lw=1.0 if long else 0.0, label="IBTrACS")
    if long:
        return [
            observed,
            Line2D([], [], color=grey, lw=1.3, label="mean of the members"),
            Patch(facecolor=grey, alpha=0.53, label="5–95 % of them"),
            Patch(facecolor=grey, alpha=0.18, label="their extremes"),
        ]
    return [
        observed,
        Line2D([], [], color=grey, marker="o", ms=4, lw=0, label="mean of the members"),
        Line2D([], [], color=grey, alpha=0.5, lw=4.0, label="5–95 % of them"),
        Line2D([], [], color=grey, lw=0.8, label="their extremes"),
    ]


def _tidy(axes: Axes) -> None:
    axes.margins(y=0.15)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, min_n_ticks=2))
    axes.grid(axis="y", color="#dddddd", lw=0.5)
    axes.set_axisbelow(True)
