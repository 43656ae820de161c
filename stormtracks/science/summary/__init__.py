"""What an ensemble of results says: storms per year, what was found of the observed ones, and how members differ."""

from stormtracks.science.summary.classes import CLASSES, intensity_class
from stormtracks.science.summary.counts import count_year
from stormtracks.science.summary.statistics import (
    ClassStatistics,
    MemberStatistics,
    Spread,
    StormStatistics,
    Summary,
    YearStatistics,
    summarise,
)
from stormtracks.science.summary.summary_table import BY, Table, table

__all__ = [
    "BY",
    "CLASSES",
    "ClassStatistics",
    "MemberStatistics",
    "Spread",
    "StormStatistics",
    "Summary",
    "Table",
    "YearStatistics",
    "count_year",
    "intensity_class",
    "summarise",
    "table",
]
