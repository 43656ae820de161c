"""The tracks of a year, moving."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D

from stormtracks.science.arrays import Bools
from stormtracks.science.plots import style
from stormtracks.science.plots.film.marks import Clock, Labels, Moving
from stormtracks.science.plots.film.scene import Scene, thinned
from stormtracks.science.plots.film.trails import Trails
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.plots.maps.year_map import MUTED, strength_limits
from stormtracks.science.plots.printed import Print
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.sphere import Region

TAIL = np.timedelta64(3 * 24, "h")
"""How long a track stays behind where it is."""
_KNOWN, _OTHER, _BEST = 2.4, 0.9, 1.0  # widths of lines


def year_film(
    tracks: Tracks,
    best: BestTracks | None = None,
    storm: Bools | None = None,
    region: Region | None = None,
    title: str = "",
    *,
    muted: bool = False,
    printed: Print | None = None,
) -> Scene:
    """Where the tracks of a year are at each of its times, with three days of their way behind them.

    Parameters
    ----------
    tracks : Tracks
        Of one member, or a consensus; coloured by vorticity.
    best : BestTracks, optional
        Drawn in black with their names.
    storm : ndarray of bool, shape (ntracks,), optional
        Tracks that are observed storms; the others are drawn thinner.
    region : tuple of float, optional
        South, north, west, east; none: the globe.
    title : str
    muted : bool
        Whether tracks that are not observed storms are grey.
    printed : Print, optional
        Width, projection and title.

    Returns
    -------
    Scene
    """
    printed = printed or Print()
    view = MapView.of(region, printed.projection)
    known = np.zeros(len(tracks), bool) if storm is None else np.asarray(storm, bool)
    observed = best if best is not None and len(best) else None
    times = thinned(tracks.time)
    muted = muted and bool(known.any())
    sheet = MapSheet.of(view, printed, title or "Tracks", _handles(observed, known, muted), bar=True)
    parts: list[Moving | Labels | Clock] = []
    if muted:
        grey = {"linewidths": _OTHER, "colors": MUTED}, {"s": 8, "c": MUTED, "linewidths": 0}
        parts.append(Moving(sheet, Trails.of(view, tracks.take(~known)), *grey, tail=TAIL))
        tracks, known = tracks.take(known), known[known]
    values = tracks.vorticity * 1e5
    colours = {"cmap": style.STRENGTH, "norm": Normalize(*strength_limits(values))}
    widths = np.where(known, _KNOWN, _OTHER)[tracks.row]
    moving = Moving(
        sheet, Trails.of(view, tracks), colours, {"linewidths": 0, "c": [0.0], "zorder": 3, **colours},
        values=values, widths=widths, tail=TAIL,
    )  # fmt: skip
    sheet.colour_bar(moving.lines, style.VORTICITY_LABEL, extend="max")
    parts.append(moving)
    if observed is not None:
        parts += _observed(sheet, Trails.of(view, observed), observed)
    parts.append(Clock(sheet, tracks.calendar))
    return Scene(sheet.figure, times, lambda now: [one for part in parts for one in part.at(now)])


def _observed(sheet: MapSheet, trails: Trails, best: BestTracks) -> list[Moving | Labels | Clock]:
    dots = {"s": 14, "facecolors": "white", "edgecolors": style.BLACK, "linewidths": 0.8}
    lines = {"colors": style.BLACK, "linewidths": _BEST}
    names = [str(best.name[row]).title() for row in best.row]
    return [Moving(sheet, trails, lines, dots, tail=TAIL), Labels(sheet, trails, names)]


def _handles(best: BestTracks | None, known: Bools, muted: bool) -> list[Artist]:
    middle = style.STRENGTH(0.4)  # stands for all the colours
    handles: list[Artist] = []
    if known.any():
        handles.append(Line2D([], [], color=middle, linewidth=_KNOWN, label="track matched to a best track"))
    if not known.all() or not len(known):
        handles.append(Line2D([], [], color=MUTED if muted else middle, linewidth=_OTHER, label="other track"))
    if best is not None:
        handles.append(
            Line2D([], [], color=style.BLACK, lw=_BEST, marker="o", ms=3.5, mfc="white", mew=0.8, label="IBTrACS")
        )
    return handles
