"""Which tracks a command looks at, as its options say it; see `FILTERS` in tasks.py."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stormtracks import paths
from stormtracks.console.years import numbers
from stormtracks.errors import BadValue
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.filters import Filter, Tally, given


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
    file = options.get("best_tracks")
    return Looked(
        filter_of(options),
        None if members is None else tuple(members),
        paths.expand(file, where="--best-tracks") if file else None,
    )


def filter_of(options: Mapping[str, Any]) -> Filter:
    """The filter alone; see `looked_at`."""
    if options.get("matched") and options.get("unmatched"):
        raise BadValue("--matched and --unmatched cannot both be; choose one")
    identity = bool(options.get("matched")) if options.get("matched") or options.get("unmatched") else None
    return given.filter_of({**options, "matched": identity}, called=lambda name: f"--{name.replace('_', '-')}")


def refuse_share(asked: Filter, where: str) -> None:
    """Refuse a least share of the members where there are no consensus tracks.

    Raises
    ------
    BadValue
    """
    if asked.min_share is not None:
        raise BadValue(f"--min-share is of consensus tracks; {where}")


def tally_of(asked: Filter, candidates_only: bool) -> Tally:
    """What counts the consensus tracks that are left, of candidates only these.

    Raises
    ------
    BadValue
        Candidates that are observed storms: there are none.
    """
    if candidates_only and asked.matched:
        raise BadValue("--by candidates is of tracks that are not observed storms; leave --matched out")
    return Tally(replace(asked, matched=False) if asked and candidates_only else asked)


def kept_of(agreed: ConsensusTracks, tally: Tally) -> ConsensusTracks:
    """The consensus tracks that a filter keeps; it counts."""
    return agreed.take(tally.keeps(agreed.heads, agreed.tracks)) if tally.asked else agreed
