"""What may be asked of the files: the winds or the vorticity that are tracked, and further fields, each by its role."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """What a variable is asked for.

    Attributes
    ----------
    quantity : str
        What it is a field of; roles of one quantity differ in their level alone.
    units : str
        As it is handed over.
    low, high : float
        No field of a reanalysis passes them (in `units`); wide enough for what is extrapolated below the ground.
    same : float
        What is the same may differ by this in two files (in `units`): packing of each file by itself.
    levels : tuple of float
        Pressure levels (hPa), the one that is asked for first; empty for what has none, or any (the winds).
    what : str
        Its name in a message.
    names : str
        Names that files have for it, in a message.
    """

    quantity: str
    units: str
    low: float
    high: float
    same: float
    levels: tuple[float, ...] = ()
    what: str = ""
    names: str = ""

    @property
    def largest(self) -> float:
        """No value is as large as this, its sign left out."""
        return max(-self.low, self.high)


_HEIGHT = "geopotential height"
_HEIGHTS = "z, hgt, zg"
ROLES = {
    # jet streaks: 130 m s-1; eyewalls: 0.01 s-1
    "u": Role("u", "m s-1", -250.0, 250.0, 0.01, what="u"),
    "v": Role("v", "m s-1", -250.0, 250.0, 0.01, what="v"),
    "vorticity": Role("vorticity", "s-1", -0.1, 0.1, 1e-7, what="vorticity"),
    # the lowest and the highest that were ever measured: 870 and 1085 hPa
    "pressure": Role(
        "pressure", "Pa", 80_000.0, 115_000.0, 1.0, what="the pressure at mean sea level", names="prmsl, msl, psl"
    ),
    # 300 hPa in a polar low: 8,000 m; 200 hPa in the tropics: 12,600 m
    "height_upper": Role("height", "m", 6_000.0, 14_000.0, 0.1, (200.0, 250.0, 300.0), _HEIGHT, _HEIGHTS),
    "height_middle": Role("height", "m", 2_500.0, 7_000.0, 0.1, (500.0,), _HEIGHT, _HEIGHTS),
    "height_lower": Role("height", "m", -3_000.0, 1_500.0, 0.1, (1000.0,), _HEIGHT, _HEIGHTS),
    "temperature": Role("temperature", "K", 170.0, 340.0, 0.01, (850.0,), "the temperature", "t850, t, ta"),
    "precipitable_water": Role(
        "precipitable_water", "kg m-2", -5.0, 150.0, 0.1, what="the precipitable water", names="pwat, tcwv, prw"
    ),
    "cape": Role(
        "cape", "J kg-1", -100.0, 20_000.0, 1.0, what="the convective available potential energy", names="cape"
    ),
}
WINDS = ("u", "v")
TRACKED = (*WINDS, "vorticity")
"""Roles of what is tracked: the winds, or else the vorticity."""
FURTHER = tuple(role for role in ROLES if role not in TRACKED)
"""Roles of the fields that are looked at along tracks; each of them may be lacking."""


def of_quantity(quantity: str) -> tuple[str, ...]:
    """The roles of a quantity: three of the heights, one of any other.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import roles
    >>> roles.of_quantity("height")
    ('height_upper', 'height_middle', 'height_lower')
    """
    return tuple(role for role, one in ROLES.items() if one.quantity == quantity)


def described(role: str) -> str:
    """What a role asks for, with its levels, for a message.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import roles
    >>> roles.described("height_upper")
    'geopotential height at 200, 250 or 300 hPa'
    """
    one = ROLES[role]
    if not one.levels:
        return one.what
    levels = [f"{level:g}" for level in one.levels]
    either = " or ".join(filter(None, (", ".join(levels[:-1]), levels[-1])))
    return f"{one.what} at {either} hPa"
