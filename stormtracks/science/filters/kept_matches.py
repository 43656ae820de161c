"""Matches of all tracks of a member -> those of the tracks that are kept."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.records import Matches

_OF_A_MISS: dict[str, Any] = {
    "common_times": 0, "mean_distance_km": np.nan, "first_time": np.datetime64("NaT"),
    "last_time": np.datetime64("NaT"), "lead_hours": np.nan,
}  # fmt: skip


def of_kept(row_size: Ints, matches: Matches, kept: Bools) -> Matches:
    """What becomes of the best tracks where only some tracks are kept.

    Parameters
    ----------
    row_size : ndarray of int, shape (ntracks,)
        Points of each of the member's tracks.
    matches : Matches
        Of all tracks.
    kept : ndarray of bool, shape (ntracks,)

    Returns
    -------
    Matches
        As many rows. `track` and `storm_of_track` count the kept tracks. A best track whose match is left out has the
        longest of its other pieces that is kept; without any it is a miss. Distance, lead and common times of a hit
        stay what they are of all its pieces, since they are about the storm.
    """
    track = _standing_in(row_size, matches, kept)
    new = np.cumsum(kept) - 1
    gone = track < 0
    columns: dict[str, npt.NDArray[Any]] = {
        name: np.where(gone, np.asarray(value, getattr(matches, name).dtype), getattr(matches, name))
        for name, value in _OF_A_MISS.items()
    }
    return dataclasses.replace(
        matches,
        track=np.where(gone, -1, new[track] if len(new) else track).astype(np.int32),
        storm_of_track=matches.storm_of_track[kept],
        **columns,
    )


def _standing_in(row_size: Ints, matches: Matches, kept: Bools) -> Ints:
    """Number of each best track's match among all tracks, or of its longest other piece that is kept; -1 for none."""
    piece = np.flatnonzero(kept & (matches.storm_of_track >= 0))
    piece = piece[np.argsort(row_size[piece], kind="stable")]
    longest = np.full(len(matches), -1)
    longest[matches.storm_of_track[piece]] = piece  # of several the last, the longest, stays
    own = matches.hit & np.append(kept, False)[matches.track]  # -1: the False
    return np.where(own, matches.track, longest)
