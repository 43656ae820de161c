"""The page of a list: its storms on the map, how many there are, where, how strong."""

import json
import re

import pytest
from storm_lists import save_lists

from stormtracks import report
from stormtracks.science.errors import InputError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_lists(tmp_path_factory.mktemp("results"), members=2)


@pytest.mark.slow
def test_it_has_the_storms_of_the_list_and_its_statistics(folder, tmp_path):
    html = report.write(folder, tmp_path, storm_list="tc").read_text(encoding="utf-8")
    tracks = json.loads(re.search(r'<script type="application/json" id="tracks">(.*?)</script>', html, re.S)[1])
    assert tracks["total"] == 4 * 2  # of two members; their strays are in no list
    assert "Tropical cyclones 2005" in html and "Tropical cyclones by basin" in html and "landfalls" in html
    assert "ARLENE" in html and html.count("data:image/png") == 3


def test_without_lists_it_says_which_tasks_make_them(tmp_path):
    with pytest.raises(InputError, match="run inv track --task vort_track,field_collection,classify first"):
        report.write(tmp_path, tmp_path, storm_list="tc")
