"""Consensus tracks -> rows for people, and plain values."""

from typing import Any

import numpy as np

from stormtracks.readable import position
from stormtracks.science import calendars
from stormtracks.science.consensus.mean import ConsensusTracks
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
    columns = (
        "storm", "name", "members", "share", "from", "to", "first place", "last place", "spread (km)",
        "peak (1e-5 s-1)",
    )  # fmt: skip
    storms = [storm for storm in to_json(agreed)["storms"] if not (candidates_only and storm["sid"])]
    storms.sort(key=lambda storm: (not storm["sid"], -len(storm["held_by"]), -storm["peak_vorticity"]))
    title = f"{'Candidates' if candidates_only else 'Consensus tracks'} of {agreed.year}, {len(agreed.members)} members"
    if 0 < top < len(storms):
        title += f": {top} of {len(storms)} (--top 0 shows all)"
    return Table(title, columns, tuple(_row(storm) for storm in storms[: top or None]))


def to_json(agreed: ConsensusTracks) -> dict[str, Any]:
    """Plain values: the members looked at, of each storm which of them have it, when, where, strength, spread."""
    where = zip(agreed.start, agreed.start + agreed.row_size, agreed.peak, strict=True)
    storms = [_storm(agreed, number, slice(*rows), peak) for number, (*rows, peak) in enumerate(where)]
    return {"year": agreed.year, "members": agreed.members.tolist(), "storms": storms}


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
