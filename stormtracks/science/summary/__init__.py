"""What an ensemble of results says: storms per year, what was found of the observed ones, and how members differ."""

from stormtracks.science.counts.classes import CLASSES, intensity_class
from stormtracks.science.counts.season import Season, season
from stormtracks.science.counts.year import count_year
from stormtracks.science.summary.lead_skill import LeadRow, LeadSkill, skill_by_lead
from stormtracks.science.summary.lead_table import LEAD, lead_table
from stormtracks.science.summary.list_summary import ListSummary, summarise_list
from stormtracks.science.summary.list_tables import (
    LIST_BY,
    list_table,
    plain_rows,
    rows,
    skill_line,
    to_csv,
    to_plain,
)
from stormtracks.science.summary.statistics import (
    ClassStatistics,
    MemberStatistics,
    Spread,
    StormStatistics,
    Summary,
    YearStatistics,
    summarise,
)
from stormtracks.science.summary.strength import Strength
from stormtracks.science.summary.summary_table import BY, storm_table, table

__all__ = [
    "BY",
    "CLASSES",
    "LEAD",
    "LIST_BY",
    "ClassStatistics",
    "LeadRow",
    "LeadSkill",
    "ListSummary",
    "MemberStatistics",
    "Season",
    "Spread",
    "StormStatistics",
    "Strength",
    "Summary",
    "YearStatistics",
    "count_year",
    "intensity_class",
    "lead_table",
    "list_table",
    "plain_rows",
    "rows",
    "season",
    "skill_by_lead",
    "skill_line",
    "storm_table",
    "summarise",
    "summarise_list",
    "table",
    "to_csv",
    "to_plain",
]
