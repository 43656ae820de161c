"""How far probabilities can be believed, as a figure."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stormtracks.science.consensus.reliability import Reliability
from stormtracks.science.plots import style
from stormtracks.science.plots.printed import COLUMN_MM, Print
from stormtracks.science.plots.sheet import Row, Sheet


def reliability_diagram(
    made: Reliability,
    title: str = "",
    least: int = 20,
    *,
    printed: Print | None = None,
    label: str = "calibrated probability",
) -> Figure:
    """Share that came true against the probability that was said, and below how many there were of each.

    Parameters
    ----------
    made : Reliability
    title : str
    least : int
        Parts with fewer forecasts are drawn pale.
    printed : Print, optional
        Width and title of the figure; none: one column of a journal.
    label : str
        Which probability it is.

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    On the diagonal a probability is what it says. Bars are intervals of 90 %.
    """
    printed = printed or Print(width_mm=COLUMN_MM)
    scores = f"Brier score {made.brier:.3f}, of climatology {made.climatology:.3f}"
    height = min(printed.width - 0.7, 4.2)
    rows = [Row(height, over=0.05), Row(0.6, over=0.12, under=0.38)]
    sheet = Sheet.of(printed, title or f"Reliability: {scores}", rows, _handles(least), left=0.58)
    upper = sheet.axes(0)
    lower = sheet.axes(1, upper)
    upper.plot([0, 1], [0, 1], color="#999999", lw=0.8, ls="--")
    for enough, alpha in ((made.number >= least, 1.0), ((made.number > 0) & (made.number < least), 0.35)):
        said, colour = made.forecast[enough], style.BLUE
        upper.vlines(said, made.low[enough], made.high[enough], color=colour, lw=1.6, alpha=alpha / 2)
        upper.plot(said, made.observed[enough], "o", ms=4, color=colour, alpha=alpha, clip_on=False)
    upper.set_ylabel("share that is real", fontsize=printed.label_pt)
    upper.set_ylim(0, 1)
    upper.tick_params(labelbottom=False)
    lower.bar((made.edges[:-1] + made.edges[1:]) / 2, made.number, width=0.9 * np.diff(made.edges), color="#bbbbbb")
    _add_numbers(lower, made)
    lower.set_ylim(0, made.number.max(initial=1) * 1.25)
    lower.set_ylabel("storms", fontsize=printed.label_pt)
    lower.set_xlabel(label, fontsize=printed.label_pt)
    lower.set_xlim(0, 1)
    return sheet.figure


def _add_numbers(axes: Axes, made: Reliability) -> None:
    for middle, number in zip((made.edges[:-1] + made.edges[1:]) / 2, made.number.tolist(), strict=True):
        if number:
            where = (middle, number)
            axes.annotate(f"{number:,}", where, (0, 1), textcoords="offset points", ha="center", fontsize=5.5)


def _handles(least: int) -> list[Artist]:
    return [
        Line2D([], [], color=style.BLUE, marker="o", ms=4, lw=0, label=f"{least} storms or more (bar: 90 %)"),
        Line2D([], [], color=style.BLUE, marker="o", ms=4, lw=0, alpha=0.35, label="fewer"),
        Line2D([], [], color="#999999", lw=0.8, ls="--", label="as it is said"),
    ]
