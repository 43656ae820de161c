"""`inv compare` as it is typed: tables, CSV, JSON, refusals with status 1 or 2."""

import json

import pytest
from ensembles import save_ensemble

from stormtracks.console.compare import compare
from stormtracks.console.tables import Form
from stormtracks.errors import StormtracksError

OPTIONS = {
    "years": None, "filter": {}, "consensus": False, "list": None, "best_tracks": None, "top": 0, "dest": None,
    "overwrite": False, "mixed": False,
    "width": "120", "dpi": "50", "projection": None, "title": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    a = save_ensemble(tmp_path_factory.mktemp("a"), 2)
    return str(a), str(save_ensemble(tmp_path_factory.mktemp("b"), 2, missing={1: (1,)}, seed=7))


def test_tables_say_what_is_compared(folders, capsys):
    compare(*folders, OPTIONS | {"top": 2}, Form())
    shown = capsys.readouterr().out
    assert shown.startswith(f"A: {folders[0]}, results (all tracks)\nB: {folders[1]}")
    assert "only A" in shown and "found by both" in shown and "Only in one: the strongest 2 of 5" in shown


def test_json_and_csv_are_whole(folders, capsys):
    compare(*folders, OPTIONS, Form(json=True))
    document = json.loads(capsys.readouterr().out)
    assert document["a"] == folders[0] and document["years"][0]["both_members"] == 2 and len(document["only"]) == 5
    compare(*folders, OPTIONS, Form(csv=True))
    assert (
        capsys.readouterr().out.splitlines()[0].startswith("year,compared,both,both_p05,both_p95,both_members,only_a")
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"top": -1}, "--top must be a number of rows"),
        ({"list": "tcs"}, "unknown list 'tcs'"),
        ({"filter": {"members": "7"}}, "no result of member 7"),
        ({"filter": {"min_share": "0.5"}}, "--min-share is of consensus tracks"),
        ({"filter": {"region": "1,2"}}, "--region must be south,north,west,east"),
        ({"years": "1999"}, "no result of the year 1999; choose from 2005"),
    ],
)
def test_what_is_wrong_is_refused(folders, options, words):
    with pytest.raises(StormtracksError, match=words):
        compare(*folders, OPTIONS | options, Form())


def test_a_filter_is_named_in_the_title(folders, capsys):
    compare(*folders, OPTIONS | {"filter": {"region": "0,25,-80,-20"}}, Form())
    assert "Tracks of A and B that pass 0N-25N 80W-20W" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("consensus", [False, True])
def test_a_map_is_drawn_of_one_pair_or_of_the_consensus(folders, tmp_path, capsys, consensus):
    place = tmp_path / "map.png"
    compare(*folders, OPTIONS | {"dest": str(place), "consensus": consensus}, Form())
    whose = "consensus" if consensus else "member 0"
    assert capsys.readouterr().out == f"{place}: 2005, tracks, {whose}\n" and place.stat().st_size > 10_000
    with pytest.raises(StormtracksError, match="exists already; choose another name"):
        compare(*folders, OPTIONS | {"dest": str(place)}, Form())
    with pytest.raises(StormtracksError, match="a figure's name must end in"):
        compare(*folders, OPTIONS | {"dest": str(tmp_path / "map.gif")}, Form())
