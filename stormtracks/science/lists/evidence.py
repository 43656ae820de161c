"""What is known around the points of tracks: it decides what a cyclone can be told by."""

import re
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.records import Tracks
from stormtracks.science.track_fields import TrackFields


@dataclass(frozen=True)
class Evidence:
    """Which features there are; each of them is known at some point at least.

    Attributes
    ----------
    pressure, warm_core, wind : bool
    core_level_hpa : float or None
        Upper level of the thickness that the warm core was made of.
    """

    pressure: bool
    warm_core: bool
    wind: bool
    core_level_hpa: float | None = None

    @classmethod
    def of(cls, fields: TrackFields) -> "Evidence":
        """What a member's fields show."""
        known = {name for name, values in fields.values.items() if np.isfinite(values).any()}
        return cls(
            pressure="pressure_depth" in known,
            warm_core="warm_core" in known,
            wind="wind_max" in known,
            core_level_hpa=_upper_level(fields.made_of.get("warm_core", "")),
        )

    @property
    def name(self) -> str:
        """What a tropical cyclone is told by, such as "pressure, warm core, wind"."""
        first = "pressure" if self.pressure else "vorticity"
        return ", ".join([first, *["warm core"] * self.warm_core, *["wind"] * self.wind])

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is not known, and what that costs; a sentence each."""
        said = []
        if not self.pressure:
            said.append(
                "there is no pressure around the tracks: cyclones are told by vorticity and wind alone, and a third to "
                "two thirds of such a list are false (docs/skill.md); add the pressure at mean sea level"
            )
        if not self.warm_core:
            said.append(
                "there are no heights around the tracks: warm and cold cores are told apart by latitude, birth and "
                "life only (docs/skill.md says what that costs); add the heights of 500 and 200 or 300 hPa"
            )
        return tuple(said)


def _upper_level(made_of: str) -> float | None:
    """The lowest pressure that "hgt at 200 hPa and hgt at 500 hPa" or "z200 - z500" names, hPa."""
    levels = re.findall(r"(\d+(?:\.\d+)?) hPa", made_of) or re.findall(r"\d{3,}", made_of)
    return min(map(float, levels), default=None)


def feature(tracks: Tracks, fields: TrackFields, name: str) -> Floats:
    """A feature of each point as float64, shape (npoints,); NaN where it is not known."""
    return fields.get(name, len(tracks.time)).astype(float)


def at_sea(tracks: Tracks, fields: TrackFields) -> Bools:
    """Which points are not known to be over land, shape (npoints,)."""
    return feature(tracks, fields, "sea") != 0
