"""Skill by lead -> a table for people."""

import math

from stormtracks.science.summary.lead_skill import LeadRow, LeadSkill
from stormtracks.science.summary.summary_table import titled
from stormtracks.table import FIRST, LAST, Column, Table

LEAD = "lead"
"""The table's name on the command line, beside those of `summary_table.BY`."""
_COLUMNS = (
    Column("lead", "lead", "h", identifies=True),
    Column("starts", worth=4),
    Column("storms", worth=3),
    Column("observations", "obs.", worth=4),
    Column("pod", "POD", form=".2f", worth=FIRST),
    Column("distance_km", "distance", "km", ".0f", worth=8),
    Column("wind_error_kt", "strength", "kt", "+.0f"),
    Column("wind_absolute_error_kt", "size", "kt", ".0f", worth=2),
    Column("ensemble_observations", "of mean", worth=LAST),
    Column("error_km", "error", "km", ".0f", worth=7),
    Column("spread_km", "spread", "km", ".0f", worth=6),
    Column("error_per_spread", "error / spread", form=".2f"),
)


def lead_table(skill: LeadSkill) -> Table:
    """Skill by lead as a table; what is not known is so there.

    Parameters
    ----------
    skill : LeadSkill
    """
    return Table(
        titled("Skill of forecasts by lead", skill.asked), _COLUMNS, tuple(map(_row, skill.rows)), _legend(skill)
    )


def _row(row: LeadRow) -> tuple[object, ...]:
    return f"{row.first_hour:g}-{row.last_hour:g}", *(getattr(row, column.key) for column in _COLUMNS[1:])


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
