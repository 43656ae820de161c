"""The wind that a track's vorticity stands for."""

import math
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats

FEW = 10
"""Observations of storms below which a row is marked as resting on few; and pairs below which no line is fitted."""


@dataclass(frozen=True)
class Strength:
    """The line by which a track's vorticity stands for a wind: fitted to all pairs, of all leads.

    NaN of too few pairs, and where more vorticity does not go with more wind, so that it stands for none.

    Attributes
    ----------
    pairs : int
    kt_per_1e5_s1, kt_at_0 : float
    correlation : float
    """

    pairs: int
    kt_per_1e5_s1: float
    kt_at_0: float
    correlation: float

    @classmethod
    def of(cls, vorticity: Floats, wind_kt: Floats) -> "Strength":
        """The least squares line through the pairs of which both are known."""
        known = np.isfinite(vorticity) & np.isfinite(wind_kt)
        strength, wind = 1e5 * vorticity[known], wind_kt[known]
        if len(wind) < FEW or np.ptp(strength) == 0 or np.ptp(wind) == 0:
            return cls(len(wind), math.nan, math.nan, math.nan)
        slope, at_0 = np.polyfit(strength, wind, 1)
        if slope <= 0:
            return cls(len(wind), math.nan, math.nan, math.nan)
        return cls(len(wind), float(slope), float(at_0), float(np.corrcoef(strength, wind)[0, 1]))

    def errors(self, vorticity: Floats, wind_kt: Floats) -> Floats:
        """Winds by the line minus observed ones, kt; NaN where one is not known."""
        return self.kt_at_0 + self.kt_per_1e5_s1 * 1e5 * vorticity - wind_kt
