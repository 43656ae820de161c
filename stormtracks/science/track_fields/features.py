"""The features that are sampled: which roles each needs, what it was made of, and why one is missing."""

from collections.abc import Collection, Mapping

NEEDS: Mapping[str, tuple[str, ...]] = {
    "pressure_min": ("pressure",),
    "pressure_lat": ("pressure",),
    "pressure_lon": ("pressure",),
    "pressure_depth": ("pressure",),
    "warm_core": ("height_upper", "height_middle"),
    "lower_thickness_asymmetry": ("height_middle", "height_lower"),
    "thermal_wind_lower": ("height_middle", "height_lower"),
    "thermal_wind_upper": ("height_upper", "height_middle"),
    "wind_max": ("u", "v"),
    "wind_max_distance": ("u", "v"),
    "vorticity_mean": ("vorticity",),
    "t850": ("temperature",),
    "pwat": ("precipitable_water",),
    "cape": ("cape",),
    "sea": (),
}
"""By feature: the roles of the fields that it is made of. `vorticity` is cyclonic, positive in both hemispheres,
and is made of the wind where it is not there."""

MEANS = {"t850": "temperature", "pwat": "precipitable_water", "cape": "cape"}
"""Features that are the mean of a role's field within `mean_radius_km`."""

LAYERS = (
    ("thermal_wind_lower", "height_lower", "height_middle"),
    ("thermal_wind_upper", "height_middle", "height_upper"),
)
"""Thermal winds, and the heights below and above their layer."""

OF_HEIGHTS = ("warm_core", "lower_thickness_asymmetry", "thermal_wind_lower", "thermal_wind_upper")
"""Features that say of what kind a low is."""

AROUND_LOWS = ("wind_max", "wind_max_distance", "vorticity_mean", *MEANS)
"""Further features that are looked for around closed lows only, with `collect_points` "lows"."""

LEVELS_HPA: Mapping[str, float] = {"height_upper": 200.0, "height_middle": 500.0, "height_lower": 1000.0}
"""Pressure of each height where nothing else is said."""


def available(roles: Collection[str]) -> list[str]:
    """The features that can be made of some roles, in the order of `NEEDS`."""
    there = _with_vorticity(roles)
    return [name for name, needed in NEEDS.items() if there.issuperset(needed)]


def missing(roles: Collection[str], why: Mapping[str, str]) -> dict[str, str]:
    """The features that cannot be made of some roles -> why not.

    Parameters
    ----------
    roles : collection of str
        The roles that are there.
    why : mapping
        By role: why it is not there.

    Examples
    --------
    >>> from stormtracks.science.track_fields import features
    >>> features.missing(set(features.LEVELS_HPA) | {"u", "v", "vorticity", "temperature", "cape"},
    ...                  {"pressure": "no file with pressure", "precipitable_water": "no file with pwat"})["pwat"]
    'no file with pwat'
    """
    there = _with_vorticity(roles)
    return {
        name: "; ".join(dict.fromkeys(why.get(role, f"no field of {role}") for role in needed if role not in there))
        for name, needed in NEEDS.items()
        if not there.issuperset(needed)
    }


def _with_vorticity(roles: Collection[str]) -> set[str]:
    """The roles, and vorticity where it can be made of the winds."""
    return {*roles, "vorticity"} if {"u", "v"}.issubset(roles) else set(roles)
