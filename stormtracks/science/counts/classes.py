"""Intensity classes of observed storms."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Ints


@dataclass(frozen=True)
class IntensityClass:
    """A class of storms by their highest observed wind: `key` is for programs, `label` for people."""

    key: str
    label: str


BOUNDS_KT = (34.0, 64.0, 96.0)
"""Lower bounds, inclusive, of tropical storm, hurricane and major hurricane: knots (Saffir-Simpson scale, NHC)."""

CLASSES = (
    IntensityClass("below_34kt", "below 34 kt"),
    IntensityClass("tropical_storm", "34-63 kt"),
    IntensityClass("hurricane", "64-95 kt"),
    IntensityClass("major_hurricane", "96 kt and over"),
    IntensityClass("unknown", "wind unknown"),
)
UNKNOWN = len(CLASSES) - 1


def intensity_class(max_wind_kt: npt.ArrayLike) -> Ints:
    """Number of each storm's class in `CLASSES`.

    Parameters
    ----------
    max_wind_kt : array_like, shape (n,)
        Highest observed wind, knots; NaN where no agency gives one.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    wind = np.asarray(max_wind_kt, dtype=float)
    return np.where(np.isnan(wind), UNKNOWN, np.digitize(wind, BOUNDS_KT))
