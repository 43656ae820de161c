"""A page of some tracks: what is on its map, what its figures say, and that it says so."""

import json
import re

import pytest
from storm_lists import save_lists

from stormtracks import report
from stormtracks.report.html_report import tracks_of
from stormtracks.report.outline import outline_of
from stormtracks.science.filters import Filter, NothingLeft


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_lists(tmp_path_factory.mktemp("results"), members=3)


def test_the_map_has_what_is_asked_for(folder):
    every, others, observed = (
        tracks_of(outline_of(folder, asked=asked)) for asked in (None, Filter(matched=False), Filter(matched=True))
    )
    assert (every["total"], others["total"], observed["total"]) == (15, 6, 9)
    assert (len(every["storms"]), len(others["storms"]), len(observed["storms"])) == (3, 0, 3)


def test_some_members(folder):
    outline = outline_of(folder, members=[0, 2])
    assert outline.results == {2005: (0, 2)}
    assert tracks_of(outline)["total"] == 10


@pytest.mark.parametrize("storm_list", [None, "tc"])
def test_the_page_says_what_it_is_restricted_to(folder, tmp_path, monkeypatch, storm_list):
    monkeypatch.setattr("stormtracks.report.figures.pictures", lambda *args: ([], ""))
    page = report.write(folder, tmp_path / "r.html", storm_list=storm_list, asked=Filter(matched=False, min_hours=48))
    text = page.read_text()
    assert "<b>Only tracks that last 48 h or more and are not observed storms.</b>" in text
    tracks = json.loads(re.search(r'id="tracks">(.*?)</script>', text, re.DOTALL)[1])
    assert tracks["storms"] == []
    assert [group["id"] for group in tracks["groups"]] == ["TC2005-001" if storm_list else "C2005-001"]


def test_nothing_left_writes_nothing(folder, tmp_path):
    with pytest.raises(NothingLeft, match="0 that last 800 h or more"):
        report.write(folder, tmp_path / "r.html", asked=Filter(min_hours=800))
    assert list(tmp_path.iterdir()) == []
