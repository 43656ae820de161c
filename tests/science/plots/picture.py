"""A figure against what is kept of it: a picture, and what is drawn in which colour, as text.

The picture shows where things are. It forgives what another version of a library puts half a pixel aside, and with that
a letter or a thin line. Those are in the text, which must be the same.
"""

import os
from pathlib import Path

import matplotlib.image
import numpy as np
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from scipy.ndimage import gaussian_filter

from stormtracks.science import plots

FOLDER = Path(__file__).parent / "pictures"
DPI = 50
MANY = 2000
"""Points of coasts and land, which another version of a library may cut otherwise."""
BLUR = 2.0
"""Pixels: a letter or a line that another version of a library puts half a pixel aside stays the same."""


def distance(one, other):
    """Root mean square difference of two pictures after the blur, and the largest; 0 black on white would be 1."""
    if one.shape != other.shape:
        return np.inf, np.inf
    apart = gaussian_filter(one[..., :3] - other[..., :3], (BLUR, BLUR, 0))
    return float(np.sqrt(np.mean(apart**2))), float(np.abs(apart).max())


def drawn(figure, folder):
    """A figure as pixels, shape (height, width, 4)."""
    return matplotlib.image.imread(plots.save(figure, Path(folder) / "drawn.png", overwrite=True, dpi=DPI))


def check(figure, name, folder):
    """Hold a figure against the kept picture of that name; with STORMTRACKS_KEEP_PICTURES=1 keep it instead."""
    place = FOLDER / f"{name}.png"
    if os.environ.get("STORMTRACKS_KEEP_PICTURES"):
        plots.save(figure, place, overwrite=True, dpi=DPI)
    found = drawn(figure, folder)
    rms, largest = distance(found, matplotlib.image.imread(place))
    assert rms < 0.01 and largest < 0.2, f"{name}: differs from {place} by {rms:.4f} (most {largest:.2f}); look at both"
    said, words = described(figure), place.with_suffix(".txt")
    if os.environ.get("STORMTRACKS_KEEP_PICTURES"):
        words.write_text(said, encoding="utf-8")
    assert said.splitlines() == words.read_text(encoding="utf-8").splitlines(), f"{name}: differs from {words}"


def described(figure):
    """What a figure that has been drawn shows, a line for each text, line and area: its words, colours and where."""
    seen = [*_texts(figure), *_lines(figure), *_areas(figure)]
    return "\n".join(sorted(seen)) + "\n"


def _texts(figure):
    for one in figure.findobj(Text):
        if one.get_visible() and one.get_text().strip():
            yield f"text {one.get_text()!r} {_colours(one.get_color())} {one.get_fontsize():g} pt {one.get_weight()}"


def _lines(figure):
    for one in figure.findobj(Line2D):
        is_tick = isinstance(one.get_marker(), int)
        if one.get_visible() and len(one.get_xdata()) and not is_tick:
            look = f"{one.get_linestyle()} {one.get_linewidth():g} {one.get_marker()} {_where([one.get_xydata()])}"
            yield f"line {_colours(one.get_color())} {look}"


def _areas(figure):
    for one in figure.findobj(Collection):
        if one.get_visible():
            widths = sorted({float(f"{width:.3g}") for width in np.atleast_1d(one.get_linewidth())})
            places = one.get_offsets() if one.get_offset_transform().contains_branch(one.axes.transData) else None
            parts = [] if isinstance(one, ContourSet) else one.get_paths()  # other libraries cut them otherwise
            where = _where([path.vertices for path in parts] if places is None else [np.asarray(places)])
            edges, faces = _colours(one.get_edgecolor()), _colours(one.get_facecolor())
            kind = "contours" if isinstance(one, ContourSet) else type(one).__name__
            yield f"{kind} {edges} {faces} {widths} {where}"
    for one in figure.findobj(Patch):
        if one.get_visible():
            alpha = one.get_alpha() or 1
            yield f"{type(one).__name__} {_colours(one.get_edgecolor())} {_colours(one.get_facecolor())} {alpha:g}"


def _colours(colours):
    """The colours, each once; of a scale how many, and the ends."""
    found = sorted({to_hex(one, keep_alpha=True) for one in to_rgba_array(colours)})
    return ",".join(found) if len(found) < 6 else f"{len(found)} from {found[0]} to {found[-1]}"


def _where(parts):
    """How many points, and their middle."""
    points = np.concatenate([np.zeros((0, 2)), *(np.ma.filled(part, np.nan) for part in parts)]).astype(float)
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) > MANY:
        return "many points"
    middle = [float(f"{value:.3g}") for value in points.mean(axis=0)] if len(points) else ""
    return f"{float(f'{len(points):.2g}'):g} points about {middle}"
