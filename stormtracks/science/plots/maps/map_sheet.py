"""A figure with a map: its title above, colour bar, panels and legend below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.path
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats
from stormtracks.science.plots.maps.land import GeoAxes, add_coast, add_land
from stormtracks.science.plots.maps.layers import limit
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.plots.printed import Print
from stormtracks.science.plots.sheet import Box, Row, Sheet

_HIGHEST = 1.0  # height per width of a map's room; higher maps are narrower than the figure
_HIGHEST_POLAR = 0.8
_BEHIND = {"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.6, "visible": True}
_BAR = Row(0.09, over=0.06, under=0.36)


@dataclass(frozen=True)
class MapSheet:
    """A figure, its map and the rows below that."""

    sheet: Sheet
    view: MapView
    axes: GeoAxes
    map_box: Box
    bar_row: int | None
    panel_rows: tuple[int, ...]

    @classmethod
    def of(
        cls,
        view: MapView,
        printed: Print,
        title: str,
        handles: Sequence[Artist] = (),
        *,
        bar: bool = False,
        panels: Sequence[Row] = (),
        filled: bool = True,
    ) -> "MapSheet":
        """A figure with an empty map.

        Parameters
        ----------
        view : MapView
        printed : Print
        title : str
        handles : list of Artist
            What the legend shows, each with its label.
        bar : bool
            Whether there is a colour bar; `colour_bar` draws it.
        panels : list of Row
            Panels below the map, as wide as that.
        filled : bool
            Whether land is an area; or coasts alone, for fields.
        """
        left, right = (0.62, 0.5) if panels else (0.42, 0.42) if view.pole else (0.42, 0.12)
        room = printed.width - left - right
        height = min(room * view.aspect, room * (_HIGHEST_POLAR if view.pole and not printed.narrow else _HIGHEST))
        over, under = (0.2, 0.2) if view.pole else (0.0, 0.2)
        rows = [Row(height, over, under)]
        bar_row = len(rows) if bar else None
        rows += [_BAR] * bar
        panel_rows = tuple(range(len(rows), len(rows) + len(panels)))
        rows += panels
        sheet = Sheet.of(printed, title, rows, handles, left=left, right=right)
        box = _within(sheet.boxes[0], view.aspect)
        axes = sheet.figure.add_axes(sheet.share(box), projection=view.projection)
        _prepare(axes, view, printed, filled)
        return cls(sheet, view, axes, box, bar_row, panel_rows)

    @property
    def figure(self) -> Any:
        """The matplotlib figure."""
        return self.sheet.figure

    def panel(self, number: int = 0) -> Axes:
        """Plain axes in one of the panels."""
        return self.sheet.axes(self.panel_rows[number])

    def colour_bar(self, drawn: ScalarMappable, label: str, **options: Any) -> Colorbar:
        """A colour bar below the map."""
        assert self.bar_row is not None, "a sheet without a row for a colour bar"
        left, bottom, width, height = self.sheet.boxes[self.bar_row]
        part = 0.9 if self.sheet.printed.narrow else 0.6
        place = self.sheet.share((left + width * (1 - part) / 2, bottom, width * part, height))
        bar = self.figure.colorbar(drawn, cax=self.figure.add_axes(place), orientation="horizontal", **options)
        bar.set_label(label, fontsize=self.sheet.printed.label_pt, labelpad=1.5)
        bar.ax.tick_params(labelsize=self.sheet.printed.tick_pt, width=0.5, length=2.0, pad=1.5)
        bar.outline.set_linewidth(0.5)
        return bar

    def points(self, xy: Floats) -> Floats:
        """Map coordinates (..., 2) -> inches from the figure's lower left corner."""
        left, right, lower, upper = self.view.limits
        x, y, width, height = self.map_box
        share = (np.asarray(xy) - [left, lower]) / [right - left, upper - lower]
        return share * [width, height] + [x, y]


def _within(box: Box, aspect: float) -> Box:
    """The largest box of that height per width in the middle of another one."""
    left, bottom, width, height = box
    narrower = min(width, height / aspect)
    return left + (width - narrower) / 2, bottom, narrower, narrower * aspect


def _prepare(axes: GeoAxes, view: MapView, printed: Print, filled: bool) -> None:
    limit(axes, view)
    if view.pole:
        axes.set_boundary(matplotlib.path.Path(view.edge))
    axes.set_facecolor("white")
    if filled:
        add_land(axes, view)
    else:
        add_coast(axes, view, colors="#444444")
    _add_grid_lines(axes, view, printed)
    axes.spines["geo"].set_linewidth(0.6)


def _add_grid_lines(axes: GeoAxes, view: MapView, printed: Print) -> None:
    south, north, west, east = view.region
    most = 5 if printed.narrow else 9
    # The line of a pole, where a world map has its labels, is half as long as the equator.
    along = most - 1 if printed.narrow and view.is_world else most
    meridians = np.unique(sphere.wrap(_round_values(west, east, (1, 2, 5, 10, 15, 20, 30, 60, 90), along)))
    parallels = _round_values(south, north, (1, 2, 5, 10, 20, 30), most)
    lines = axes.gridlines(
        draw_labels=True, xlocs=meridians, ylocs=parallels, lw=0.35, color="#b5b5b5", linestyle=(0, (3, 3)), zorder=1.5
    )
    lines.rotate_labels = False
    lines.x_inline = False
    lines.y_inline = view.pole != 0  # on a round map there is no edge where parallels end
    lines.xpadding = lines.ypadding = 3
    lines.xlabel_style = {"size": printed.tick_pt, "color": "#333333"}
    lines.ylabel_style = lines.xlabel_style
    if view.pole:
        lines.labels_bbox_style = _BEHIND
    lines.top_labels = lines.right_labels = view.pole != 0


def _round_values(low: float, high: float, steps: tuple[int, ...], most: int) -> Floats:
    """Multiples of the finest step of which there are no more than so many."""
    step = next((step for step in steps if (high - low) / step <= most), steps[-1])
    return np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
