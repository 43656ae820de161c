"""One storm in all its members, moving."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from stormtracks.science.arrays import Ints, Times
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.plots import style
from stormtracks.science.plots.charts.strength import add_strength
from stormtracks.science.plots.film.marks import Clock, Moving
from stormtracks.science.plots.film.scene import Scene, thinned
from stormtracks.science.plots.film.trails import Trails
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.one_storm import OneStorm
from stormtracks.science.plots.printed import Print
from stormtracks.science.plots.sheet import Row
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.sphere import Region

_BEST, _MEAN, _MEMBER = 1.0, 2.2, 0.4


def storm_film(
    consensus: ConsensusTracks,
    number: int | Sequence[int] | Ints,
    ensemble: Sequence[Tracks],
    best: BestTracks | None = None,
    region: Region | None = None,
    title: str = "",
    *,
    whole: bool = False,
    printed: Print | None = None,
) -> Scene:
    """Where a storm is in each member at each of its times, with the consensus; below it the strength in time.

    Parameters
    ----------
    consensus, number, ensemble, best, region, title, whole, printed
        As of `storm_members`, the figure that does not move.

    Returns
    -------
    Scene
    """
    printed = printed or Print()
    storm = OneStorm.of(consensus, number, ensemble, best, whole=whole)
    view = storm.view(region, printed.projection)
    high, low = (0.9, 0.3) if printed.narrow else (1.1, 0.35)
    panels = [Row(high, over=0.08, under=0.06), Row(low, over=0.06, under=0.38)]
    sheet = MapSheet.of(view, printed, title or storm.title, _handles(storm), panels=panels)
    members = Moving(
        sheet, Trails.of(view, storm.members),
        {"colors": style.BLUE, "linewidths": _MEMBER, "alpha": 0.5}, {"s": 9, "c": style.BLUE, "linewidths": 0},
    )  # fmt: skip
    mean = Moving(
        sheet, Trails.of(view, storm.mean),
        {"colors": style.VERMILION, "linewidths": _MEAN}, {"s": 40, "c": style.VERMILION, "linewidths": 0},
    )  # fmt: skip
    parts: list[Moving | Clock] = [members, mean]
    if storm.observed is not None:
        dots = {"s": 22, "facecolors": "white", "edgecolors": style.BLACK, "linewidths": 1.0}
        lines = {"colors": style.BLACK, "linewidths": _BEST}
        parts.append(Moving(sheet, Trails.of(view, storm.observed), lines, dots))
    upper, lower = sheet.panel(0), sheet.panel(1)
    add_strength(upper, lower, printed, storm)
    parts.append(Clock(sheet, consensus.calendar, [upper, lower]))
    return Scene(sheet.figure, thinned(_times(storm)), lambda now: [one for part in parts for one in part.at(now)])


def _times(storm: OneStorm) -> Times:
    return np.unique(np.append(storm.members.time, storm.mean.time))


def _handles(storm: OneStorm) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], color=style.BLUE, linewidth=0.8, alpha=0.7, marker="o", ms=3, label="members"),
        Line2D([], [], color=style.VERMILION, linewidth=_MEAN, marker="o", ms=5, label="consensus"),
    ]
    if storm.observed is not None:
        handles.append(
            Line2D([], [], color=style.BLACK, lw=_BEST, marker="o", ms=4, mfc="white", mew=0.9, label="IBTrACS")
        )
        if storm.has_wind:
            handles.append(Line2D([], [], color=style.BLACK, linewidth=1.0, linestyle="--", label="IBTrACS wind"))
    return handles
