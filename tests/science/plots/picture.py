"""A figure against a picture that is kept: how far they are apart once small shifts of edges are blurred away."""

import os
from pathlib import Path

import matplotlib.image
import numpy as np
from scipy.ndimage import gaussian_filter

from stormtracks.science import plots

FOLDER = Path(__file__).parent / "pictures"
DPI = 50
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
