"""What moves on the map of a film: lines behind tracks, dots where they are, the time, names."""

from collections.abc import Sequence
from typing import Any

import matplotlib.dates
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text

from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.plots.film.trails import Trails
from stormtracks.science.plots.maps.map_sheet import MapSheet


class Moving:
    """Tracks that move: a line behind each of them, and a dot where it is.

    Parameters
    ----------
    sheet : MapSheet
    trails : Trails
    lines, dots : dict
        Style of the lines and of the dots, as matplotlib names it.
    values : ndarray of float, shape (npoints,), optional
        What is shown by colour; then `lines` and `dots` have `cmap` and `norm`.
    widths : ndarray of float, shape (npoints,), optional
        Of the lines, points.
    tail : timedelta64, optional
        How long a line is; none: from the track's first point on.
    """

    def __init__(
        self,
        sheet: MapSheet,
        trails: Trails,
        lines: dict[str, Any],
        dots: dict[str, Any],
        *,
        values: Floats | None = None,
        widths: Floats | None = None,
        tail: np.timedelta64 | None = None,
    ) -> None:
        self.trails, self.values, self.widths, self.tail = trails, values, widths, tail
        self.figure: Figure = sheet.figure
        self.lines = LineCollection([], capstyle="round", animated=True, **lines)
        self.dots: PathCollection = sheet.axes.scatter([0], [0], animated=True, **dots)
        sheet.axes.add_collection(self.lines, autolim=False)

    def at(self, now: np.datetime64) -> list[Artist]:
        """Put lines and dots where they are now."""
        behind = self.trails.behind(now, None if self.tail is None else now - self.tail)
        here = self.trails.here(now)
        first = self.trails.first[behind]
        self.lines.set_segments(list(self.trails.segments[behind]))
        self.dots.set_offsets(self.trails.places[here])
        if self.values is not None:
            self.lines.set_array(self.values[first])
            self.dots.set_array(self.values[here])
        if self.widths is not None:
            self.lines.set_linewidth(self.widths[first].tolist())
            self.dots.set_sizes((2.0 + 1.5 * self.widths[here]) ** 2, self.figure.dpi)
        return [self.lines, self.dots]


class Clock:
    """The time of a frame, in the map's upper left corner, and as a line across other axes."""

    def __init__(self, sheet: MapSheet, calendar: str, across: Sequence[Axes] = ()) -> None:
        self.calendar = calendar
        self.text: Text = sheet.axes.text(
            0.012, 0.98, "", transform=sheet.axes.transAxes, ha="left", va="top", animated=True, zorder=12,
            fontsize=sheet.sheet.printed.title_pt, family="DejaVu Sans Mono",
            bbox={"facecolor": "white", "edgecolor": "#999999", "linewidth": 0.5, "pad": 2.5},
        )  # fmt: skip
        self.lines = [self._line(axes) for axes in across]

    @staticmethod
    def _line(axes: Axes) -> Line2D:
        """A line from the bottom to the top, which does not widen what the axes show."""
        line = Line2D([0, 0], [0, 1], color="#555555", lw=0.9, animated=True, transform=axes.get_xaxis_transform())
        axes.add_artist(line)
        return line

    def at(self, now: np.datetime64) -> list[Artist]:
        """Show this time."""
        self.text.set_text(f"{calendars.text(now, self.calendar, 'h').replace('T', ' ')} UTC")
        x = matplotlib.dates.date2num(calendars.on_an_axis(np.atleast_1d(now), self.calendar))
        for line in self.lines:
            line.set_xdata(np.repeat(x, 2))
        return [self.text, *self.lines]


class Labels:
    """Names beside the dots of some tracks."""

    def __init__(self, sheet: MapSheet, trails: Trails, names: Sequence[str], most: int = 25) -> None:
        self.sheet, self.trails, self.names = sheet, trails, names
        self.texts = [self._text() for _ in range(min(most, len(names)))]

    def _text(self) -> Annotation:
        size = self.sheet.sheet.printed.tick_pt
        halo = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.6}
        made: Annotation = self.sheet.axes.annotate(
            "",
            (0, 0),
            xytext=(4, 3),
            textcoords="offset points",
            fontsize=size,
            animated=True,
            zorder=11,
            bbox=halo,
            parse_math=False,
        )
        return made

    def at(self, now: np.datetime64) -> list[Artist]:
        """Put the names of those that are there beside them."""
        shown: list[Artist] = []
        here = np.flatnonzero(self._inside(self.trails.here(now))).tolist()
        names, places = [self.names[point] for point in here], self.trails.places[here]
        for text, name, place in zip(self.texts, names, places, strict=False):
            text.set_text(name)
            text.xy = (float(place[0]), float(place[1]))
            shown.append(text)
        return shown

    def _inside(self, here: Bools) -> Bools:
        left, right, lower, upper = self.sheet.view.limits
        x, y = self.trails.places.T
        return np.asarray(here & (x >= left) & (x <= right) & (y >= lower) & (y <= upper))
