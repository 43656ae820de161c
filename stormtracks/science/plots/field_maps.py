"""Maps of fields: the density of tracks, the vorticity of one time with its maxima."""

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stormtracks.science.arrays import Floats
from stormtracks.science.plots import style
from stormtracks.science.plots.maps import GeoAxes, MapView, add_coast, add_mesh, map_axes
from stormtracks.science.records import Grid, Maxima
from stormtracks.science.sphere import Region


def density(values: Floats, grid: Grid, region: Region | None = None, title: str = "") -> Figure:
    """Map of a track density.

    Parameters
    ----------
    values : ndarray, shape (nlat, nlon)
        Tracks per 10^6 km2 and season (`density.track_density`).
    grid : Grid
    region : tuple of float, optional
        South, north, west, east; none: the globe.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    view = MapView.of(region)
    figure = style.new_figure(*style.map_size(view))
    axes = map_axes(figure, view)
    some = np.ma.masked_equal(values, 0.0)  # where no track was there is land or white, not a colour of the scale
    norm = Normalize(0.0, max(float(values.max()), 1e-9))
    mesh = add_mesh(axes, view, some, grid, cmap=style.SEQUENTIAL + "_r", norm=norm)
    add_coast(axes, view, colors="#222222")
    style.colour_bar(figure, mesh, axes, "tracks per 10$^6$ km$^2$ and season")
    axes.set_title(title or "Density of tracks", fontsize=11)
    return figure


def vorticity_field(
    field: Floats, grid: Grid, maxima: Maxima | None = None, region: Region | None = None, title: str = ""
) -> Figure:
    """Map of cyclonic vorticity at one time, with the maxima found in it.

    Parameters
    ----------
    field : ndarray, shape (nlat, nlon)
        Cyclonic vorticity, s-1.
    grid : Grid
    maxima : Maxima, optional
        Those of this time.
    region : tuple of float, optional
        South, north, west, east; none: the globe.
    title : str
        Such as the time and the member.

    Returns
    -------
    matplotlib.figure.Figure
    """
    view = MapView.of(region)
    figure = style.new_figure(*style.map_size(view))
    axes = map_axes(figure, view)
    values = np.asarray(field, float) * 1e5
    most = max(float(np.ceil(np.nanpercentile(np.abs(values), 99.8))), 1.0)
    mesh = add_mesh(axes, view, values, grid, cmap=style.DIVERGING, norm=Normalize(-most, most))
    add_coast(axes, view, colors="#333333")
    style.colour_bar(figure, mesh, axes, style.VORTICITY_LABEL, extend="both")
    if maxima is not None and len(maxima):
        _add_maxima(axes, view, maxima)
    axes.set_title(title or "Vorticity", fontsize=11)
    return figure


def _add_maxima(axes: GeoAxes, view: MapView, maxima: Maxima) -> None:
    x, y = view.place(maxima.lat, maxima.lon).T
    size = 10.0 + 2.5 * np.clip(maxima.vorticity * 1e5, 0, 30)
    shown = (maxima.lat >= view.region[0]) & (maxima.lat <= view.region[1])
    for width, colour, order in ((2.0, "white", 5), (0.9, style.BLACK, 6)):
        axes.scatter(x[shown], y[shown], s=size[shown], facecolors="none", edgecolors=colour, lw=width, zorder=order)
    circle = Line2D([], [], marker="o", markerfacecolor="none", color=style.BLACK, linestyle="none")
    circle.set_label("maximum (area: strength)")
    style.legend(axes, view, [circle])
