"""Pieces of the page: what they say, and that nothing in them can run."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from storm_lists import save_lists

from stormtracks.pyro_cluster.journal import journal, runs
from stormtracks.report import fragments
from stormtracks.report.agreed import Agreed, agreed_of
from stormtracks.report.fragments.finding import found_text
from stormtracks.report.outline import outline_of, provenance
from stormtracks.science.summary import summarise

from .conftest import BEST

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
    for text in ("min_separation_km", "IBTrACS.NA.v04r00.nc", "3,821,583", "<td>s-1</td>"):
        assert text in settings
    assert str(BEST.parent) not in settings


def test_lengths_of_time_and_thresholds_are_readable():
    made = fragments.settings(
        {"settings": {"max_speed": 30.0}, "seconds": 5.932851801000652, "host": "node17", "inputs": []}
    )
    assert "<td>6 s</td>" in made and "652" not in made and "node17" not in made
    assert re.search(r"<td>max_speed</td><td[^>]*>30</td><td>m s-1</td>", made)  # the name that 1.0 had


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ann/data/u.nc: no such file", "u.nc: no such file"),
        ("error in '/scratch/x y/u.nc'", "error in 'x y/u.nc'"),
        ("copied from node3:/data/20cr/u.nc, ~/s/v.nc", "copied from node3:u.nc, v.nc"),
        (r"C:\\data\\u.nc cannot be read".replace("\\\\", "\\"), "u.nc cannot be read"),
        ("see https://www.psl.noaa.gov/data/20thC_Rean/ and 3/4 of 1e-5 m/s", None),
        ("file:///home/ann/u.nc", "u.nc"),
        ("vort_track/2005/member_003.nc", None),
    ],
)
def test_folders_of_the_machine_are_left_out_of_texts(text, expected):
    assert fragments.without_folders(text) == (text if expected is None else expected)


@given(st.lists(st.text("abcé.-_ 0", min_size=1, max_size=8).filter(str.strip), min_size=2, max_size=5))
def test_no_folder_of_any_path_without_blanks_stays(parts):
    parts = [part.replace(" ", "_").strip(".-") or "x" for part in parts]
    assert fragments.without_folders(f"in /{'/'.join(parts)}: unreadable") == f"in {parts[-1]}: unreadable"


@pytest.mark.parametrize(
    ("found", "members", "expected"),
    [
        ([(8, 8), (8, 8)], 8, "each found by all 8 members"),
        ([(8, 8), (5, 8)], 8, "found by 6.5 of 8 members on average"),
        ([(8, 8), (0, 8)], 8, "found by 4.0 of 8 members on average, 1 by none"),
        ([(8, 8), (3, 4)], 8, "found by 92% of the members on average"),
        ([(8, 8), (4, 4)], 8, "each found by all members"),
        ([(2, 2), (2, 2)], 2, "each found by both members"),
        ([(0, 8)], 8, "none of them found by any member"),
        ([(1, 1), (0, 1)], 1, "1 of them found"),
        ([(1, 1), (1, 1)], 1, "all found"),
    ],
)
def test_the_finding_says_by_how_many_members_storms_were_found(results_folder, found, members, expected):
    storm = summarise(results_folder).storms[0]
    storms = [dataclasses.replace(storm, found=number, members=seen) for number, seen in found]
    assert found_text(storms, members) == expected


def test_the_finding_opens_with_storms_distance_and_candidates(results_folder):
    seen = outline_of(results_folder)
    said = fragments.finding(seen, summarise(results_folder), agreed_of(seen))
    assert re.search(
        r"30 observed storms in 2005, found by \d\.\d of 3 members on average; mean distance \d+ km; no candidates",
        said,
    )
    assert Elements(said).open == [] and "Only" not in said


def test_the_finding_is_honest_without_best_tracks_and_says_what_is_missing(results_folder, run):
    seen = outline_of(results_folder, run)
    summary = dataclasses.replace(summarise(results_folder), storms=())
    said = fragments.finding(seen, summary, Agreed({}, (1851, 1852)))
    assert "3 members in 2005: the tracks are on the map; no observed storm is known" in said
    assert "2 of 6 tasks failed. 3 of 6 tasks have no result yet." in said and "leave out 1851 to 1852" in said
    assert "no results yet" in fragments.finding(seen, None, Agreed())
    agreed = dataclasses.replace(agreed_of(seen), least=0.3)
    said = fragments.finding(seen, summary, agreed)
    assert "At least 30% of the 3 members agree on 0 storms in 2005; no observed storm is known" in said


def test_candidates_have_the_name_that_commands_take(tmp_path):
    agreed = agreed_of(outline_of(save_lists(tmp_path, members=2), storm_list="tc"))
    rows = agreed.candidates(2005)
    made = fragments.candidates(agreed)
    assert [agreed.name(2005, row) for row in rows] == ["TC2005-001"] and 'data-candidate="TC2005-001"' in made
    assert Elements(made).names.count("button") == len(rows) and "wind (kt)" in made
    assert "there is only one here" in fragments.candidates(Agreed())


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
