"""The page as a file: whole, self-contained, refused where it cannot be."""

import dataclasses
import json
import re
import socket
from pathlib import Path

import numpy as np
import pytest

from stormtracks import report
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.report import html_report, page
from stormtracks.report.outline import outline_of
from stormtracks.science import results
from stormtracks.science.errors import InputError, ResultError
from stormtracks.science.filters import Filter

from .test_trackdata import unpack


@pytest.fixture(scope="session")
def html(results_folder, best_tracks, tmp_path_factory):
    path = report.write(results_folder, tmp_path_factory.mktemp("page"), best_tracks=best_tracks)
    assert path.name == "report.html" and [p.name for p in path.parent.iterdir()] == ["report.html"]
    return path.read_text(encoding="utf-8")


def embedded(html, name):
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)[1])


def test_it_asks_nothing_of_any_network(html):
    assert not re.findall(r'(?:src|href|action)\s*=\s*"(?!#|data:)', html)
    assert not re.findall(r"@import|url\(", html)
    assert "default-src 'none'" in html and "connect-src 'none'" in html


def test_it_carries_the_tracks_and_the_observed_ones(html):
    tracks = embedded(html, "tracks")
    assert tracks["years"] == [2005] and tracks["total"] == 78
    assert {storm["name"] for storm in tracks["storms"]} >= {"KATRINA", "WILMA"} and embedded(html, "live") is None


def test_the_figures_are_in_it_with_words(html):
    assert html.count('src="data:image/png;base64,') == 3 and html.count('alt="Map of') == 3
    assert "Wilma of 2005 in all its members" in html and html.count('<figure data-year="2005">') == 2


def test_no_folder_of_the_machine_is_in_it(html, results_folder, best_tracks):
    words = re.sub(r"data:image/[^\"]*|<script.*?</script>", "", html, flags=re.S)
    for folder in (
        str(results_folder),
        str(best_tracks.parent),
        str(Path.home()),
        "/home",
        "/tmp",
        socket.gethostname(),
    ):
        assert folder not in html.replace("\\/", "/") if len(folder) > 6 else folder not in words


def test_it_opens_with_the_finding_and_ends_with_the_run(html):
    places = [
        html.index(f'id="{part}"')
        for part in ("fragment-finding", "map", "storms", "candidates", "skill", "figures", "run")
    ]
    assert places == sorted(places)
    assert re.search(r"30 observed storms in 2005, found by .* on average.*; mean distance \d+ km", html)


def test_a_filter_restricts_map_tables_and_finding_and_is_said(results_folder, best_tracks):
    seen = outline_of(results_folder, members=[0, 1], asked=Filter(min_peak_s1=3e-4, months=(8, 9)))
    contents = html_report.contents_of(seen, best_tracks, with_figures=False)
    said = contents.fragments["finding"]
    assert f"<b>Only tracks that {seen.asked.describe()}, of members 0, 1.</b>" in said
    found = unpack(contents.tracks)
    members = found["member"]
    assert set(members.tolist()) == {-2, -1, 0, 1} and contents.tracks["total"] == (members >= 0).sum() > 0
    peaks = np.maximum.reduceat(found["strength"], np.cumsum(found["size"], dtype=int) - found["size"])
    assert (peaks[members >= 0] >= 2999).all()
    months = {storm["sid"][4:7] for storm in contents.tracks["storms"]}  # of an identifier: the day of the year
    assert len(months) < 30 and all(212 <= int(day) <= 274 for day in months)


def test_a_filter_that_nothing_fulfils_is_refused(results_folder, tmp_path):
    with pytest.raises(InputError, match="no track is left"):
        report.write(results_folder, tmp_path, asked=Filter(min_hours=9000))
    assert not list(tmp_path.iterdir())


def test_results_without_a_track_make_a_page(results_folder, tmp_path):
    result = results.load(results_folder, 2005, 0)
    none = type(result.tracks)(*(values[:0] for name, values in vars(result.tracks).items() if name != "calendar"))
    nothing = np.full(len(result.matches), -1)
    missed = dataclasses.replace(result.matches, track=nothing, storm_of_track=nothing[:0])
    results.save(dataclasses.replace(result, tracks=none, matches=missed), tmp_path)
    html = report.write(tmp_path, tmp_path).read_text()
    assert embedded(html, "tracks") is None and html.count("data:image/") == 0


def test_nothing_of_the_template_is_left_open(html):
    assert not re.findall(r"\$(title|created|run|grid|style|script|policy)\b", html)
    assert html.count("<h1>") == 1 and "vort_track 2005" in html


def test_no_text_ends_the_script_it_stands_in():
    evil = {"name": "</script><script>alert(1)</script>"}
    made = page.html(page.PageContents("<b>", "", tracks={"storms": [evil], "arrays": [], "data": ""}))
    assert embedded(made, "tracks")["storms"] == [evil] and "<title>&lt;b&gt;</title>" in made
    assert made.count("</script>") == 5


@pytest.mark.slow
def test_progress_ends_each_pass_with_all_its_results(results_folder, tmp_path):
    seen = []
    report.write(results_folder, tmp_path / "a.html", progress=lambda *a: seen.append(a))
    # What the index has of the summary comes at once, the consensus of a year too; the map's tracks one by one.
    assert [(done, total) for done, total in seen if done in (3, 6)] == [(3, 9), (6, 9)]
    assert seen == sorted(set(seen)) and seen[-3:] == [(7, 9), (8, 9), (9, 9)]


@pytest.mark.slow
def test_one_that_is_there_is_replaced_whole(results_folder, tmp_path):
    (tmp_path / "a.html").write_text("old")
    assert "<title>" in report.write(results_folder, tmp_path / "a.html", years=[2005]).read_text()


@pytest.mark.parametrize(
    ("folder", "destination", "options", "error", "message"),
    [
        ("nowhere", "a.html", {}, ResultError, "no such folder of results"),
        (".", "a.html", {}, InputError, "there are no results of vort_track; run inv track first"),
        (None, "a.pdf", {}, InputError, "ends in .html"),
        (None, "no/a.html", {}, InputError, "no such folder; create it first"),
        (None, "a.html", {"years": [1999]}, InputError, "of these years"),
        (None, "a.html", {"journal": "no.sqlite"}, JournalRefused, "there is no run no"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    results_folder, tmp_path, folder, destination, options, error, message
):
    folder = results_folder if folder is None else tmp_path / folder
    if "journal" in options:
        options = {"journal": tmp_path / options["journal"]}
    with pytest.raises(error, match=message):
        report.write(folder, tmp_path / destination, **options)
    assert not list(tmp_path.iterdir())
