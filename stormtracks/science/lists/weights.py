"""A fitted logistic function <-> JSON, with what it was fitted on; it is refused for anything else."""

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import disk
from stormtracks.errors import BadValue
from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.lists.features import Features
from stormtracks.science.lists.logistic import Logistic

FORMAT = 1
COMPARED = ("inputs", "grid_degrees", "made_of", "settings")
"""What must be the same of the data that weights were fitted on and of those that they are used for."""


@dataclass(frozen=True)
class Weights:
    """A logistic function of named features.

    Attributes
    ----------
    names, variables : tuple of str
        As of `Features`.
    logistic : Logistic
    fitted_on : dict
        In plain values: "years", "members", "inputs" (kinds of files), "grid_degrees", "made_of", "settings" (of
        ``vort_track``), "version", "counts".
    """

    names: tuple[str, ...]
    variables: tuple[str, ...]
    logistic: Logistic
    fitted_on: Mapping[str, Any]

    def probability(self, described: Features) -> Floats:
        """Of each track, shape (ntracks,).

        Raises
        ------
        BadValue
            The features are of other variables.
        """
        lacking = [name for name in self.names if name not in described.names]
        if lacking:
            raise BadValue(
                f"the weights need {', '.join(self.variables)}, but the tracks have {', '.join(described.variables)}: "
                f"there is no {', '.join(lacking)}. Fit others, or collect these fields"
            )
        columns = [described.names.index(name) for name in self.names]
        return self.logistic.probability(described.values[:, columns])

    def differences(self, data: Mapping[str, Any]) -> list[str]:
        """In what data differ from those that the weights were fitted on, as text; empty where in nothing.

        Parameters
        ----------
        data : mapping
            The keys of `COMPARED`; what is not said is not compared.
        """
        plain = json.loads(json.dumps(dict(data)))
        known = {name: json.dumps(value) for name, value in self.fitted_on.items()}
        return [
            f"{name} was {known.get(name, 'not said'):.200}, is {json.dumps(plain[name]):.200}"
            for name in COMPARED
            if name in plain and (name not in known or plain[name] != self.fitted_on[name])
        ]

    def check(self, data: Mapping[str, Any], where: object) -> None:
        """Refuse data that the weights were not fitted for.

        Raises
        ------
        BadValue
            The message says in what they differ.
        """
        if found := self.differences(data):
            raise BadValue(
                f"{where}: these weights were fitted on other data: {'; '.join(found)}. Fit weights for these with inv "
                "classify, or insist with --set other_weights=allow"
            )


def save(weights: Weights, path: str | os.PathLike[str]) -> None:
    """Write weights as JSON.

    Raises
    ------
    OSError
        It cannot be written.
    """
    content = {
        "stormtracks_weights": FORMAT,
        "names": weights.names,
        "variables": weights.variables,
        "intercept": weights.logistic.intercept,
        **{name: values.tolist() for name, values in _arrays(weights.logistic).items()},
        "fitted_on": weights.fitted_on,
    }
    disk.write_whole(Path(path), json.dumps(content, indent=1).encode())


def load(path: str | os.PathLike[str]) -> Weights:
    """Read weights.

    Raises
    ------
    InputError
        No such file, or it does not hold weights.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if content["stormtracks_weights"] > FORMAT:
            raise InputError(f"{path}: these weights are of a later version; update stormtracks")
        return _weights(content)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give the file that inv classify --save wrote") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: does not hold weights ({error}); give the file that inv classify --save wrote"
        ) from error


def _weights(content: Mapping[str, Any]) -> Weights:
    names = tuple(map(str, content["names"]))
    arrays = {name: np.array(content[name], float) for name in ("coefficients", "centre", "spread")}
    for name, values in arrays.items():
        if values.shape != (len(names),) or not np.isfinite(values).all():
            raise ValueError(f"'{name}' must be {len(names)} finite numbers")
    if not (arrays["spread"] > 0).all():
        raise ValueError("'spread' must be above 0")
    intercept = float(content["intercept"])
    if not np.isfinite(intercept):
        raise ValueError("'intercept' must be a finite number")
    logistic = Logistic(intercept=intercept, **arrays)
    return Weights(names, tuple(map(str, content["variables"])), logistic, dict(content["fitted_on"]))


def _arrays(logistic: Logistic) -> dict[str, Floats]:
    return {
        field.name: getattr(logistic, field.name) for field in dataclasses.fields(logistic) if field.name != "intercept"
    }
