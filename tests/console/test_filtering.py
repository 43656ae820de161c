"""The same filters in every command that looks at results."""

import json

import pytest
from invoke import Context
from storm_lists import save_lists

import tasks
from stormtracks.console import filtering
from stormtracks.errors import BadValue
from stormtracks.science.errors import InputError
from stormtracks.science.filters import Filter


def _options(command):
    """Names of a command's options; its `help` is no guide, since Invoke empties it."""
    return {argument.name for argument in command.get_arguments()}


FILTERED = {name: command for name, command in tasks.namespace.tasks.items() if "min_share" in _options(command)}
NOTHING = dict.fromkeys(name.replace("-", "_") for name in tasks.FILTERS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_lists(tmp_path_factory.mktemp("results"))


def run(name, **options):
    """A command as invoke calls it, with all of its options."""
    command = tasks.namespace[name]
    defaults = {argument.name: argument.default for argument in command.get_arguments()}
    command(Context(), **{key: options.pop(key, value) for key, value in defaults.items()})
    assert not options


@pytest.mark.parametrize("name", FILTERED)
def test_every_filter_is_an_option_of_every_command_that_has_one(name):
    known = {argument.name for argument in FILTERED[name].get_arguments()}
    assert {option.replace("-", "_") for option in tasks.FILTERS} <= known
    assert "chosen" not in known


def test_nothing_given_is_nothing_asked():
    assert filtering.looked_at(NOTHING) == filtering.EVERYTHING
    assert not filtering.filter_of(NOTHING)


def test_all_options_become_one_filter():
    given = {
        "region": "0,30,-100,-20", "basin": "na, EP", "months": "8-10", "genesis_region": "5,20,150,-150",
        "min_peak": "8", "min_hours": "48", "min_distance": "500", "min_share": "0.5", "unmatched": True,
        "members": "0-2",
    }  # fmt: skip
    looked = filtering.looked_at(given)
    assert looked.members == (0, 1, 2)
    assert looked.asked == Filter(
        region=(0, 30, -100, -20),
        basins=("NA", "EP"),
        months=(8, 9, 10),
        genesis_region=(5, 20, 150, -150),
        min_peak_s1=8 * 1e-5,
        min_hours=48,
        min_distance_km=500,
        matched=False,
        min_share=0.5,
    )


@pytest.mark.parametrize(
    ("text", "months"), [("8", (8,)), ("11-2", (11, 12, 1, 2)), ("6,8-9,8", (6, 8, 9)), ("1-12", tuple(range(1, 13)))]
)
def test_months_as_they_are_typed(text, months):
    assert filtering.filter_of({"months": text}).months == months


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("region", "0,30", "--region must be south,north,west,east"),
        ("region", "30,0,0,10", "--region must be south, north"),
        ("genesis_region", "a,b,c,d", "--genesis-region must be south,north,west,east"),
        ("basin", "NX", "unknown basin 'NX'; known: EP"),
        ("months", "0-3", "--months must be months from 1 to 12"),
        ("months", "aug", "--months must be months from 1 to 12"),
        ("min_peak", "strong", "--min-peak must be a number in 1e-5 s-1, such as 8, not 'strong'"),
        ("min_hours", "-3", "--min-hours must be a number of hours, not '-3'"),
        ("min_distance", "nan", "--min-distance must be a number of km"),
        ("min_share", "50", "--min-share must be a fraction from 0 to 1, not '50'"),
        ("members", "x", "--members must be members"),
    ],
)
def test_a_wrong_text_is_refused_by_the_name_of_its_option(option, text, message):
    with pytest.raises(BadValue, match=message):
        filtering.looked_at({option: text})


def test_both_of_what_excludes_each_other_is_refused():
    with pytest.raises(BadValue, match="--matched and --unmatched cannot both be"):
        filtering.filter_of({"matched": True, "unmatched": True})


@pytest.mark.parametrize("by", ["year", "member", "storm", "class", "consensus"])
@pytest.mark.parametrize("of_list", [None, "tc"])
def test_every_table_of_a_summary_says_what_it_is_of(folder, capsys, by, of_list):
    run("summary", by=by, list=of_list, results=str(folder), min_hours="40", matched=True)
    shown = " ".join(capsys.readouterr().out.split())
    assert "that last 40 h or more and are observed storms" in shown


@pytest.mark.parametrize(("of_list", "name"), [(None, "C2005-001"), ("tc", "TC2005-001")])
def test_candidates_are_called_alike_with_and_without_a_filter(folder, capsys, of_list, name):
    for filters in ({}, {"min_hours": "40"}, {"genesis_region": "-40,0,30,90"}):
        run("summary", by="candidates", list=of_list, results=str(folder), **filters)
        assert name in capsys.readouterr().out


def test_of_some_members_candidates_have_no_name_and_it_is_said(folder, capsys):
    run("summary", by="candidates", results=str(folder), members="0-2")
    shown = capsys.readouterr().out
    assert "C2005" not in shown
    assert "candidates have no names here" in " ".join(shown.split())


def test_json_says_what_was_asked(folder, capsys):
    run("summary", by="consensus", results=str(folder), json=True, unmatched=True)
    made = json.loads(capsys.readouterr().out)
    assert made["asked"] == "are not observed storms"
    assert [storm["candidate"] for storm in made["storms"]] == ["C2005-001"]


@pytest.mark.parametrize("how", [{}, {"list": "tc"}, {"by": "consensus"}, {"by": "candidates", "list": "tc"}])
def test_nothing_left_ends_with_the_counts(folder, capsys, how):
    with pytest.raises(SystemExit) as ended:
        run("summary", results=str(folder), min_hours="2000", **how)
    assert ended.value.code == 1
    assert "0 that last 2000 h or more" in capsys.readouterr().err


def test_a_share_of_the_members_is_refused_where_there_is_no_consensus(folder, capsys):
    for of_list in (None, "tc"):
        with pytest.raises(SystemExit) as ended:
            run("summary", results=str(folder), min_share="0.5", list=of_list)
        assert ended.value.code == 2
        assert "--min-share is of consensus tracks; show them with --by consensus" in capsys.readouterr().err


@pytest.mark.parametrize("consensus", [False, True])
def test_exports_take_them(folder, tmp_path, capsys, consensus):
    place = tmp_path / "tracks.csv"
    run("export", format="csv", dest=str(place), results=str(folder), consensus=consensus, matched=True, members="0-3")
    assert capsys.readouterr().out.strip().endswith("tracks.csv")
    about = json.loads((tmp_path / "tracks.csv.about.json").read_text())
    assert about["selection"]["filter"] == {"matched": True}
    assert about["selection"]["members"] == [0, 1, 2, 3]


def test_an_export_of_members_has_no_share(folder, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run("export", format="csv", dest=str(tmp_path / "a.csv"), results=str(folder), min_share="0.5")
    assert "--min-share is of consensus tracks; write these with --consensus" in capsys.readouterr().err


def test_two_folders_are_compared_under_a_filter(folder, capsys):
    run("compare", first=str(folder), second=str(folder), matched=True, json=True)
    every = capsys.readouterr().out
    run("compare", first=str(folder), second=str(folder), json=True)
    assert every != capsys.readouterr().out


def draw(folder, place, kind="tracks", **filters):
    """A figure, small and fast: what the command has printed is its title."""
    given = {"width": "60", "dpi": "30", "years": "2005", "best_tracks": None, **filters}
    run("plot", kind=kind, results=str(folder), dest=str(place / f"{kind}.png"), overwrite=True, **given)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "filters", "said"),
    [
        ("tracks", {"matched": True}, "tracks that are observed storms"),
        ("tracks", {"member": "1", "min_hours": "40"}, "member 1; tracks that last 40 h or more"),
        ("tracks", {"list": "tc", "unmatched": True, "min_share": "0.5"}, "held by 50 % of the members or more"),
        ("density", {"unmatched": True}, "tracks that are not observed storms"),
        ("years", {"min_hours": "40"}, "tracks that last 40 h or more"),
    ],
)
def test_figures_take_them_and_say_so(folder, tmp_path, capsys, monkeypatch, kind, filters, said):
    monkeypatch.setattr("stormtracks.console.figures.chosen.best_tracks_file", lambda given: None)
    draw(folder, tmp_path, kind, **filters)
    assert said in " ".join(capsys.readouterr().out.split())


def test_a_region_is_what_a_map_of_density_shows_and_filters_nothing(folder, tmp_path, capsys, monkeypatch):
    seen = []

    def enough(tracks, region):
        seen.append((len(list(tracks)), region))
        raise InputError("enough")

    monkeypatch.setattr("stormtracks.console.figures.density_map.density.track_density", enough)
    with pytest.raises(SystemExit):
        draw(folder, tmp_path, "density", region="0,45,-80,-10")
    assert seen == [(4, (0, 45, -80, -10))]


@pytest.mark.parametrize(
    ("kind", "filters", "message"),
    [
        ("storm", {"storm": "ARLENE", "min_hours": "4"}, "--kind storm takes no filter but --region and --members"),
        ("density", {"min_share": "0.5"}, "--min-share is of consensus tracks; draw them with --kind tracks"),
        ("tracks", {"min_hours": "900"}, "0 that last 900 h or more"),
        ("tracks", {"min_hours": "900", "member": "0"}, "5 tracks in all, 0 that last 900 h or more"),
        ("storm", {"storm": "C2005-002"}, "unknown storm 'C2005-002'; did you mean 'C2005-001'?"),
    ],
)
def test_what_a_figure_cannot_show_is_refused(folder, tmp_path, capsys, monkeypatch, kind, filters, message):
    monkeypatch.setattr("stormtracks.console.figures.chosen.best_tracks_file", lambda given: None)
    with pytest.raises(SystemExit):
        draw(folder, tmp_path, kind, **filters)
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("list_name", [None, "tc"])
@pytest.mark.parametrize("by", ["consensus", "candidates"])
def test_no_table_is_printed_where_nothing_is_left(folder, capsys, by, list_name):
    with pytest.raises(SystemExit) as ended:
        run("summary", by=by, list=list_name, results=str(folder), min_peak="999")
    printed = capsys.readouterr()
    assert ended.value.code == 1 and printed.out == "" and "no track is left" in printed.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "candidates", "matched": True}, "--by candidates is of tracks that are not observed storms; leave"),
        ({"by": "false"}, "--by false is a table of a list of storms; name the list with --list"),
        ({"by": "lead", "list": "tc"}, "--by lead is not a table of a list of storms; leave --list out"),
    ],
)
def test_a_table_that_cannot_be_asked_for_like_this_says_how(folder, capsys, options, message):
    with pytest.raises(SystemExit) as ended:
        run("summary", results=str(folder), **options)
    assert ended.value.code == 2 and message in capsys.readouterr().err
