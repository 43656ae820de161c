"""Which tracks a command looks at, as its options say it; see `FILTERS` in tasks.py."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stormtracks import paths
from stormtracks.console.years import numbers
from stormtracks.errors import BadValue
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.filters import Filter, Tally
from stormtracks.science.region import Region, check_region

_TABLE_UNIT_S1 = 1e-5
"""Unit of vorticity in tables, and so of --min-peak."""


@dataclass(frozen=True)
class Looked:
    """Which tracks a command looks at.

    Attributes
    ----------
    asked : Filter
    members : tuple of int, optional
        None: all.
    best_tracks : Path, optional
        The file by which a filter chooses among observed storms; None: the one that each result was matched with.
    """

    asked: Filter = Filter()  # noqa: RUF009 (it is frozen)
    members: tuple[int, ...] | None = None
    best_tracks: Path | None = None


EVERYTHING = Looked()


def looked_at(options: Mapping[str, Any]) -> Looked:
    """What a command's options ask for; everything where none is given.

    Parameters
    ----------
    options : mapping
        Texts by the names of the options, with an underscore for a hyphen; None or missing: not given.

    Raises
    ------
    BadValue
        A text that cannot be understood, or what cannot be asked; the message names the option.
    """
    members = numbers(options.get("members"), "members")
    given = options.get("best_tracks")
    return Looked(
        filter_of(options),
        None if members is None else tuple(members),
        paths.expand(given, where="--best-tracks") if given else None,
    )


def filter_of(options: Mapping[str, Any]) -> Filter:
    """The filter alone; see `looked_at`."""
    if options.get("matched") and options.get("unmatched"):
        raise BadValue("--matched and --unmatched cannot both be; choose one")
    asked = {
        name: read(str(options[option]), f"--{option.replace('_', '-')}")
        for option, (name, read) in _READ.items()
        if options.get(option) is not None
    }
    if options.get("matched") or options.get("unmatched"):
        asked["matched"] = bool(options.get("matched"))
    return Filter(**asked)


def refuse_share(asked: Filter, where: str) -> None:
    """Refuse a least share of the members where there are no consensus tracks.

    Raises
    ------
    BadValue
    """
    if asked.min_share is not None:
        raise BadValue(f"--min-share is of consensus tracks; {where}")


def tally_of(asked: Filter, candidates_only: bool) -> Tally:
    """What counts the consensus tracks that are left, of candidates only these."""
    return Tally(replace(asked, matched=False) if asked and candidates_only else asked)


def kept_of(agreed: ConsensusTracks, tally: Tally) -> ConsensusTracks:
    """The consensus tracks that a filter keeps; it counts."""
    return agreed.take(tally.keeps(agreed.heads, agreed.tracks)) if tally.asked else agreed


def region_of(text: str | None, option: str = "--region") -> Region | None:
    """A region as it is typed: south,north,west,east; None for no text.

    Raises
    ------
    BadValue
    """
    if not text:
        return None
    try:
        south, north, west, east = (float(edge) for edge in text.split(","))
    except ValueError:
        raise BadValue(f"{option} must be south,north,west,east in degrees, not {text!r}") from None
    check_region((south, north, west, east), option)
    return south, north, west, east


def _basins(text: str, option: str) -> tuple[str, ...]:
    return tuple(part.strip().upper() for part in text.split(","))


def _months(text: str, option: str) -> tuple[int, ...]:
    """Months such as 8-10, 11-2 (through New Year) or 6,9.

    Examples
    --------
    >>> from stormtracks.console.filtering import _months
    >>> _months("11-2,6", "--months")
    (11, 12, 1, 2, 6)
    """
    found: list[int] = []
    for part in text.split(","):
        ends = re.fullmatch(r"\s*(\d\d?)\s*(?:-\s*(\d\d?)\s*)?", part)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (0, 0)
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise BadValue(f"{option} must be months from 1 to 12, such as 8-10 or 11-2 or 6,9, not {text!r:.200}")
        found += [(month - 1) % 12 + 1 for month in range(first, last + 1 + 12 * (last < first))]
    return tuple(dict.fromkeys(found))


def _number(least: str) -> Callable[[str, str], float]:
    def read(text: str, option: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf"):
            raise BadValue(f"{option} must be a number {least}, not {text!r:.200}")
        return value

    return read


def _peak(text: str, option: str) -> float:
    return _number("in 1e-5 s-1, such as 8")(text, option) * _TABLE_UNIT_S1


def _share(text: str, option: str) -> float:
    share = _number("from 0 to 1")(text, option)
    if share > 1:
        raise BadValue(f"{option} must be a fraction from 0 to 1, not {text!r:.200}")
    return share


_READ: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "region": ("region", region_of),
    "basin": ("basins", _basins),
    "months": ("months", _months),
    "genesis_region": ("genesis_region", region_of),
    "min_peak": ("min_peak_s1", _peak),
    "min_hours": ("min_hours", _number("of hours")),
    "min_distance": ("min_distance_km", _number("of km")),
    "min_share": ("min_share", _share),
}
"""Option -> field of `Filter`, and how its text is read."""
