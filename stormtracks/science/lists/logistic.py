"""A logistic function of features: fitted by Newton steps with a ridge, in NumPy."""

from dataclasses import dataclass

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science.arrays import Bools, Floats

RIDGE = 2.0
"""Half of it times the squared coefficients is added to what is minimised: as C = 0.5 of scikit-learn."""

_STEPS = 50
_CLOSE = 1e-8


@dataclass(frozen=True)
class Logistic:
    """Probability = 1 / (1 + exp(-(intercept + coefficients . (x - centre) / spread))).

    Attributes
    ----------
    intercept : float
    coefficients, centre, spread : ndarray of float64, shape (nfeatures,)
    """

    intercept: float
    coefficients: Floats
    centre: Floats
    spread: Floats

    def probability(self, values: Floats) -> Floats:
        """Of each row, shape (n,).

        Parameters
        ----------
        values : ndarray of float, shape (n, nfeatures)
        """
        return sigmoid(self.intercept + ((values - self.centre) / self.spread) @ self.coefficients)


def fit(values: Floats, true: Bools, *, ridge: float = RIDGE) -> Logistic:
    """The logistic function that makes what was observed most probable.

    Parameters
    ----------
    values : ndarray of float, shape (n, nfeatures)
    true : ndarray of bool, shape (n,)
    ridge : float
        Keeps coefficients small, and finite where the features tell all apart; the intercept is free of it.

    Returns
    -------
    Logistic

    Raises
    ------
    BadValue
        None of `true`, or all: there is nothing to tell apart.

    Notes
    -----
    Newton's method (iteratively reweighted least squares), whose step is halved while it makes things worse. Features
    are centred and scaled by their standard deviation first; one that is the same everywhere has no say.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.lists.logistic import fit
    >>> hours = np.arange(40.0)[:, None]
    >>> found = fit(hours, hours[:, 0] >= 20)
    >>> found.probability(np.array([[5.0], [35.0]])).round(2).tolist()
    [0.08, 0.94]
    """
    if true.all() or not true.any():
        share = "all" if true.any() else "none"
        raise BadValue(
            f"of {len(true):,} tracks {share} match a storm, so there is nothing to tell apart; give other years, or "
            "results that were matched with best tracks"
        )
    centre, spread = values.mean(axis=0), values.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(values)), (values - centre) / spread])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 0.0
    weights: Floats = np.zeros(design.shape[1])
    weights[0] = np.log(true.mean() / (1 - true.mean()))
    cost = _cost(design, true, weights, penalty)
    for _ in range(_STEPS):
        step = _newton_step(design, true, weights, penalty)
        weights, cost, before = *_line(design, true, weights, penalty, step, cost), cost
        if before - cost <= _CLOSE * max(cost, 1.0):
            break
    return Logistic(float(weights[0]), weights[1:], centre, spread)


def sigmoid(score: Floats) -> Floats:
    """1 / (1 + exp(-score)), without overflow."""
    return 0.5 * (1 + np.tanh(score / 2))


def _newton_step(design: Floats, true: Bools, weights: Floats, penalty: Floats) -> Floats:
    chance = sigmoid(design @ weights)
    slope = design.T @ (true - chance) - penalty * weights
    curvature = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty + 1e-10)
    return np.linalg.solve(curvature, slope)


def _line(
    design: Floats, true: Bools, weights: Floats, penalty: Floats, step: Floats, cost: float
) -> tuple[Floats, float]:
    """The weights after as much of a step as makes them better, and their cost."""
    for halvings in range(30):
        tried = weights + step / 2**halvings
        new = _cost(design, true, tried, penalty)
        if new <= cost:
            return tried, new
    return weights, cost


def _cost(design: Floats, true: Bools, weights: Floats, penalty: Floats) -> float:
    score = design @ weights
    return float(np.logaddexp(0, np.where(true, -score, score)).sum() + (penalty * weights**2).sum() / 2)
