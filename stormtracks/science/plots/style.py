"""Colours and labels that figures share. Okabe-Ito and viridis: told apart with any colour vision, and in grey."""

import logging
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from stormtracks.science.plots.maps import MapView

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
"""A list of fonts that another installation has cached costs a line for each font, and changes nothing that is seen."""

BLACK = "#000000"
ORANGE = "#E69F00"
BLUE = "#0072B2"
VERMILION = "#D55E00"
"""Okabe and Ito 2008."""

SEQUENTIAL = "viridis"
STRENGTH = ListedColormap(matplotlib.colormaps[SEQUENTIAL](np.linspace(0.15, 0.95, 256)), name="strength")
"""Viridis without its ends, for lines: one end looks black, as best tracks are, the other is lost on white."""

DIVERGING = "PuOr_r"
"""Purple below, orange above zero: safe with red-green blindness."""

VORTICITY_LABEL = "cyclonic relative vorticity (10$^{-5}$ s$^{-1}$)"


def new_figure(width: float = 8.0, height: float = 5.0) -> Figure:
    """An empty figure, in inches; no window and no global state."""
    return Figure(figsize=(width, height), layout="constrained")


def colour_bar(figure: Figure, drawn: ScalarMappable, axes: Axes, label: str, **options: Any) -> Colorbar:
    """A colour bar beside axes."""
    bar = figure.colorbar(drawn, ax=axes, shrink=0.75, pad=0.02, aspect=28, **options)
    bar.set_label(label, fontsize=9)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_linewidth(0.6)
    return bar


def legend(axes: Axes, view: MapView, handles: Sequence[Artist]) -> None:
    """A legend in the corner of a map; beside a round one, which has no corners."""
    place: dict[str, Any] = (
        {"loc": "lower right", "bbox_to_anchor": (0.08, -0.02)} if view.pole else {"loc": "upper left"}
    )
    axes.legend(handles=handles, fontsize=8, framealpha=0.9, edgecolor="#999999", borderpad=0.5, **place).set_zorder(9)


def map_size(view: MapView) -> tuple[float, float]:
    """Width and height in inches that suit a map and its colour bar."""
    if view.pole:
        return 7.2, 6.2
    south, north, west, east = view.region
    ratio = 0.5 if east - west >= 300.0 else min(max((north - south) / (east - west), 0.3), 1.3)
    return 9.0, 9.0 * 0.82 * ratio + 0.9
