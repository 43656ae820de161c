"""Probabilities and what came of them -> how far they can be believed: reliability diagram, Brier score."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.errors import InputError


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram; arrays have shape (nbins,), one value per equal part of 0 to 1.

    Attributes
    ----------
    edges : ndarray of float64, shape (nbins + 1,)
    number : ndarray of int64
        Forecasts in each part.
    forecast, observed : ndarray of float64
        Their mean probability, and the share of them that came true; NaN where there are none.
    low, high : ndarray of float64
        Interval of 90 % of that share (Wilson 1927).
    brier : float
        Mean of (probability - outcome)^2; NaN without forecasts.
    climatology : float
        Brier score of the share of all that came true, as the forecast of each.
    """

    edges: Floats
    number: Ints
    forecast: Floats
    observed: Floats
    low: Floats
    high: Floats
    brier: float
    climatology: float

    @property
    def skill(self) -> float:
        """Brier skill score against climatology: 1 is perfect, 0 no better; NaN where all outcomes are alike."""
        return 1.0 - self.brier / self.climatology if self.climatology > 0 else np.nan

    def worst(self, least: int = 20) -> float:
        """Largest distance from the diagonal over the parts with at least so many forecasts; NaN where none has."""
        enough = self.number >= least
        return float(np.abs(self.forecast - self.observed)[enough].max()) if enough.any() else np.nan


def reliability(probability: npt.ArrayLike, outcome: npt.ArrayLike, bins: int = 10) -> Reliability:
    """Compare probabilities with outcomes.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        From 0 to 1.
    outcome : array_like of bool, shape (n,)
    bins : int

    Returns
    -------
    Reliability

    Raises
    ------
    InputError
        A probability that is not from 0 to 1, or another number of outcomes.

    Examples
    --------
    >>> from stormtracks.science.consensus.reliability import reliability
    >>> made = reliability([0.1, 0.1, 0.9, 0.9], [False, False, True, True])
    >>> round(made.brier, 3), made.climatology, made.number.tolist()
    (0.01, 0.25, [0, 2, 0, 0, 0, 0, 0, 0, 0, 2])
    """
    chance, true = np.asarray(probability, float), np.asarray(outcome, bool)
    if chance.shape != true.shape or not ((chance >= 0) & (chance <= 1)).all():
        raise InputError("each outcome needs one probability from 0 to 1; give two lists of the same length")
    part = np.minimum((chance * bins).astype(int), bins - 1)
    number = np.bincount(part, minlength=bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        forecast = np.bincount(part, chance, minlength=bins) / number
        observed = np.bincount(part, true, minlength=bins) / number
    rate = float(true.mean()) if len(true) else np.nan
    return Reliability(
        edges=np.linspace(0.0, 1.0, bins + 1),
        number=number,
        forecast=forecast,
        observed=observed,
        **_wilson(observed, number),
        brier=float(np.mean((chance - true) ** 2)) if len(true) else np.nan,
        climatology=rate * (1.0 - rate),
    )


def _wilson(share: Floats, number: Ints, z: float = 1.645) -> dict[str, Floats]:
    """Interval of a share of so many trials."""
    n = np.maximum(number, 1)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return {"low": middle - half, "high": middle + half}


def of_storms(calibrated: Floats, real: Bools) -> Reliability:
    """The reliability of storms' calibrated probabilities; storms without one are left out."""
    known = np.isfinite(calibrated)
    return reliability(calibrated[known], real[known])
