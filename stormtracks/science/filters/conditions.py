"""One thing that is asked of tracks: its name, its words, which tracks fulfil it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science import calendars, sphere
from stormtracks.science.arrays import Bools
from stormtracks.science.climatology.basins import BASINS, basin
from stormtracks.science.filters import regions, wording
from stormtracks.science.heads import Heads
from stormtracks.science.records import BestTracks, Tracks

Points: TypeAlias = Tracks | BestTracks | None
"""What has the points of the heads, where they are known."""

PLACE, STRENGTH, IDENTITY, SHARE = "place", "strength", "identity", "share"
"""Kinds of what is asked: where and when; how strong, long and far; which storm; how many members."""


@dataclass(frozen=True)
class Condition:
    """One thing that is asked.

    Attributes
    ----------
    name : str
        The field of `Filter`.
    kind : str
        `PLACE`, `STRENGTH`, `IDENTITY` or `SHARE`.
    text : str
        What tracks that fulfil it do: "begin in NA".
    holds : callable
        ``holds(heads, tracks)``: which tracks fulfil it.
    may_hold : callable
        ``may_hold(heads)``: which could fulfil it, as far as heads tell.
    """

    name: str
    kind: str
    text: str
    holds: Callable[[Heads, Points], Bools]
    may_hold: Callable[[Heads], Bools]


def conditions_of(asked: Mapping[str, Any]) -> tuple[Condition, ...]:
    """What a filter asks, by its fields (None: not asked), in the order in which it is said."""
    found = []
    for name, (kind, text, test) in _BY_HEADS.items():
        wanted = asked[name]
        if wanted is not None:
            found.append(_condition(name, kind, text(wanted), wanted, test))
    if asked["region"] is not None:
        found.insert(0, _through(asked["region"]))
    return tuple(found)


def _condition(name: str, kind: str, text: str, wanted: Any, test: Callable[[Heads, Any], Bools]) -> Condition:
    return Condition(name, kind, text, lambda heads, tracks: test(heads, wanted), lambda heads: test(heads, wanted))


def _through(region: Any) -> Condition:
    return Condition(
        name="region",
        kind=PLACE,
        text=f"pass {wording.place(region)}",
        holds=lambda heads, tracks: regions.passes(heads, tracks, region),
        may_hold=lambda heads: regions.may_pass(heads, region),
    )


def _share(heads: Heads, wanted: float) -> Bools:
    if len(heads) and np.isnan(heads.share).all():
        raise BadValue("a least share of the members is asked, which only consensus tracks have; ask it of those")
    # A share is a whole number over another: what differs by rounding only is the same.
    return np.asarray(heads.share >= wanted - 1e-9)


_BY_HEADS: dict[str, tuple[str, Callable[[Any], str], Callable[[Heads, Any], Bools]]] = {
    "genesis_region": (
        PLACE,
        lambda region: f"begin in {wording.place(region)}",
        lambda heads, region: sphere.in_region(heads.genesis_lat, heads.genesis_lon, region),
    ),
    "basins": (
        PLACE,
        lambda codes: f"begin in {wording.either(codes)}",
        lambda heads, codes: np.isin(basin(heads.genesis_lat, heads.genesis_lon), [BASINS.index(one) for one in codes]),
    ),
    "months": (
        PLACE,
        lambda months: f"begin in {wording.months(months)}",
        lambda heads, months: np.isin(calendars.months(heads.genesis_time, heads.calendar), months),
    ),
    "min_peak_s1": (
        STRENGTH,
        lambda limit: f"reach {1e5 * limit:g}e-5 s-1",
        # In single precision, as peaks are: 8e-5 must not miss a peak of exactly that.
        lambda heads, limit: heads.peak_s1 >= np.float32(limit),
    ),
    "min_hours": (STRENGTH, lambda limit: f"last {limit:g} h or more", lambda heads, limit: heads.hours >= limit),
    "min_distance_km": (
        STRENGTH,
        lambda limit: f"end {limit:g} km or more from where they begin",
        lambda heads, limit: heads.distance_km >= limit,
    ),
    "matched": (
        IDENTITY,
        lambda wanted: "are observed storms" if wanted else "are not observed storms",
        lambda heads, wanted: (heads.sid != "") == wanted,
    ),
    "min_share": (SHARE, lambda share: f"are held by {100 * share:.3g} % of the members or more", _share),
}
"""Field of `Filter` -> kind, words, and which tracks fulfil it, for all that heads alone can tell."""
