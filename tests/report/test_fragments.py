"""Pieces of the page: what they say, and that nothing in them can run."""

import dataclasses
from html.parser import HTMLParser

import pytest

from stormtracks.pyro_cluster.journal import journal, runs
from stormtracks.report import fragments
from stormtracks.report.outline import outline_of, provenance
from stormtracks.science.summary import summarise

EVIL = "<script>alert(1)</script>\"'&"


class Elements(HTMLParser):
    """The elements of a piece, and whether each that is opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.names = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        if tag not in ("img",):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def run(tmp_path):
    """The journal of a run of two years of three members, one of each fate."""
    made = journal.Journal(journal.Run("evening", "vort_track", 2005, 2006, 3, {"threshold": 1}), place=tmp_path)
    made.record(journal.TaskOutcome(2005, 0, "complete", counts={"tracks": 1234}, seconds=60.0))
    made.record(journal.TaskOutcome(2005, 1, "failure", worker="host1", error=EVIL, attempts=3))
    made.record(journal.TaskOutcome(2006, 2, "timeout", worker="host2", error="600 s passed"))
    made.event(EVIL)
    made.close("interrupted")
    return runs.read("evening", tmp_path)


def test_the_grid_shows_every_fate(run, results_folder):
    grid = fragments.grid(outline_of(results_folder, run))
    assert '<span class="complete">+</span><span class="failure">F</span><span class="outstanding">-</span>' in grid
    assert "<td>1 timeout, 2 outstanding</td>" in grid and 'max="6" value="1"' in grid
    assert Elements(grid).open == []


def test_failures_are_told_with_their_reason_escaped(run, results_folder):
    found = fragments.failures(outline_of(results_folder, run))
    assert "&lt;script&gt;alert(1)" in found and "600 s passed" in found and "host1" in found
    assert "script" not in Elements(found).names


def test_the_facts_of_a_run(run, results_folder):
    facts = fragments.run(outline_of(results_folder, run))
    for text in ("evening", "interrupted", "2005 to 2006", "1,234 tracks per member and year"):
        assert text in facts


def test_without_a_journal_the_grid_is_made_from_the_results(results_folder):
    seen = outline_of(results_folder)
    assert '<span class="complete">+++</span>' in fragments.grid(seen)
    assert "failures are not known" in fragments.failures(seen)


def test_a_storm_called_script_runs_nowhere(results_folder):
    summary = summarise(results_folder)
    evil = dataclasses.replace(summary.storms[0], name=EVIL, sid=EVIL)
    storms = fragments.storms(dataclasses.replace(summary, storms=(evil,)))
    assert "<script" not in storms and Elements(storms).names.count("button") == 1 and EVIL not in storms


def test_skill_has_its_tables(results_folder):
    skill = fragments.skill(summarise(results_folder))
    for text in ("Storms per year", "Skill by intensity class", "Members", "96 kt and over", "POD"):
        assert text in skill
    assert Elements(skill).open == []


def test_settings_and_inputs_are_listed(results_folder):
    settings = fragments.settings(provenance(outline_of(results_folder)))
    for text in ("min_separation_km", "IBTrACS.NA.v04r00.nc", "3,821,583"):
        assert text in settings


def test_columns_of_numbers_are_on_the_right_and_no_others():
    made = fragments.html_table(("a", "b"), [(1, "x"), ("2.5 (1.0-4.0)", 2)], "label")
    assert made.count('<td class="number">') == 2 and made.count('<th scope="col" class="number">') == 1


def test_pictures_have_words_and_a_reason_stands_for_none():
    made = fragments.figures([("Title <1>", "What it shows", "data:image/png;base64,xx")])
    assert 'alt="What it shows"' in made and "Title &lt;1&gt;" in made
    assert "needs Cartopy" in fragments.figures([], "needs Cartopy")


def test_a_chain_shows_how_far_each_member_and_each_task_is(results_folder, tmp_path):
    tasks = ("vort_track", "field_collection", "classify")
    made = journal.Journal(journal.Run("chain", ",".join(tasks), 2005, 2005, 3), place=tmp_path)
    for member, complete in enumerate((1, 2, 3)):
        for task in tasks[:complete]:
            made.record(journal.TaskOutcome(2005, member, "complete", counts={"tracks": 7}, task=task))
    made.record(journal.TaskOutcome(2005, 0, "failure", error=EVIL, task="field_collection"))
    made.close("incomplete")
    seen = outline_of(results_folder, runs.read("chain", tmp_path))
    grid = fragments.grid(seen)
    assert '<span class="failure">F</span><span class="partial">2</span><span class="complete">+</span>' in grid
    assert "1 failure, 1 complete, 1 at 2" in grid and "1 vort_track, 2 field_collection, + all with classify" in grid
    assert Elements(grid).open == [] and "vort_track, field_collection, classify" in fragments.run(seen)
    assert "<td>field_collection</td><td>failure</td>" in fragments.failures(seen)
