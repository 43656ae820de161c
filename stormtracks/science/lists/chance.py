"""How probable it is that a track is a tropical cyclone, by how far it is beyond the conditions of the rule."""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.lists.evidence import Evidence
from stormtracks.science.records import TimeAxis, Tracks

_SHIPPED = Path(__file__).parent.parent / "data" / "tc_probability.json"
_LEAST_MARGIN = 0.05


def of(margin: Floats, tracks: Tracks, axis: TimeAxis, evidence: Evidence) -> Floats:
    """Probability of each track, shape (ntracks,), float32.

    Parameters
    ----------
    margin : ndarray of float, shape (ntracks,)
        From `tropical.track_margin`; -inf where the track cannot be one.
    tracks : Tracks
    axis : TimeAxis
    evidence : Evidence

    Notes
    -----
    A logistic function of what `predictors` says, whose coefficients were fitted on planted seasons, for each kind of
    evidence its own (``data/tc_probability.json`` says on which). A track that is out of the question has 0.
    """
    weights = _weights(evidence.name)
    score = weights[0] + predictors(margin, tracks, axis) @ weights[1:]
    return np.where(margin > -np.inf, 1 / (1 + np.exp(-score)), 0).astype(np.float32)


def predictors(margin: Floats, tracks: Tracks, axis: TimeAxis) -> Floats:
    """What the probability depends on, shape (ntracks, 3): ln margin, ln days of life, tens of degrees at birth."""
    days = tracks.row_size * (axis.step_hours or 6.0) / 24
    birth = np.abs(tracks.lat[tracks.start]) / 10
    return np.column_stack([np.log(np.maximum(margin, _LEAST_MARGIN)), np.log(np.maximum(days, 0.25)), birth])


def _weights(name: str) -> Floats:
    return np.array(shipped()["coefficients"][name], float)


@functools.cache
def shipped() -> dict[str, Any]:
    """The coefficients that are shipped, and what they were fitted on."""
    loaded: dict[str, Any] = json.loads(_SHIPPED.read_text())
    return loaded
