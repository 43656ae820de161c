"""Skill by lead -> rows for people."""

import math

from stormtracks.science.summary.lead_skill import LeadRow, LeadSkill
from stormtracks.science.summary.summary_table import Table, titled
from stormtracks.science.summary.values import figure

LEAD = "lead"
"""The table's name on the command line, beside those of `summary_table.BY`."""
_COLUMNS = (
    "lead (h)", "starts", "storms", "obs.", "POD", "distance (km)", "strength (kt)", "size (kt)",
    "of mean", "error (km)", "spread (km)", "error / spread",
)  # fmt: skip


def lead_table(skill: LeadSkill) -> Table:
    """Skill by lead as a table; a dash where nothing is known.

    Parameters
    ----------
    skill : LeadSkill
    """
    return Table(
        titled("Skill of forecasts by lead", skill.asked), _COLUMNS, tuple(map(_row, skill.rows)), _legend(skill)
    )


def _row(row: LeadRow) -> tuple[str, ...]:
    return (
        f"{row.first_hour:g}-{row.last_hour:g}", str(row.starts), str(row.storms), str(row.observations),
        figure(row.pod, 2), figure(row.distance_km, 0), figure(row.wind_error_kt, 0, "+"),
        figure(row.wind_absolute_error_kt, 0), str(row.ensemble_observations), figure(row.error_km, 0),
        figure(row.spread_km, 0), figure(row.error_per_spread, 2),
    )  # fmt: skip


def _legend(skill: LeadSkill) -> str:
    parts = ["POD and distance: of members' tracks at observed positions"]
    line = skill.strength
    if math.isfinite(line.correlation):
        parts.append(
            f"strength: mean and size of the wind that vorticity stands for ({line.kt_at_0:.0f} kt + "
            f"{line.kt_per_1e5_s1:.2f} kt per 1e-5 s-1, fitted to {line.pairs:,} pairs, r {line.correlation:.2f}) "
            "minus the observed one"
        )
    parts.append("error and spread: of the mean of two members or more; 1: the spread is that of a reliable ensemble")
    return "; ".join(parts)
