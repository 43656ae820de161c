"""What share of the lists and mean probability are worth: fitted where the truth is known, kept as JSON."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import disk
from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.errors import InputError
from stormtracks.science.lists import logistic

SHIPPED = Path(__file__).parents[1] / "data" / "calibration.json"
FEATURES = ("share", "probability")
_RIDGE = 1.0
"""Penalty of large weights: few storms of a list are false, and those could be told apart by chance."""


@dataclass(frozen=True)
class Calibration:
    """Share and mean probability of a storm -> how often such a storm is real.

    Attributes
    ----------
    intercept : float
    weights : tuple of float
        Of share and of probability, in the order of `FEATURES`; none is negative, so that what more lists hold is never
        less probable.
    about : dict
        What it was fitted on and tested on, in plain values.
    """

    intercept: float
    weights: tuple[float, ...]
    about: Mapping[str, Any] = field(default_factory=dict)

    def probability(self, held_by: Bools, probability: Floats) -> Floats:
        """Calibrated probability of storms.

        Parameters
        ----------
        held_by : ndarray of bool, shape (nstorms, nmembers)
            Whose list has each storm.
        probability : ndarray of float, shape (nstorms,)
            Mean over all members.

        Returns
        -------
        ndarray of float64, shape (nstorms,)
        """
        return logistic.sigmoid(self.intercept + features(held_by, probability) @ np.array(self.weights))

    @classmethod
    def fit(cls, features: Floats, real: Bools, about: Mapping[str, Any] | None = None) -> "Calibration":
        """Fit on storms whose truth is known.

        Parameters
        ----------
        features : ndarray of float, shape (n, 2)
            As `features` makes them, of all storms of the seasons to fit on.
        real : ndarray of bool, shape (n,)
            Whether each is a true storm.
        about : dict, optional

        Returns
        -------
        Calibration

        Raises
        ------
        InputError
            No storm to fit on, or only real ones, or none that is real.

        Notes
        -----
        Logistic regression (`lists.logistic`). A feature whose weight comes out negative is left out: with members
        alike, share and probability say nearly the same.
        """
        if not len(real) or real.all() or not real.any():
            what = f"of {len(real):,} storms {'all are' if real.any() else 'none is'} real" if len(real) else "no storm"
            raise InputError(f"{what}: there is nothing to fit a calibration on; give more seasons")
        used = list(range(features.shape[1]))
        while True:
            fitted = logistic.fit(features[:, used], real, ridge=_RIDGE)
            raw = fitted.coefficients / fitted.spread
            negative = [column for column, weight in zip(used, raw, strict=True) if weight < 0]
            if not negative:
                break
            used.remove(negative[0])
        weights = np.zeros(features.shape[1])
        weights[used] = raw
        return cls(float(fitted.intercept - fitted.centre @ raw), tuple(map(float, weights)), about or {})

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "features": list(FEATURES),
            "intercept": round(self.intercept, 4),
            "weights": [round(weight, 4) for weight in self.weights],
            **self.about,
        }


def features(held_by: Bools, probability: Floats) -> Floats:
    """What a calibration is fitted on: the share of the lists and the mean probability, as they are.

    Parameters
    ----------
    held_by : ndarray of bool, shape (nstorms, nmembers)
    probability : ndarray of float, shape (nstorms,)

    Returns
    -------
    ndarray of float64, shape (nstorms, 2)

    Notes
    -----
    Their log odds were tried as well: as good by the Brier score, but too sure of what one list in six has.
    """
    return np.column_stack([held_by.mean(axis=1), probability])


def load(path: str | os.PathLike[str], list_name: str = "tc", classifier: str = "rule") -> Calibration | None:
    """The calibration of a list made by a kind of classifier; None where the file has none.

    Raises
    ------
    InputError
        The file cannot be read, or is not one of calibrations.
    """
    try:
        kept = json.loads(Path(path).read_text(encoding="utf-8"))
        one = kept["calibrations"].get(f"{list_name}, {classifier}")
        if one is None:
            return None
        about = {key: value for key, value in one.items() if key not in ("features", "intercept", "weights")}
        return Calibration(float(one["intercept"]), tuple(map(float, one["weights"])), about)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give a file of calibrations") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: is not a file of calibrations ({error}); give another one") from error


def shipped(list_name: str = "tc", classifier: str = "rule") -> Calibration | None:
    """The calibration that comes with stormtracks; None for a list and a classifier that it was not fitted for.

    Parameters
    ----------
    list_name : {'tc', 'etc'}
    classifier : str
        The setting of the lists: "rule", or "logistic:FILE".
    """
    return load(SHIPPED, list_name, classifier.partition(":")[0])


def save(path: str | os.PathLike[str], calibrations: Mapping[str, Calibration]) -> Path:
    """Write calibrations, by "LIST, CLASSIFIER" such as "tc, rule"; what the file has of others stays."""
    path = Path(path)
    kept = json.loads(path.read_text(encoding="utf-8")).get("calibrations", {}) if path.exists() else {}
    kept |= {key: one.to_json() for key, one in calibrations.items()}
    disk.write_whole(path, (json.dumps({"calibrations": kept}, indent=1) + "\n").encode())
    return path
