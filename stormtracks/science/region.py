"""A part of the globe, and whether four numbers can be one. Without NumPy, since settings are read without it."""

from typing import TypeAlias

from stormtracks.errors import BadValue

Region: TypeAlias = tuple[float, float, float, float]
"""South, north, west, east, in degrees; west > east goes through 180 or 0."""


def check_region(region: Region | None, name: str = "'region'") -> None:
    """Refuse what cannot be a region; None is the globe.

    Parameters
    ----------
    region : tuple of float or None
    name : str, optional
        What the message calls it.

    Raises
    ------
    BadValue
        There are not four edges, one is no number of degrees, south is not south of north, or the width is 0.

    Examples
    --------
    >>> from stormtracks.science.region import check_region
    >>> check_region((0, 40, 150, -150))  # across the date line
    """
    if region is None:
        return
    if len(region) == 4:
        south, north, west, east = region
        in_degrees = all(-360 <= edge <= 360 for edge in (west, east))  # not so for NaN
        if -90 <= south < north <= 90 and in_degrees and west != east:
            return
    raise BadValue(
        f"{name} must be south, north, west, east in degrees with south < north and west other than east, not {region}"
    )
