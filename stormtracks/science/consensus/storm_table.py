"""Consensus tracks -> rows for people, and plain values."""

from typing import Any

import numpy as np

from stormtracks.readable import position
from stormtracks.science import calendars
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.consensus.mean import ConsensusTracks
from stormtracks.science.consensus.storms import ConsensusStorms
from stormtracks.science.summary import Table


def consensus_table(agreed: ConsensusTracks, candidates_only: bool = False, top: int = 0) -> Table:
    """A row per storm: best tracks' storms first, then those that most members hold, then the strongest.

    Candidates, which no best track knows, have no sid.

    Parameters
    ----------
    agreed : ConsensusTracks
    candidates_only : bool
    top : int
        Most rows; 0: all.

    Returns
    -------
    summary.Table
    """
    if isinstance(agreed, ConsensusStorms):
        return _list_table(agreed, candidates_only, top)
    columns = (
        "storm", "name", "members", "share", "from", "to", "first place", "last place", "spread (km)",
        "peak (1e-5 s-1)",
    )  # fmt: skip
    storms = _wanted(agreed, candidates_only)
    title = f"{'Candidates' if candidates_only else 'Consensus tracks'} of {agreed.year}, {_members(agreed)}"
    return Table(_titled(title, storms, top), columns, tuple(_row(storm) for storm in storms[: top or None]))


def _wanted(agreed: ConsensusTracks, candidates_only: bool) -> list[dict[str, Any]]:
    """The storms to show, in the order to show them in."""
    storms = [storm for storm in to_json(agreed)["storms"] if not (candidates_only and storm["sid"])]
    storms.sort(key=lambda storm: (not storm["sid"], -len(storm["held_by"]), -storm["peak_vorticity"]))
    return storms


def _titled(title: str, storms: list[dict[str, Any]], top: int) -> str:
    return f"{title}: {top} of {len(storms)} (--top 0 shows all)" if 0 < top < len(storms) else title


def _list_table(agreed: ConsensusStorms, candidates_only: bool, top: int) -> Table:
    columns: tuple[str, ...] = "storm", "name, place", "from", "to", "share", "chance", "wind (kt)", "hPa", "km"
    storms = _wanted(agreed, candidates_only)
    kind = "Candidates of the list" if candidates_only else "List"
    title = f"{kind} {agreed.list_name} of {agreed.year}, {_members(agreed)}"
    rows = tuple(_list_row(storm) for storm in storms[: top or None])
    legend = f"{_SHARE}; {_CHANCE}; {_REST}"
    if agreed.list_name != "tc":  # how probable another cyclone is, nothing has said
        columns, rows, legend = _without(columns), tuple(map(_without, rows)), f"{_SHARE}; {_REST}"
    return Table(_titled(title, storms, top), columns, rows, legend if rows else "")


def _without(cells: tuple[str, ...], number: int = 5) -> tuple[str, ...]:
    return cells[:number] + cells[number + 1 :]


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


def _row(storm: dict[str, Any]) -> tuple[str, ...]:
    first, last = ((storm["lat"][i], storm["lon"][i]) for i in (0, -1))
    return (
        storm["sid"] or "candidate", storm["name"], str(len(storm["held_by"])), f"{storm['share']:.2f}",
        storm["time"][0][:13].replace("T", " "), storm["time"][-1][:13].replace("T", " "), position(*first),
        position(*last), f"{storm['mean_spread_km']:.0f}",
        f"{storm['peak_vorticity'] * 1e5:.1f} ± {storm['peak_vorticity_std'] * 1e5:.1f}",
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


def _list_row(storm: dict[str, Any]) -> tuple[str, ...]:
    """A row of texts; the calibrated probability where it is known, the mean one with a question mark otherwise."""
    chance = f"{storm['probability']:.2f}?" if storm["calibrated"] is None else f"{storm['calibrated']:.2f}"
    first, last = storm["tropical_from_to"] or (storm["time"][0], storm["time"][-1])
    begins = storm["time"].index(first) if first in storm["time"] else 0
    place = position(storm["lat"][begins], storm["lon"][begins])
    return (
        storm["sid"] or "candidate", storm["name"] or place, first[5:10], last[5:10], f"{storm['share']:.2f}", chance,
        _with_std(storm, "intensity_max", KNOT_M_S), _with_std(storm, "pressure_lowest", 100.0),
        f"{storm['mean_spread_km']:.0f}",
    )  # fmt: skip


def _with_std(storm: dict[str, Any], name: str, unit: float) -> str:
    value = storm[name]
    return "-" if value is None else f"{value / unit:.0f}±{storm[f'{name}_std'] / unit:.0f}"
