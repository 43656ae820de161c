"""Figures and lists as people read them: lengths of time, sizes, positions, some of many names."""

from collections.abc import Sequence


def duration(seconds: float) -> str:
    """A length of time: ``0.4 s``, ``45 s``, ``12 min``, ``3 h 5 min``, ``2 d 4 h``.

    Examples
    --------
    >>> from stormtracks.readable import duration
    >>> duration(5000)
    '1 h 23 min'
    """
    seconds = max(0.0, seconds)
    if seconds < 1:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


def position(lat: float, lon: float) -> str:
    """A place on the Earth, in degrees: ``25.0N 80.3W``; what rounds to zero is north and east.

    Examples
    --------
    >>> from stormtracks.readable import position
    >>> position(-0.01, -80.25)
    '0.0N 80.2W'
    """
    lat, lon = round(float(lat), 1), round(float(lon), 1)
    return f"{abs(lat):.1f}{'S' if lat < 0 else 'N'} {abs(lon):.1f}{'W' if lon < 0 else 'E'}"


def moment(time: object) -> str:
    """A time (datetime64, or its ISO text) to the hour, or to the minute where it is not a whole hour.

    Examples
    --------
    >>> from stormtracks.readable import moment
    >>> moment("2005-08-02T00:00:00"), moment("2005-08-02T01:30:00")
    ('2005-08-02 00', '2005-08-02 01:30')
    """
    text = str(time)[:16].replace("T", " ")
    return text.removesuffix(":00")


def size(count: float) -> str:
    """A number of bytes, in units of 1000: ``1.3 GB``.

    Examples
    --------
    >>> from stormtracks.readable import size
    >>> size(1_284_000_000)
    '1.3 GB'
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def counted(number: int, noun: str) -> str:
    """So many of something, whose plural has an s.

    Examples
    --------
    >>> from stormtracks.readable import counted
    >>> counted(1, "track"), counted(2000, "best track")
    ('1 track', '2,000 best tracks')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def some(texts: Sequence[str], most: int = 3) -> str:
    """A list, of a long one the first few: ``a, b, c, ...``.

    Examples
    --------
    >>> from stormtracks.readable import some
    >>> some(["a", "b"]), some(["a", "b", "c", "d"])
    ('a, b', 'a, b, c, ...')
    """
    return ", ".join(texts[:most]) + (", ..." if len(texts) > most else "")
