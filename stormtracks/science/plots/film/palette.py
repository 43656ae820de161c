"""Frames in true colours -> at most some 200 of them, the same ones in all frames: what a GIF can hold."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from stormtracks.science.arrays import Ints

MOST = 224
"""Colours: fewer than 256, so that one is left to stand for what has not changed since the frame before."""
_BITS = 6  # of each of red, green and blue by which colours are told apart
_FREQUENT = 96  # colours that are there because most of a map is made of them; the others because they are unlike these


@dataclass(frozen=True)
class Palette:
    """Colours, and which of them stands for each colour there is.

    Attributes
    ----------
    colours : ndarray of uint8, shape (ncolours, 3)
    nearest : ndarray of uint8, shape (2 ** 18,)
        Number of the colour for each cell of colours, which differ in their last two bits only.
    """

    colours: npt.NDArray[np.uint8]
    nearest: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, frames: Iterable[npt.NDArray[np.uint8]]) -> "Palette":
        """A palette for frames like these.

        White, land and the sea are as they are; a colour that is rare but unlike all others (a line's) is kept too.
        """
        pixels = np.concatenate([frame.reshape(-1, 3) for frame in frames])
        packed, number = np.unique(pixels.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1]), return_counts=True)
        order = np.argsort(-number, kind="stable")
        every = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)[order].astype(np.uint8)
        every = every[np.sort(np.unique(_cell(every), return_index=True)[1])]  # the most frequent of each cell
        colours = every[_chosen(every.astype(float))]
        nearest = np.asarray(cKDTree(colours.astype(float)).query(_centres())[1], np.uint8)
        nearest[_cell(colours)] = np.arange(len(colours))
        return cls(colours, nearest)

    def indices(self, frame: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The number of each pixel's colour, shape (height, width)."""
        return np.asarray(self.nearest[_cell(frame)])


def _chosen(colours: npt.NDArray[np.float64]) -> Ints:
    """Numbers of the most frequent colours, and of those that are each the least like what there is already."""
    kept = list(range(min(_FREQUENT, len(colours))))
    apart = np.asarray(cKDTree(colours[kept]).query(colours)[0])
    while len(kept) < min(MOST, len(colours)) and apart.max() > 0:
        kept.append(int(np.argmax(apart)))
        apart = np.minimum(apart, np.linalg.norm(colours - colours[kept[-1]], axis=1))
    return np.array(kept)


def _cell(colours: npt.NDArray[np.uint8]) -> Ints:
    red, green, blue = np.moveaxis(colours.astype(np.int32) >> 8 - _BITS, -1, 0)
    return red << 2 * _BITS | green << _BITS | blue


def _centres() -> npt.NDArray[np.float64]:
    side = (np.arange(2**_BITS) + 0.5) * 2 ** (8 - _BITS)
    return np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
