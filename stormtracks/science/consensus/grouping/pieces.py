"""Pieces of tracks -> which are near each other, by NumPy.

A piece of a track is a row of positions, and all steps of many pieces are held against those of their neighbours in one
product of matrices.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.consensus.grouping.blocks import Block
from stormtracks.science.consensus.grouping.meeting import Meetings

STEPS = 8
"""Time steps that are looked at in one go."""
PIECES = 64
"""Neighbouring pieces of tracks that are held against others in one go."""
MOST_OTHERS = 256
"""Of the others in one go: with the steps and the pieces 1 MB."""
_BAND = 15.0
"""Degrees of latitude of which pieces are sorted by longitude: as high as they are then wide."""
_MARGIN = 1e-6
"""Radians by which neighbourhoods are wider than they must be."""


def near(block: Block, radius_km: float) -> Iterator[Meetings]:
    """Which tracks are near each other in a block of `STEPS` steps.

    Parameters
    ----------
    block : Block
    radius_km : float

    Yields
    ------
    Meetings
        Each pair at most once.
    """
    pieces = _pieces(block)
    starts = np.arange(0, len(pieces.track), PIECES)
    middle = _unit(np.add.reduceat(pieces.centre, starts, axis=0))
    number = np.arange(len(pieces.track)) // PIECES
    apart = _angle(np.einsum("ij,ij->i", pieces.centre, middle[number]))
    reach = np.maximum.reduceat(apart + pieces.reach, starts)
    within = radius_km / sphere.EARTH_RADIUS_KM + _MARGIN
    beside = _angle(middle @ middle.T) <= reach[:, None] + reach + within
    for group, start in enumerate(starts.tolist()):
        others = np.flatnonzero(beside[group][number[start:]]) + start
        near = _angle(pieces.centre[others] @ middle[group]) <= reach[group] + pieces.reach[others] + within
        ours, others = np.arange(start, min(start + PIECES, len(number))), others[near]
        for first in range(0, len(others), MOST_OTHERS):
            yield _held(pieces, ours, others[first : first + MOST_OTHERS], radius_km)


@dataclass(frozen=True)
class _Pieces:
    """Pieces of tracks during some steps, neighbours one after another.

    Attributes
    ----------
    track, member : ndarray of int32, shape (npieces,)
    vectors : ndarray of float64, shape (npieces, nsteps, 3)
        Unit vectors; NaN where there is no point.
    centre : ndarray of float64, shape (npieces, 3)
        Unit vectors in the middle of each piece.
    reach : ndarray of float64, shape (npieces,)
        Angle from there to its farthest point, radians.
    """

    track: Ints
    member: Ints
    vectors: Floats
    centre: Floats
    reach: Floats


def _pieces(block: Block) -> _Pieces:
    starts = block.starts
    piece = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(block.lat)))
    each = sphere.vectors_on_grid(block.lat, block.lon)
    vectors = np.full((len(starts), STEPS, 3), np.nan)
    vectors[piece, block.step] = each
    centre = _unit(np.add.reduceat(each, starts, axis=0))
    nearest = np.minimum.reduceat(np.einsum("ij,ij->i", each, centre[piece]), starts)
    band = np.floor(block.lat[starts] / _BAND)
    order = np.lexsort((block.lon[starts], band))
    return _Pieces(block.track[order], block.member[order], vectors[order], centre[order], _angle(nearest)[order])


def _unit(vectors: Floats) -> Floats:
    """The directions of vectors; where there is none, any."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > 1e-9, vectors / np.maximum(length, 1e-9), [0.0, 0.0, 1.0])


def _angle(cosine: Floats) -> Floats:
    return np.arccos(np.clip(cosine, -1.0, 1.0))


def _held(pieces: _Pieces, ours: Ints, others: Ints, radius_km: float) -> Meetings:
    """Some pieces against others, which come after them."""
    with np.errstate(invalid="ignore"):
        cosine = pieces.vectors[ours].transpose(1, 0, 2) @ pieces.vectors[others].transpose(1, 2, 0)
    near = cosine > sphere.least_cosine(radius_km)
    near &= (pieces.member[ours][:, None] != pieces.member[others]) & (ours[:, None] < others)
    where, size = np.flatnonzero(near), len(ours) * len(others)
    cell = where - where // size * size
    common = np.bincount(cell, minlength=size)
    metres = np.bincount(cell, sphere.metres_of_cosine(cosine.ravel()[where]), minlength=size)
    cell = np.flatnonzero(common)
    one, other = pieces.track[ours[cell // len(others)]], pieces.track[others[cell % len(others)]]
    return Meetings(
        np.minimum(one, other),
        np.maximum(one, other),
        common[cell].astype(np.int32),
        metres[cell].astype(np.int64),  # exact: whole numbers
    )
