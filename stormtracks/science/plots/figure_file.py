"""A figure -> a file."""

import os
import tempfile
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg

from stormtracks.science.errors import InputError

SUFFIXES = (".png", ".svg", ".pdf")

_OPTIONS = {"svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "stormtracks"}
"""Text stays text in SVG, and TrueType in PDF as journals ask; the same figure makes the same SVG."""


def save(figure, path, overwrite=False, dpi=200):
    """Write a figure whole, or not at all; the suffix (.png, .svg, .pdf) says how.

    Raises
    ------
    InputError
        Another suffix, or a file in the way that may not be replaced.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: a figure's name must end in {', '.join(SUFFIXES)}")
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists already; choose another name or allow overwriting it (--overwrite)")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder; make it first")
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        unfinished = Path(folder, path.name)
        FigureCanvasAgg(figure)
        with matplotlib.rc_context(_OPTIONS):
            figure.savefig(unfinished, dpi=dpi, metadata=_METADATA[path.suffix.lower()])
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    return path


_METADATA = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
