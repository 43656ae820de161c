"""How far probabilities can be believed, as a figure."""

import numpy as np
from matplotlib.figure import Figure

from stormtracks.science.consensus.reliability import Reliability
from stormtracks.science.plots import style


def reliability_diagram(made: Reliability, title: str = "", least: int = 20) -> Figure:
    """Share that came true against the probability that was said, and below how many there were of each.

    Parameters
    ----------
    made : Reliability
    title : str
    least : int
        Parts with fewer forecasts are drawn pale.

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    On the diagonal a probability is what it says. Bars are intervals of 90 %.
    """
    figure = style.new_figure(5.2, 6.0)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    upper.plot([0, 1], [0, 1], color="#999999", lw=1.0, ls="--")
    for enough, alpha in ((made.number >= least, 1.0), ((made.number > 0) & (made.number < least), 0.35)):
        said, colour = made.forecast[enough], style.BLUE
        upper.vlines(said, made.low[enough], made.high[enough], color=colour, lw=2.0, alpha=alpha / 2)
        upper.plot(said, made.observed[enough], "o", ms=5, color=colour, alpha=alpha)
    upper.set_ylabel("share that is real", fontsize=9)
    upper.set_ylim(0, 1)
    scores = f"Brier score {made.brier:.3f}, of climatology {made.climatology:.3f}"
    upper.set_title(title or f"Reliability: {scores}", fontsize=10)
    lower.bar((made.edges[:-1] + made.edges[1:]) / 2, made.number, width=0.9 * np.diff(made.edges), color="#bbbbbb")
    lower.set_ylabel("storms", fontsize=9)
    lower.set_xlabel("calibrated probability", fontsize=9)
    lower.set_xlim(0, 1)
    for axes in (upper, lower):
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    return figure
