"""Consensus tracks -> rows for people, and plain values."""

import numpy as np

from stormtracks.readable import position
from stormtracks.science.summary import Table


def consensus_table(made, candidates_only=False, top=0):
    """A row a storm: best tracks' storms first, then those that most members hold, then the strongest.

    Candidates, which no best track knows, have no sid.

    Parameters
    ----------
    made : ConsensusTracks
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
    storms = [storm for storm in to_json(made)["storms"] if not (candidates_only and storm["sid"])]
    storms.sort(key=lambda storm: (not storm["sid"], -len(storm["held_by"]), -storm["peak_vorticity"]))
    title = f"{'Candidates' if candidates_only else 'Consensus tracks'} of {made.year}, {len(made.members)} members"
    if 0 < top < len(storms):
        title += f": {top} of {len(storms)} (--top 0 shows all)"
    return Table(title, columns, tuple(_row(storm) for storm in storms[: top or None]))


def to_json(made):
    """Plain values: who was looked at, and of each storm who holds it, when, where, how strong, how far apart."""
    storms = [_storm(made, number) for number in range(len(made))]
    return {"year": made.year, "members": made.members.tolist(), "storms": storms}


def _storm(made, number):
    rows = slice(made.start[number], made.start[number] + made.row_size[number])
    time = np.datetime_as_string(made.time[rows], unit="s").tolist()
    peak = made.start[number] + int(np.argmax(made.vorticity[rows]))
    return {
        "sid": str(made.sid[number]),
        "name": str(made.name[number]),
        "held_by": made.members[made.held_by[number]].tolist(),
        "share": float(made.share[number]),
        "matched_members": int(made.matched[number]),
        "time": time,
        "lat": np.round(made.lat[rows], 3).tolist(),
        "lon": np.round(made.lon[rows], 3).tolist(),
        "spread_km": np.round(made.spread_km[rows], 1).tolist(),
        "mean_spread_km": float(made.spread_km[rows].mean()),
        "peak_vorticity": float(made.vorticity[peak]),
        "peak_vorticity_std": float(made.vorticity_std[peak]),
        "members_at_time": made.number[rows].tolist(),
    }


def _row(storm):
    first, last = ((storm["lat"][i], storm["lon"][i]) for i in (0, -1))
    return (
        storm["sid"] or "candidate", storm["name"], str(len(storm["held_by"])), f"{storm['share']:.2f}",
        storm["time"][0][:13].replace("T", " "), storm["time"][-1][:13].replace("T", " "), position(*first),
        position(*last), f"{storm['mean_spread_km']:.0f}",
        f"{storm['peak_vorticity'] * 1e5:.1f} ± {storm['peak_vorticity_std'] * 1e5:.1f}",
    )  # fmt: skip
