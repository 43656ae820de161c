"""Map of how many tracks pass a place."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from stormtracks.science.arrays import Floats
from stormtracks.science.plots import style
from stormtracks.science.plots.maps.layers import add_contours
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.plots.printed import Print
from stormtracks.science.records import Grid
from stormtracks.science.sphere import Region

DENSITY_LABEL = "tracks per 10$^6$ km$^2$ and season"
_MARK = 3.0  # width of a mark, points


@dataclass(frozen=True)
class Marks:
    """Places to mark on a map.

    Attributes
    ----------
    lat, lon : ndarray of float64, shape (n,)
        Degrees.
    name : str
        What they are, for the legend.
    """

    lat: Floats
    lon: Floats
    name: str


def density(
    values: Floats,
    grid: Grid,
    region: Region | None = None,
    title: str = "",
    *,
    printed: Print | None = None,
    label: str = DENSITY_LABEL,
    marks: Marks | None = None,
) -> Figure:
    """Map of a track density.

    Parameters
    ----------
    values : ndarray, shape (nlat, nlon)
        Tracks per 10^6 km2 and season (`density.track_density`).
    grid : Grid
    region : tuple of float, optional
        South, north, west, east; none: the globe.
    title : str
    printed : Print, optional
        Width, projection and title of the figure.
    label : str
        What the colours are, with its unit.
    marks : Marks, optional
        Observed places over it.

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    Where there is less than half of the first step there is no colour.
    """
    printed = printed or Print()
    view = MapView.of(region, printed.projection)
    sheet = MapSheet.of(view, printed, title or "Density of tracks", _handles(marks), bar=True, filled=False)
    levels = _levels(float(np.nanmax(values, initial=0.0)), most_steps=7 if printed.narrow else 10)
    options = {"levels": levels, "cmap": style.AMOUNT, "norm": BoundaryNorm(levels, style.AMOUNT.N)}
    drawn = add_contours(sheet.axes, view, np.ma.masked_invalid(values), grid, **options)
    bar = sheet.colour_bar(drawn, label, spacing="uniform")
    bar.set_ticks(levels.tolist())
    bar.ax.tick_params(labelsize=printed.tick_pt)
    if marks is not None:
        x, y = view.place(marks.lat, marks.lon).T
        sheet.axes.scatter(x, y, s=_MARK**2, c="white", edgecolors=style.BLACK, linewidths=0.5, zorder=5)
    return sheet.figure


def _handles(marks: Marks | None) -> list[Artist]:
    if marks is None:
        return []
    circle = Line2D([], [], ls="none", marker="o", ms=_MARK, mfc="white", mec=style.BLACK, mew=0.5, label=marks.name)
    return [circle]


def _levels(most: float, most_steps: int) -> Floats:
    """Round steps from little to the most, and half a step from which on there is a colour."""
    if most <= 0:
        return np.array([0.5, 1.0])
    steps = np.asarray(MaxNLocator(nbins=most_steps, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, most))
    steps = steps[steps > 0]
    return np.concatenate([[steps[0] / 2], steps])
