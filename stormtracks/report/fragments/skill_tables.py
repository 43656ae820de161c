"""POD and FAR, what the lists hold, and notes on the data, as tables."""

from stormtracks.report.fragments.shown import shown
from stormtracks.report.fragments.table_html import html_table
from stormtracks.science.summary import LIST_BY, LeadSkill, ListSummary, Summary, lead_table, list_table, table
from stormtracks.table import Table


def skill(summary: Summary | ListSummary | None) -> str:
    """POD and FAR by year, by class of intensity, by member; of a list also how many storms, where, how strong."""
    if summary is None:
        return '<p class="note">There are no results yet.</p>'
    if isinstance(summary, ListSummary):
        return "".join(_summary_table(list_table(summary, by)) for by in LIST_BY if by != "storm") + remarks(summary)
    note = (
        '<p class="note">POD (probability of detection): the fraction of the observed storms that were found, among '
        "those that could be found in the data. FAR (false alarm ratio): the fraction of the tracks that match no "
        "observed storm; a vortex that no agency called a storm counts as a false alarm. In brackets: the 5th to 95th "
        "percentile over the members.</p>"
    )
    tables = "".join(_summary_table(table(summary, by)) for by in ("year", "class", "member"))
    return note + tables + remarks(summary)


def skill_by_lead(skill: LeadSkill | str | None) -> str:
    """Skill of forecasts by lead, or why it is not known; nothing of years."""
    if skill is None:
        return ""
    if isinstance(skill, str):
        return f'<p class="note">Skill by lead is not known: {shown(skill)}</p>'
    return _summary_table(lead_table(skill))


def remarks(summary: Summary | ListSummary) -> str:
    """What was guessed, left out or found missing in the data; nothing where all was as it should be."""
    if not summary.remarks:
        return ""
    rows = [(remark.text, remark.results) for remark in summary.remarks]
    return "<h3>Notes on the data</h3>" + html_table(("Note", "Results"), rows, "Notes on the data")


def _summary_table(rows: Table) -> str:
    legend = f'<p class="note">{shown(rows.legend)}</p>' if rows.legend else ""
    return f"<h3>{shown(rows.title)}</h3>" + html_table(rows.headings, rows.texts(), rows.title) + legend
