"""A page that is compared with other results, or with a file of another tracker; and one that is not, as it was."""

import dataclasses
import re

import pytest
from ensembles import member_result, save_ensemble
from storm_lists import save_lists

from stormtracks import report
from stormtracks.errors import StormtracksError
from stormtracks.report import fragments, html_report, page
from stormtracks.report.compared import compared_of
from stormtracks.report.compared_maps import compared_maps
from stormtracks.report.outline import outline_of
from stormtracks.science import comparison as comparisons
from stormtracks.science import results
from stormtracks.science.export import write_members
from stormtracks.science.filters import Filter
from stormtracks.science.results import MixedResults

from .axe import violations


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two members of two years; B has other errors, another linker, and one storm less in member 1."""
    b = tmp_path_factory.mktemp("b") / "linked"
    for year in (2005, 2006):
        for member in (0, 1):
            made = member_result(member, year, seed=7, missing=(1,) if member else ())
            results.save(dataclasses.replace(made, provenance=settings("motion")), b)
    a = tmp_path_factory.mktemp("a") / "planted"
    for year in (2005, 2006):
        for member in (0, 1):
            results.save(dataclasses.replace(member_result(member, year), provenance=settings("course")), a)
    return a, b


def settings(linker):
    return {"version": "1", "settings": {"linker": linker}}


def pieces(folder, against, **how):
    """What a page would say, without pictures."""
    seen = outline_of(folder, **how)
    return html_report.contents_of(seen, with_figures=False, against=against).fragments


def texts(piece, label):
    """The rows of a table, as texts, with the year that each follows."""
    (sheet,) = re.findall(rf'data-label="{label}">.*?<tbody>(.*?)</tbody>', piece)
    return [
        (year, tuple(re.findall(r"<td[^>]*>(.*?)</td>", row)))
        for year, row in re.findall(r'<tr data-year="(.*?)">(.*?)</tr>', sheet)
    ]


def compared(folders, **how):
    return comparisons.compare(*map(comparisons.side, folders), **how)


def test_tables_are_those_of_the_command(folders):
    piece, found = pieces(*folders)["comparison"], compared(folders)
    for label, made in (
        ("Tracks of A and B", comparisons.table(found)),
        ("Observed storms of A and B", comparisons.observed_table(found)),
        ("Tracks in A or B only", comparisons.only_table(found)),
    ):
        rows = texts(piece, label)
        assert [row for _, row in rows] == made.texts() and len(rows) >= 3
        column = [column.key for column in made.columns].index("year")
        assert [year for year, _ in rows] == [row[column] for row in made.rows]
    assert 'class="number">+0.0</td>' in piece  # differences stand to the right, as other numbers


def test_the_finding_and_a_caption_say_what_differs(folders):
    made, means = pieces(*folders), compared(folders).mean_counts
    said = re.search(r'<p class="of">(Compared.*?)</p>', made["finding"])[1]
    counts = "{:.1f} tracks in both, {:.1f} only here, {:.1f} only in linked".format(*means)
    assert said == (
        f"Compared with linked: {counts} (means per member and year); they differ in linker. "
        '<a href="#comparison">Comparison</a>'
    )
    assert made["comparison"].startswith(
        "<p>A, shown on this page: planted, results (all tracks). B: linked, results (all tracks). "
        "Made differently, A / B: linker: course / motion.</p>"
    )
    alike = pieces(folders[0], folders[0])["finding"]
    assert "Compared with B: " in alike and "both were made with the same settings, from the same kind of data" in alike


def test_years_and_members_are_asked_of_both(folders):
    said = pieces(*folders, years=[2006], members=[1])["finding"]
    one = compared(folders).cells[2006, (1, 1)]
    counts = f"{len(one.pairs)} tracks in both, {len(one.only_one)} only here, {len(one.only_other)} only in linked"
    assert f"Compared with linked: {counts}; they differ" in said


@pytest.mark.parametrize(
    "asked", [Filter(genesis_region=(0, 30, -60, 0)), Filter(matched=False), Filter(min_share=0.9)]
)
def test_a_filter_is_asked_of_both(folders, asked):
    rows = texts(pieces(*folders, asked=asked)["comparison"], "Tracks of A and B")
    found = compared(folders, asked=asked, agreed=asked.min_share is not None)
    assert [row for _, row in rows] == comparisons.table(found).texts()
    assert [row for _, row in rows] != comparisons.table(compared(folders)).texts()


def test_a_list_is_compared_with_a_list(tmp_path):
    a, b = save_lists(tmp_path / "a", members=2), save_lists(tmp_path / "b", members=2)
    made = pieces(a, b, storm_list="tc")
    assert "A, shown on this page: a, results (list tc). B: b, results (list tc)." in made["comparison"]
    (row,) = texts(made["comparison"], "Tracks of A and B")
    assert row[1][:4] == ("2005", "2 members", "4", "0") and "observed" in made["comparison"]


@pytest.mark.parametrize("file_format", ["track", "tempest"])
def test_a_file_of_another_tracker(folders, tmp_path, file_format):
    path = write_members(folders[1], tmp_path / "theirs", file_format)[1]
    made = pieces(folders[0], path)
    assert f"how {path.name} was made is not known. " in made["finding"]
    assert f"How {path.name} was made is not known.</p>" in made["comparison"]
    rows = [row for _, row in texts(made["comparison"], "Tracks of A and B")]
    assert rows == comparisons.table(compared((folders[0], path))).texts()


@pytest.mark.slow
def test_each_year_has_a_map_that_says_what_is_on_it(folders):
    made = compared_of(outline_of(folders[0]), folders[1])
    piece = fragments.comparison(made, *compared_maps(made))
    assert piece.count('src="data:image/png;base64,') == 2
    assert piece.count("Made differently, A / B: linker: course / motion.") == 5  # once, and per map and its caption
    one = made.found.cells[2006, (0, 0)]
    numbers = len(one.pairs), len(one.only_one), len(one.only_other)
    words = "the {} tracks in both (grey), the {} only in planted (blue, each from a dot) and the {} only in linked"
    assert words.format(*numbers) in piece and "2006, tracks, member 0." in piece


@pytest.mark.slow
def test_the_page_has_the_section_and_no_folder_of_the_machine(folders, tmp_path, monkeypatch):
    monkeypatch.setattr("stormtracks.report.figures.pictures", lambda *args: ([], ""))
    text = report.write(folders[0], tmp_path, years=[2005], against=folders[1]).read_text()
    assert text.count('<section id="comparison"') == text.count('src="data:image/png;base64,') == 1
    assert not [folder for folder in folders if str(folder.parent) in text]


@pytest.mark.parametrize(
    ("against", "how", "message"),
    [
        ("nowhere", {}, "neither a folder of results nor a file of tracks is there; check the path"),
        ("linked", {"years": [2005, 2007]}, "no result of the year 2007; choose from 2005-2006"),
        ("linked", {"members": [0, 9]}, "no result of member 9"),
        ("2007", {}, "the two have results of no common year"),
        ("theirs", {"asked": Filter(min_share=0.5)}, "a least share of the members is asked"),
    ],
)
def test_what_cannot_be_compared_is_refused_as_the_command_refuses_it(folders, tmp_path, against, how, message):
    a, b = folders
    place = b.parent / against
    if against == "2007":
        place = save_ensemble(tmp_path / "c", 1, (2007,))
    if against == "theirs":
        place = write_members(b, tmp_path / "theirs", "track")[0]
    with pytest.raises(StormtracksError, match=re.escape(message)):
        report.write(a, tmp_path / "r.html", against=place, **how)
    assert not (tmp_path / "r.html").exists()


def test_results_that_do_not_belong_together_are_refused_or_said(folders, tmp_path):
    for member, linker in ((0, "course"), (1, "motion")):
        results.save(dataclasses.replace(member_result(member), provenance=settings(linker)), tmp_path)
    with pytest.raises(MixedResults, match="do not belong together"):
        pieces(folders[0], tmp_path)
    seen = outline_of(folders[0])
    made = html_report.contents_of(seen, with_figures=False, mixed=True, against=tmp_path).fragments
    assert "results that were made differently are taken together" in made["comparison"]


def test_without_one_the_page_is_what_it_was():
    plain, with_it = (page.html(page.PageContents("x", "y", more)) for more in ({}, {page.COMPARISON: "$skill $$"}))
    section = re.search(r'<section id="comparison".*?</section>\n', with_it, re.DOTALL)[0]
    assert "$skill $$" in section
    assert with_it.replace(section, "").replace(' <a href="#comparison">Comparison</a>', "") == plain
    assert "omparison" not in plain.partition("<body>")[2].partition("<script")[0]


def test_names_of_folders_cannot_run(folders, tmp_path):
    evil = tmp_path / "<img src=x onerror=alert(1)>"
    save_ensemble(evil, 1)
    made = pieces(folders[0], evil)
    assert "<img" not in made["finding"] + made["comparison"]
    assert "&lt;img src=x onerror=alert(1)&gt;" in made["finding"]


@pytest.fixture(scope="module")
def address(folders, tmp_path_factory):
    """The page without pictures, which take seconds."""
    contents = html_report.contents_of(outline_of(folders[0]), with_figures=False, against=folders[1])
    place = tmp_path_factory.mktemp("page") / "r.html"
    place.write_text(page.html(contents))
    return place.as_uri()


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), [("light", None), ("dark", None), ("dark", 360)])
def test_axe_finds_nothing_in_it(opened, address, as_seen, scheme, width):
    as_seen(scheme, width)
    browser = opened(address)
    assert browser.execute_script("return document.querySelectorAll('#comparison .sheet .bar').length") == 3
    assert violations(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_its_tables_sort_follow_the_year_and_are_saved(opened, address):
    browser = opened(address)
    sheet = browser.find_element("css selector", "[data-label='Tracks of A and B']")
    distances = [float(row[5]) for row in shown_rows(sheet)]
    browser.execute_script("arguments[0].querySelectorAll('th button')[5].click()", sheet)
    assert [float(row[5]) for row in shown_rows(sheet)] == sorted(distances)
    year = "const y = document.getElementById('year'); y.value = '1'; y.dispatchEvent(new Event('input'))"
    browser.execute_script(year)
    assert [row[0] for row in shown_rows(sheet)] == ["2006"]
    csv = browser.execute_script("return csvOf(arguments[0])", sheet).splitlines()
    assert len(csv) == 2 and csv[0].startswith("year,compared,in both,only A,only B,distance (km)")


def shown_rows(sheet):
    rows = [row for row in sheet.find_elements("css selector", "tbody tr") if row.is_displayed()]
    return [[cell.text.split(" ")[0] for cell in row.find_elements("css selector", "td")] for row in rows]
