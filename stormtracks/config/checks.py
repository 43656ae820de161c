"""What a value of hosts.yaml must be, whatever its key."""

import math
import re

from stormtracks.errors import BadValue

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def name(value: str) -> None:
    """Refuse what could not stand in a name of a file, or a worker."""
    if not _NAME.fullmatch(value):
        raise BadValue(f"'name' must consist of letters, digits, '.', '_' and '-', not {value!r}")


def port(key: str, value: int) -> None:
    """Refuse what is not the number of a port."""
    if not 1 <= value <= 65535:
        raise BadValue(f"'{key}' must be 1 to 65535, not {value}")


def text(key: str, value: str, may_be_empty: bool = False) -> None:
    """Refuse an empty text, one that no command can be given, and what SSH would read as an option."""
    if not value and not may_be_empty:
        raise BadValue(f"'{key}' must not be empty; to use its default, remove the key")
    if "\0" in value:
        raise BadValue(f"'{key}' must not have NUL characters: {value!r}")
    if key in ("address", "jump", "user", "host") and value.startswith("-"):
        raise BadValue(f"'{key}' must not start with '-', because SSH would read it as an option: {value!r}")


def at_least_1(key: str, value: float | None, most: float) -> None:
    """Refuse a number below 1 or above `most`; None is fine."""
    if value is not None and not 1 <= value <= most:
        limit = "most" if value > most else "least"
        raise BadValue(f"'{key}' must be at {limit} {most if value > most else 1}, not {value}")


def at_least_0(key: str, value: float | None, most: float) -> None:
    """Refuse a number below 0 or above `most`, and one without end; None is fine."""
    if value is not None and not (0 <= value <= most and value < math.inf):
        allowed = "0 or more" if most == math.inf else f"from 0 to {most}"
        raise BadValue(f"'{key}' must be {allowed}, not {value}")


def variable(key: str, value: str) -> None:
    """Refuse what no environment variable can be called."""
    if not _VARIABLE.fullmatch(value):
        raise BadValue(f"'{key}': {value!r} is not the name of an environment variable")
