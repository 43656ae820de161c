"""A figure -> a file."""

import os
import warnings
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from stormtracks import disk
from stormtracks.science import destination
from stormtracks.science.errors import InputError
from stormtracks.science.plots.printed import FONT

_METADATA: dict[str, dict[str, Any]] = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
"""By suffix; without dates, so that the same figure makes the same file."""

SUFFIXES = tuple(_METADATA)
MOST_PIXELS = 150_000_000
"""Of a PNG, four bytes each: two columns at 1200 dots per inch; PDF and SVG have no such limit."""

_OPTIONS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "svg.hashsalt": "stormtracks",
    "font.sans-serif": [FONT],
}
"""Text stays text in SVG, and TrueType in PDF as journals ask; the same figure makes the same SVG, with one font."""


def save(figure: Figure, path: str | os.PathLike[str], overwrite: bool = False, dpi: int = 200) -> Path:
    """Write a figure whole, or not at all; the suffix (.png, .svg, .pdf) says how.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : path_like
        The file.
    overwrite : bool
        Whether a file that is there already is replaced.
    dpi : int
        Pixels per inch of a .png.

    Raises
    ------
    InputError
        Another suffix, a file in the way that may not be replaced, or no folder for it; a PNG of too many pixels.
    """
    path = check_figure(path, overwrite)
    suffix = path.suffix.lower()
    width, height = figure.get_size_inches() * dpi
    if suffix == ".png" and width * height > MOST_PIXELS:
        raise InputError(
            f"{path}: a figure of {width:,.0f} x {height:,.0f} pixels is too large; lower --dpi or --width, or choose "
            "a name that ends in .pdf"
        )
    with disk.whole(path) as unfinished, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # who asks is told once, see `lacking`
        FigureCanvasAgg(figure)
        with matplotlib.rc_context(_OPTIONS):
            figure.savefig(unfinished, format=suffix[1:], dpi=dpi, metadata=_METADATA[suffix])
    return path


def check_figure(path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """The path of a figure that can be written here; see `save` for what is refused."""
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: a figure's name must end in {', '.join(SUFFIXES)}; choose another name")
    return destination.check(path, overwrite)


def headline(figure: Figure) -> str:
    """What a figure says above it, in one line; empty where it says nothing.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    """
    texts = [
        figure.get_suptitle(),
        *(of.get_title() for of in figure.axes),
    ]
    return " ".join(next(filter(None, texts), "").split())
