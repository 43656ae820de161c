"""Consensus tracks -> a table for people, and plain values."""

from dataclasses import replace
from typing import Any

import numpy as np

from stormtracks.readable import position
from stormtracks.science import calendars
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.consensus.grouping.groups import ConsensusSettings
from stormtracks.science.consensus.mean import ConsensusTracks
from stormtracks.science.consensus.storms import ConsensusStorms
from stormtracks.science.summary.summary_table import SID, titled
from stormtracks.table import FIRST, LAST, Column, Place, PlusMinus, Table


def consensus_table(agreed: ConsensusTracks, candidates_only: bool = False, top: int = 0, asked: str = "") -> Table:
    """A row per storm: best tracks' storms first, then those that most members hold, then the strongest.

    Candidates, which no best track knows, have a name of their own, such as C2005-017.

    Parameters
    ----------
    agreed : ConsensusTracks
    candidates_only : bool
    top : int
        Most rows; 0: all.
    asked : str
        What the storms do that are left, where they are not all.

    Returns
    -------
    Table
    """
    if isinstance(agreed, ConsensusStorms):
        return _list_table(agreed, candidates_only, top, asked)
    storms = _wanted(agreed, candidates_only)
    title = f"{'Candidates' if candidates_only else 'Consensus tracks'} of {agreed.year}, {_members(agreed)}"
    title = titled(title, asked, "storms")
    rows = tuple(_row(storm) for storm in storms[: top or None])
    return Table(_titled(title, storms, top), _OF_TRACKS, rows, legend=_OF_SHARE if rows else "")


def _wanted(agreed: ConsensusTracks, candidates_only: bool) -> list[dict[str, Any]]:
    """The storms to show, in the order to show them in."""
    storms = [storm for storm in to_json(agreed)["storms"] if not (candidates_only and storm["sid"])]
    storms.sort(key=lambda storm: (not storm["sid"], -len(storm["held_by"]), -storm["peak_vorticity"]))
    return storms


def _titled(title: str, storms: list[dict[str, Any]], top: int) -> str:
    return f"{title}: {top} of {len(storms)} (--top 0 shows all)" if 0 < top < len(storms) else title


def _list_table(agreed: ConsensusStorms, candidates_only: bool, top: int, asked: str) -> Table:
    storms = _wanted(agreed, candidates_only)
    kind = "Candidates of the list" if candidates_only else "List"
    title = f"{kind} {agreed.list_name} of {agreed.year}, {_members(agreed)}"
    title = titled(title, asked, "storms")
    made = Table(_titled(title, storms, top), _OF_LIST, tuple(_list_row(storm) for storm in storms[: top or None]))
    meanings = [_SHARE, _CHANCE, _REST]
    if agreed.list_name != "tc":  # how probable another cyclone is, nothing has said
        made, meanings = made.without("chance"), [_SHARE, _REST]
    return replace(made, legend="; ".join(meanings) if made.rows else "")


def _hour(time: str) -> str:
    return time[:13].replace("T", " ")


def _day(time: str) -> str:
    """Month and day."""
    return time[5:10]


_OF_TRACKS = (
    SID,
    Column("name", worth=8),
    Column("members", worth=7),
    Column("share", form=".2f", worth=FIRST),
    Column("from", form=_hour, worth=6),
    Column("to", form=_hour, worth=4),
    Column("first", "first place", worth=3),
    Column("last", "last place", worth=LAST),
    Column("spread_km", "spread", "km", ".0f", worth=2),
    Column("peak", "peak", "1e-5 s-1", ".1f", worth=5),
)
_OF_LIST = (
    SID,
    Column("name", "name, place", worth=8),
    Column("from", form=_day, worth=6),
    Column("to", form=_day, worth=4),
    Column("share", form=".2f", worth=FIRST),
    Column("chance", form=str, worth=7),
    Column("wind_kt", "wind", "kt", ".0f", worth=5),
    Column("pressure_hpa", "hPa", form=".0f", worth=3),
    Column("spread_km", "km", form=".0f", worth=2),
)
_OF_SHARE = (
    f"share: of the members that have it, {ConsensusSettings.min_share:g} or more; reports and maps have "
    "those of 0.5 or more, as --min-share 0.5 does here; ±: standard deviation over the members"
)
_SHARE = "share: of the members' lists that have it"
_CHANCE = "chance: calibrated probability that it is real (with ?: the members' mean, not calibrated)"
_REST = (
    "wind: highest of the data, at the level of the tracks; km: spread of the members' paths; "
    "±: standard deviation over the members"
)


def _members(agreed: ConsensusTracks) -> str:
    return f"{len(agreed.members)} member{'s' if len(agreed.members) != 1 else ''}"


def to_json(agreed: ConsensusTracks) -> dict[str, Any]:
    """Plain values: the members looked at, of each storm which of them have it, when, where, strength, spread."""
    where = zip(agreed.start, agreed.start + agreed.row_size, agreed.peak, strict=True)
    storms = [_storm(agreed, number, slice(*rows), peak) for number, (*rows, peak) in enumerate(where)]
    if not isinstance(agreed, ConsensusStorms):
        return {"year": agreed.year, "members": agreed.members.tolist(), "storms": storms}
    of_list = [storm | _of_list(agreed, number) for number, storm in enumerate(storms)]
    return {"year": agreed.year, "list": agreed.list_name, "members": agreed.members.tolist(), "storms": of_list}


def _storm(agreed: ConsensusTracks, number: int, rows: slice, peak: int) -> dict[str, Any]:
    time = calendars.texts(agreed.time[rows], agreed.calendar).tolist()
    return {
        "sid": str(agreed.sid[number]),
        "name": str(agreed.name[number]),
        "candidate": str(agreed.candidate_name[number]),
        "held_by": agreed.members[agreed.held_by[number]].tolist(),
        "share": float(agreed.share[number]),
        "matched_members": int(agreed.matched[number]),
        "time": time,
        "lat": np.round(agreed.lat[rows], 3).tolist(),
        "lon": np.round(agreed.lon[rows], 3).tolist(),
        "spread_km": np.round(agreed.spread_km[rows], 1).tolist(),
        "mean_spread_km": float(agreed.spread_km[rows].mean()),
        "peak_vorticity": float(agreed.vorticity[peak]),
        "peak_vorticity_std": float(agreed.vorticity_std[peak]),
        "members_at_time": agreed.number[rows].tolist(),
    }


def _called(storm: dict[str, Any]) -> str:
    """What --storm asks for: the sid, or the name of a candidate; of another consensus a candidate has none."""
    return storm["sid"] or storm["candidate"] or "candidate"


def _row(storm: dict[str, Any]) -> tuple[object, ...]:
    first, last = (Place(storm["lat"][i], storm["lon"][i]) for i in (0, -1))
    peak = PlusMinus(storm["peak_vorticity"] * 1e5, storm["peak_vorticity_std"] * 1e5)
    return (
        _called(storm), storm["name"], len(storm["held_by"]), storm["share"], storm["time"][0],
        storm["time"][-1], first, last, storm["mean_spread_km"], peak,
    )  # fmt: skip


def _of_list(agreed: ConsensusStorms, number: int) -> dict[str, Any]:
    """What a storm of a list has besides; None where it is not known."""
    rows, tropical = agreed.points(number), agreed.tropical_time(number)
    each = "probability", "calibrated", "intensity_max", "intensity_max_std", "pressure_lowest", "pressure_lowest_std"
    along = "lat_smooth", "lon_smooth", "tropical", "wind", "wind_std", "pressure", "pressure_std"
    return {
        **{name: _known(float(getattr(agreed, name)[number]), 4) for name in each},
        **{name: [_known(value, 3) for value in getattr(agreed, name)[rows].tolist()] for name in along},
        "tropical_from_to": None if tropical is None else calendars.texts(np.array(tropical), agreed.calendar).tolist(),
    }


def _known(value: float, digits: int) -> float | None:
    return round(value, digits) if np.isfinite(value) else None


def _list_row(storm: dict[str, Any]) -> tuple[object, ...]:
    """A row of a list; the calibrated probability where it is known, the mean one with a question mark otherwise."""
    chance = f"{storm['probability']:.2f}?" if storm["calibrated"] is None else f"{storm['calibrated']:.2f}"
    first, last = storm["tropical_from_to"] or (storm["time"][0], storm["time"][-1])
    begins = storm["time"].index(first) if first in storm["time"] else 0
    place = position(storm["lat"][begins], storm["lon"][begins])
    return (
        _called(storm), storm["name"] or place, first, last, storm["share"], chance,
        _with_std(storm, "intensity_max", KNOT_M_S), _with_std(storm, "pressure_lowest", 100.0),
        storm["mean_spread_km"],
    )  # fmt: skip


def _with_std(storm: dict[str, Any], name: str, unit: float) -> PlusMinus | None:
    value = storm[name]
    return None if value is None else PlusMinus(value / unit, storm[f"{name}_std"] / unit)
