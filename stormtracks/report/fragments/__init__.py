"""The pieces of HTML of a page. Everything that comes from elsewhere is escaped here."""

from stormtracks.report.fragments.comparison import comparison
from stormtracks.report.fragments.finding import finding
from stormtracks.report.fragments.pictures import Picture, figures
from stormtracks.report.fragments.recipe_tables import settings
from stormtracks.report.fragments.run_state import created, failures, grid, run
from stormtracks.report.fragments.shown import shown, without_folders
from stormtracks.report.fragments.skill_tables import remarks, skill, skill_by_lead
from stormtracks.report.fragments.storm_tables import candidates, storms
from stormtracks.report.fragments.table_html import html_table

__all__ = [
    "Picture",
    "candidates",
    "comparison",
    "created",
    "failures",
    "figures",
    "finding",
    "grid",
    "html_table",
    "remarks",
    "run",
    "settings",
    "shown",
    "skill",
    "skill_by_lead",
    "storms",
    "without_folders",
]
