"""Whether the packages that stormtracks needs are here, in versions that it allows."""

import re
from collections.abc import Iterable
from importlib import metadata

from stormtracks.checkout import CHECKOUT

_LINE = re.compile(r"([A-Za-z0-9._-]+)\s*((?:[<>=!]=?\s*[0-9.]+\s*,?\s*)*)")
_BOUND = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9.]+)")
_HOLDS = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


def needed() -> dict[str, str]:
    """Package -> bounds, from the checkout's requirements.txt, else from what pip was told when it installed this."""
    listed = CHECKOUT / "requirements.txt"
    if listed.exists():
        return requirements(listed.read_text().splitlines())
    return requirements(line for line in metadata.requires("stormtracks") or () if ";" not in line)  # no extras


def requirements(lines: Iterable[str]) -> dict[str, str]:
    """Package -> bounds, such as "numpy" -> ">=1.26,<3", from lines of plain names and versions."""
    lines = [line.split("#")[0].strip() for line in lines]
    return {
        found[1]: found[2].replace(" ", "") for line in lines if line[:1].isalnum() and (found := _LINE.match(line))
    }


def installed(name: str) -> str | None:
    """The version that is installed; None where none is."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def fault(name: str, bounds: str) -> str | None:
    """What is wrong with a package; None: nothing."""
    found = installed(name)
    if found is None:
        return f"{name} is missing"
    wrong = [f"{sign}{bound}" for sign, bound in _BOUND.findall(bounds) if not _holds(found, sign, bound)]
    return f"{name} is {found}, but must be {', '.join(wrong)}" if wrong else None


def _holds(found: str, sign: str, bound: str) -> bool:
    """Compares release numbers, as long as the longer one; 2.0rc1 counts as 2.0."""
    left = _numbers(found)
    right = _numbers(bound)
    length = max(len(left), len(right))
    return _HOLDS[sign](left + [0] * (length - len(left)), right + [0] * (length - len(right)))


def _numbers(text: str) -> list[int]:
    release = re.match(r"[0-9]+(?:\.[0-9]+)*", text)
    return [int(part) for part in release[0].split(".")] if release else []
