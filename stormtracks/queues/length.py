"""How long a job may run, as `time` of hosts.yaml has it."""

import re

_LENGTH = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", re.ASCII)


def seconds(time: str) -> float | None:
    """Seconds that a text for a queue means; None: it means none.

    Parameters
    ----------
    time : str
        H:MM:SS, M:SS, a number of minutes, or with days before: D-H, D-HH:MM, D-HH:MM:SS. PBS takes the first only.

    Examples
    --------
    >>> from stormtracks.queues import length
    >>> length.seconds("1:30:00"), length.seconds("90"), length.seconds("1-12")
    (5400.0, 5400.0, 129600.0)
    """
    if not (found := _LENGTH.fullmatch(time.strip())):
        return None
    days, *parts = (int(part) if part else None for part in found.groups())
    given = [part for part in parts if part is not None]
    if days is not None:  # hours come first then
        hours, minutes, rest = [*given, 0, 0][:3]
    elif len(given) < 3:  # minutes do
        hours, minutes, rest = 0, *[*given, 0][:2]
    else:
        hours, minutes, rest = given
    return float(((days or 0) * 24 + hours) * 3600 + minutes * 60 + rest)
