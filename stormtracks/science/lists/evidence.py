"""What is known around the points of tracks: it decides what a cyclone can be told by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.records import Tracks
from stormtracks.science.settings import Settings
from stormtracks.science.track_fields import TrackFields


@dataclass(frozen=True)
class Evidence:
    """Which features there are; each of them is known at some point at least, where there are points to look at.

    Attributes
    ----------
    pressure, warm_core, wind : bool
    core_level_hpa : float or None
        Upper level of the thickness that the warm core was made of.
    unknown : mapping of str to float
        Features -> the share of the points at which they were looked for and are not known.
    """

    pressure: bool
    warm_core: bool
    wind: bool
    core_level_hpa: float | None = None
    unknown: Mapping[str, float] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, fields: TrackFields) -> "Evidence":
        """What a member's fields show."""
        known = {name for name in fields.values if _is_known(fields.values, name)}
        return cls(
            pressure="pressure_depth" in known,
            warm_core="warm_core" in known,
            wind="wind_max" in known,
            core_level_hpa=_upper_level(fields.made_of.get("warm_core", "")),
            unknown={name: _unknown(fields.values, name) for name in ASKED if name in known},
        )

    @property
    def name(self) -> str:
        """What a tropical cyclone is told by, such as "pressure, warm core, wind"."""
        first = "pressure" if self.pressure else "vorticity"
        return ", ".join([first, *["warm core"] * self.warm_core, *["wind"] * self.wind])

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is not known, and what that costs; a sentence each."""
        lacking = ["pressure at mean sea level"] * (not self.pressure)
        lacking += ["heights of 500 and 200, 250 or 300 hPa"] * (not self.warm_core)
        said = [f"no {' and no '.join(lacking)}: {self._cost}; add what is missing"] if lacking else []
        for name, share in self.unknown.items():
            if share >= _MANY:
                said.append(
                    f"{ASKED[name]} is not known at about {share:.0%} of the points, where no cyclone is told: "
                    "its files lack times or values (see the remarks of field_collection), or the region ends nearby"
                )
        return tuple(said)

    @property
    def _cost(self) -> str:
        """What lists without pressure, without heights or without both are worth."""
        if not (self.pressure or self.wind):
            return "by vorticity alone nearly all of the list tc is false"
        return "such lists are less sure" if self.warm_core else "FAR of such lists was up to 0.5 (docs/skill.md)"


ASKED = {"pressure_depth": "the pressure", "warm_core": "the height of the levels aloft", "wind_max": "the wind"}
"""Features without which a point is of no cyclone, and what they are made of."""

_MANY = 0.1


def _is_known(values: Mapping[str, Floats], name: str) -> bool:
    """Whether a feature is known anywhere, or would be if there were a low that it is looked for in."""
    if np.isfinite(values[name]).any():
        return True
    depth = values.get("pressure_depth", np.zeros(0, np.float32))
    if name in ("pressure_depth", "pressure_min") or not np.isfinite(depth).any():
        return not values[name].size
    return not (depth >= Settings.core_min_depth_pa).any()


def _unknown(values: Mapping[str, Floats], name: str) -> float:
    """Share of the points at which a feature is not known, in tenths.

    Nothing else is looked for around what pressure shows to be no low: points whose depth is below that of all that
    have the feature do not count.
    """
    found, depth = values[name], values.get("pressure_depth")
    if name != "pressure_depth" and depth is not None:
        found = found[depth >= np.nanmin(depth[np.isfinite(found)], initial=np.inf)]
    return round(float(np.isnan(found).mean()), 1) if found.size else 0.0


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
