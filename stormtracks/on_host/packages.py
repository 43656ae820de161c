"""Whether the packages that stormtracks needs are here, in versions that it allows."""

import re
from collections.abc import Iterable
from importlib import metadata

from stormtracks import extras
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


def needed(wanted: Iterable[str] = ()) -> dict[str, str]:
    """Package -> bounds, from the checkout's requirements.txt, else from what pip was told when it installed this.

    Parameters
    ----------
    wanted : iterable of str
        Extras whose packages are needed too.
    """
    if (CHECKOUT / "requirements.txt").exists():
        files = ["requirements.txt", *map(extras.requirements, wanted)]
        return requirements(line for name in files for line in (CHECKOUT / name).read_text().splitlines())
    told = metadata.requires("stormtracks") or ()
    conditions = {f'extra == "{name}"' for name in wanted} | {f"extra == '{name}'" for name in wanted}
    return requirements(line for line in told if ";" not in line or line.partition(";")[2].strip() in conditions)


def lacking(extra: str) -> list[str]:
    """What is wrong with the packages of an extra; nothing where it is installed."""
    own = needed([extra]).keys() - needed().keys()
    return [text for name, bounds in needed([extra]).items() if name in own and (text := fault(name, bounds))]


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
