"""What storms are counted by: how strong they became, how long they lasted, in which month they began."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Floats
from stormtracks.science.heads import Heads

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Quantity:
    """A number that each track has, or lacks.

    Attributes
    ----------
    key : str
    label : str
        What it is, with its unit, as on an axis.
    unit : str
        That of its bins.
    width : float
        Of a bin, in its unit.
    of : callable
        Its values, shape (ntracks,); NaN where a track has none.
    """

    key: str
    label: str
    unit: str
    width: float
    of: Callable[[Heads], Floats]


def _lifetime(heads: Heads) -> Floats:
    return np.asarray(heads.hours, float) / 24.0


def _month(heads: Heads) -> Floats:
    return np.asarray(calendars.months(heads.genesis_time, heads.calendar), float) - 1.0


VORTICITY = Quantity(
    "vorticity",
    "strongest vorticity of a track (10$^{-5}$ s$^{-1}$)",
    "$\\times$10$^{-5}$ s$^{-1}$",
    1.0,
    lambda heads: heads.peak_s1.astype(float) * 1e5,
)
WIND = Quantity(
    "wind",
    "highest wind of a storm (m s$^{-1}$)",
    "m s$^{-1}$",
    5.0,
    lambda heads: heads.wind_m_s.astype(float),
)
PRESSURE = Quantity(
    "pressure",
    "lowest pressure of a storm (hPa)",
    "hPa",
    5.0,
    lambda heads: heads.pressure_pa.astype(float) / 100.0,
)
LIFETIME = Quantity("lifetime", "from the first point to the last (days)", "d", 1.0, _lifetime)
MONTH = Quantity("month", "month of genesis", "month", 1.0, _month)
"""The month of the first point, 0 to 11; of a list's storm, of the first point at which it is of its class."""
