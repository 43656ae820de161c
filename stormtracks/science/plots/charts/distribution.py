"""How many storms a season has of each kind: in the members, and as observed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, NullFormatter

from stormtracks.science.arrays import Floats
from stormtracks.science.climatology.bands import Band
from stormtracks.science.plots import style
from stormtracks.science.plots.printed import Print
from stormtracks.science.plots.sheet import Row, Sheet

_BAND_ALPHA = 0.3
_LEFT, _LABEL = 0.68, 0.44  # inches left of the axes: the margin, and the middle of the axes' label


@dataclass(frozen=True)
class Shown:
    """Tracks that a panel shows: their name, how many of them are in each bin, and how they are drawn."""

    name: str
    band: Band
    colour: str = style.BLUE
    dashed: bool = False
    shaded: bool = True

    @property
    def line(self) -> dict[str, Any]:
        """How matplotlib draws the line."""
        return {"color": self.colour, "lw": 1.4, "ls": (0, (4, 1.5)) if self.dashed else "-"}


@dataclass(frozen=True)
class Panel:
    """A panel of a distribution.

    Attributes
    ----------
    edges : ndarray of float64, shape (nbins + 1,)
    sets : list of Shown
    observed : Band or None
    xlabel, ylabel : str
    note : str
        Numbers, in a line above the panel.
    names : list of str
        Of the bins, in place of numbers; none: numbers.
    many : bool
        Whether the counts go over powers of ten.
    """

    edges: Floats
    sets: Sequence[Shown]
    observed: Band | None
    xlabel: str
    ylabel: str
    note: str = ""
    names: Sequence[str] = ()
    many: bool = False

    @property
    def middles(self) -> Floats:
        """Of the bins, shape (nbins,)."""
        return np.asarray((self.edges[:-1] + self.edges[1:]) / 2)


def distributions(panels: Sequence[Panel], title: str, *, printed: Print | None = None) -> Figure:
    """A figure of distributions, one below the other.

    Parameters
    ----------
    panels : list of Panel
    title : str
    printed : Print, optional
        Width and title of the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    Lines are means over the members, bands go from the 5th to the 95th percentile of them. Bars at the best tracks are
    the interval of 90 % of their mean over the years; there are none below five years.
    """
    printed = printed or Print()
    height = 1.5 if printed.narrow else 1.9
    rows = [Row(height, over=0.22 if panel.note else 0.1, under=_under(panel)) for panel in panels]
    sheet = Sheet.of(printed, title, rows, _handles(panels), left=_LEFT, right=0.22)
    for number, panel in enumerate(panels):
        _draw(sheet.axes(number), panel, printed)
    return sheet.figure


def _under(panel: Panel) -> float:
    """Inches below the axes: names of bins, and the axis' label, may have two lines."""
    return 0.42 + 0.14 * (any("\n" in name for name in panel.names) + panel.xlabel.count("\n"))


def _draw(axes: Axes, panel: Panel, printed: Print) -> None:
    floor = _floor(panel) if panel.many else 0.0  # what is 0 lies a power below, not on the axis as if it were some
    for shown in panel.sets:
        low, high, mean = (np.maximum(one, floor / 10) for one in (shown.band.low, shown.band.high, shown.band.mean))
        if shown.shaded:
            axes.fill_between(*_outline(panel, low, high), color=shown.colour, alpha=_BAND_ALPHA, lw=0)
        _add_line(axes, panel, mean, **shown.line)
    if panel.observed is not None:
        _add_observed(axes, panel, panel.observed, floor / 10)
    _scale(axes, panel, floor, printed)
    axes.set_xlabel(panel.xlabel, fontsize=printed.label_pt, labelpad=2)
    axes.set_ylabel(panel.ylabel, fontsize=printed.label_pt, va="center")
    axes.yaxis.set_label_coords(-_LABEL / (printed.width * axes.get_position().width), 0.5)
    axes.grid(axis="y", color="#e3e3e3", lw=0.5)
    axes.set_axisbelow(True)
    axes.annotate(
        panel.note, (1, 1), (0, 3), "axes fraction", textcoords="offset points", ha="right", fontsize=printed.tick_pt
    )


def _scale(axes: Axes, panel: Panel, floor: float, printed: Print) -> None:
    if panel.many:
        axes.set_yscale("log")
        axes.set_ylim(bottom=floor)
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(0, axes.get_ylim()[1] * 1.08)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlim(panel.edges[0], panel.edges[-1])
    if panel.names:
        short = printed.narrow and len(panel.names) > 8
        axes.set_xticks(panel.middles, [name[:1] + name[3:] if short else name for name in panel.names])


def _floor(panel: Panel) -> float:
    """The least count on a scale of powers of ten: the power below the smallest mean that is not 0."""
    means = np.concatenate([shown.band.mean for shown in panel.sets])
    positive = means[np.isfinite(means) & (means > 0)]
    return float(10.0 ** np.floor(np.log10(positive.min()))) if len(positive) else 0.1


def _outline(panel: Panel, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """A band along its bins: as steps of numbers, as lines between the middles of what has a name."""
    if panel.names:
        return panel.middles, low, high
    return np.repeat(panel.edges, 2)[1:-1], np.repeat(low, 2), np.repeat(high, 2)


def _add_line(axes: Axes, panel: Panel, values: Floats, **how: Any) -> None:
    if panel.names:
        axes.plot(panel.middles, values, marker="o", ms=3.0, **how)
    else:
        axes.stairs(values, panel.edges, **how)


def _add_observed(axes: Axes, panel: Panel, band: Band, floor: float) -> None:
    _add_line(axes, panel, np.maximum(band.mean, floor), color=style.BLACK, lw=1.1, zorder=4)
    known = np.isfinite(band.low) & (band.high > floor)
    low, high = np.maximum(band.low[known], floor), band.high[known]
    axes.vlines(panel.middles[known], low, high, color=style.BLACK, lw=0.7, zorder=4)


def _handles(panels: Sequence[Panel]) -> list[Artist]:
    named = {shown.name: shown for panel in panels for shown in panel.sets}
    handles: list[Artist] = [Line2D([], [], **shown.line, label=name) for name, shown in named.items()]
    if max(shown.band.number for shown in named.values()) > 1:
        handles.append(Patch(facecolor=style.GREY, alpha=_BAND_ALPHA, label="5 to 95 % of the members"))
    observed = [panel.observed for panel in panels if panel.observed is not None]
    if observed:
        bars = any(np.isfinite(band.low).any() for band in observed)
        label = "IBTrACS (bars: 90 % interval of the mean)" if bars else "IBTrACS"
        handles.append(Line2D([], [], color=style.BLACK, lw=1.1, label=label))
    return handles
