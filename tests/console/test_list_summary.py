import csv
import io
import json

import pytest
from storm_lists import save_lists

from stormtracks.console import list_summary
from stormtracks.console.summary import summarise
from stormtracks.console.tables import Form
from stormtracks.errors import BadValue
from stormtracks.science.summary import LIST_BY


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(save_lists(tmp_path_factory.mktemp("results"), years=(2005, 2006)))


@pytest.fixture(scope="module")
def long_folder(tmp_path_factory):
    return str(save_lists(tmp_path_factory.mktemp("results"), members=1, years=range(2001, 2007)))


def ask(folder, by="year", json=False, top=0, **options):  # as the command does
    form = Form(csv=options.pop("csv", False), json=json)
    of_list = {"list": "tc", "wind": None, "share": None, "against": None} | options
    summarise(by, folder, None, form, top, False, of_list)


@pytest.mark.parametrize("by", [*LIST_BY, "consensus", "candidates"])
def test_every_table_is_printed_in_80_columns(folder, long_folder, by, capsys):
    ask(long_folder if by == "trend" else folder, by)
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) > 1
    assert max(len(line.rstrip()) for line in shown if not line.startswith("note:")) <= 80


def test_years_show_pod_and_far_and_each_table_what_its_headings_mean(folder, capsys):
    ask(folder)
    shown = capsys.readouterr().out
    assert "POD " in shown and ", FAR " in shown and "ACE: 1e4 kt2" in shown
    ask(folder, "consensus")
    assert "chance: calibrated probability" in " ".join(capsys.readouterr().out.split())
    ask(folder, "consensus", list="etc")
    assert "chance" not in capsys.readouterr().out


@pytest.mark.parametrize("by", ["year", "class", "consensus", "candidates"])
def test_csv_has_a_header_and_rows(folder, by, capsys):
    ask(folder, by, csv=True)
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows and all(None not in row and None not in row.values() for row in rows)
    if by == "candidates":
        assert {row["sid"] for row in rows} == {""} and len(rows) == 2


def test_json_is_one_document_and_that_of_several_years_a_list(folder, capsys):
    ask(folder, json=True)
    assert json.loads(capsys.readouterr().out)["list"] == "tc"
    ask(folder, "consensus", json=True)
    years = json.loads(capsys.readouterr().out)
    assert [year["year"] for year in years] == [2005, 2006]
    assert years[0]["storms"][0]["lat_smooth"] and years[0]["storms"][0]["intensity_max"] == pytest.approx(40, abs=3)


def test_share_of_the_lists_chooses_storms_of_a_consensus(folder, tmp_path, capsys):
    save_lists(tmp_path, members=4)
    save_lists(tmp_path, members=1, classes=(1, 1, 1, 1, 1))
    ask(str(tmp_path), "candidates", share="0")
    assert capsys.readouterr().out.count("candidate ") == 2
    ask(str(tmp_path), "candidates")
    assert capsys.readouterr().out.count("TC2005-") == 1


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_two_folders_are_compared(folder, form, capsys):
    ask(folder, against=folder, json=form == "json", csv=form == "csv")
    out = capsys.readouterr().out
    assert "2005" in out and "4 members" in out


@pytest.mark.parametrize(
    ("by", "options", "message"),
    [
        ("year", {"list": "hurricanes"}, "unknown list"),
        ("moon", {}, "unknown table of a list"),
        ("trend", {}, "needs lists of at least 5 years, not 2"),
        ("consensus", {"share": "2"}, "--share must be a fraction"),
        ("consensus", {"share": "half"}, "--share must be a fraction"),
        ("year", {"csv": True, "json": True}, "choose one"),
        ("year", {"list": None, "against": "elsewhere"}, "--against is of lists"),
        ("year", {"wind": "guess"}, "'wind' must be one of"),
    ],
)
def test_what_is_asked_wrongly_is_refused(folder, by, options, message):
    with pytest.raises(BadValue, match=message):
        ask(folder, by, **options)


def test_nothing_is_asked_of_lists_without_one():
    assert list_summary.asked("year", Form(), 0, False, {}) is None
