"""The unit of a wind or a pressure, as files write it -> what its values are multiplied by for knots or hPa."""

import re

_SPEEDS = {
    1.0: r"k[tn]s?|kn_?ots?|knots?|knts?",
    1.0 / 0.514444: r"(m|met(er|re)s?)(_?(per_)?|p)(s|sec|second)(_?1)?|ms|mps",
    1.0 / 1.852: r"(km|kilomet(er|re)s?)_?(per_)?(h|hr|hour)(_?1)?|kmph|kph",
    1609.344 / 1852.0: r"(mi|miles?)_?(per_)?(h|hr|hour)(_?1)?|mph",
}
_PRESSURES = {
    1.0: r"mbs?|mbars?|millibars?|hpas?|hectopascals?",
    0.01: r"pas?|pascals?",
    10.0: r"kpa|kilopascals?",
    1000.0: r"bars?",
    33.8639: r"in_?hg|inches_of_mercury",
    1.333224: r"mm_?hg|torr",
}


def bare(text: str) -> str:
    """A name or unit in small letters, with underscores for all marks: "wind (m/s)" is wind_m_s."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def factor(unit: str, of_pressure: bool) -> float | None:
    """What values of a unit are multiplied by for knots, or for hPa; None where the unit is not known.

    Examples
    --------
    >>> from stormtracks.science.best_tracks.units import factor
    >>> round(factor("m s-1", False), 3), factor("kts", False), factor("Pa", True), factor("Beaufort", False)
    (1.944, 1.0, 0.01, None)
    """
    known = _PRESSURES if of_pressure else _SPEEDS
    return next((factor for factor, pattern in known.items() if re.fullmatch(pattern, bare(unit))), None)
