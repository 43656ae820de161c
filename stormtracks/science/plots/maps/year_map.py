"""Map of the tracks of a year."""

import dataclasses

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.plots import style
from stormtracks.science.plots.maps.layers import add_lines
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.names import add_names
from stormtracks.science.plots.maps.observed import add_best, best_handle, storm_names
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.plots.printed import Print
from stormtracks.science.ragged import ragged_starts
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.sphere import Region

_KNOWN, _OTHER, _LONE = 2.6, 0.6, 1.0  # widths of lines: storms, what else there is, tracks where none is a storm
_BEST = 0.7
MUTED = "#a8a8a8"


def year_tracks(
    tracks: Tracks,
    best: BestTracks | None = None,
    storm: Bools | None = None,
    region: Region | None = None,
    title: str = "",
    min_peak_s1: float = 0.0,
    *,
    muted: bool = False,
    printed: Print | None = None,
) -> Figure:
    """Map of tracks coloured by vorticity, with the best tracks in black and their names.

    Parameters
    ----------
    tracks : Tracks
        Of a year, one member or consensus.
    best : BestTracks, optional
    storm : ndarray of bool, shape (ntracks,), optional
        Tracks that are observed storms; the others are drawn thinner.
    region : tuple of float, optional
        South, north, west, east; none: the globe.
    title : str
    min_peak_s1 : float
        Tracks that never reach this vorticity (s-1) are left out, unless they are observed storms.
    muted : bool
        Whether tracks that are not observed storms are grey, so that the storms are seen; where there are any.
    printed : Print, optional
        Width, projection and title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    printed = printed or Print()
    view = MapView.of(region, printed.projection)
    known = np.zeros(len(tracks), bool) if storm is None else np.asarray(storm, bool)
    tracks, known = _drawn(tracks, known, min_peak_s1)
    observed = best if best is not None and len(best) else None
    muted = muted and bool(known.any())
    sheet = MapSheet.of(view, printed, title or "Tracks", _handles(observed, known, muted), bar=True)
    if muted:
        add_lines(sheet.axes, view, tracks.take(~known), colors=MUTED, linewidths=_OTHER * printed.thin, zorder=2)
        tracks, known = tracks.take(known), known[known]
    values = tracks.vorticity * 1e5
    widths = np.where(known, _KNOWN, _OTHER if known.any() else _LONE) * printed.thin
    colours = {"array": values, "cmap": style.STRENGTH, "norm": Normalize(*strength_limits(values))}
    lines = add_lines(sheet.axes, view, tracks, linewidths=widths, zorder=3, **colours)
    sheet.colour_bar(lines, style.VORTICITY_LABEL, extend="max")
    if observed is not None:
        add_best(sheet, observed, _BEST * printed.thin)
        add_names(sheet, storm_names(sheet, observed), view.place(observed.lat, observed.lon))
    return sheet.figure


def _drawn(tracks: Tracks, known: Bools, min_peak_s1: float) -> tuple[Tracks, Bools]:
    """Tracks in the order in which they are drawn: observed storms over others, strong ones over weak ones."""
    strength = tracks.vorticity[tracks.peak]
    order = np.lexsort((strength, known))
    order = order[(strength >= min_peak_s1)[order] | known[order]]
    sizes = tracks.row_size[order].astype(np.int64)
    points = np.repeat(tracks.start[order] - ragged_starts(sizes), sizes) + np.arange(sizes.sum())
    columns = {name: getattr(tracks, name)[points] for name in ("time", "lat", "lon", "vorticity", "maximum")}
    return dataclasses.replace(tracks, row_size=sizes, **columns), known[order]


def strength_limits(values: Floats) -> tuple[float, float]:
    """Colour limits: from the weakest to nearly the strongest, so that one point does not take all the colours."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(np.floor(values.min())), float(np.ceil(np.percentile(values, 99.5)))
    return low, max(high, low + 1.0)


def _handles(best: BestTracks | None, known: Bools, muted: bool) -> list[Artist]:
    middle = style.STRENGTH(0.4)  # stands for all the colours
    handles: list[Artist] = [Line2D([], [], color=middle, linewidth=_LONE, label="track")]
    if known.any():
        handles = [Line2D([], [], color=middle, linewidth=_KNOWN, label="track matched to a best track")]
        if not known.all():
            handles.append(Line2D([], [], color=MUTED if muted else middle, linewidth=_OTHER, label="other track"))
    return handles if best is None else [*handles, best_handle(_BEST)]
