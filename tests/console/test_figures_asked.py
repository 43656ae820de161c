"""What a person asks `inv plot` for: a storm, a width, all tracks; and what titles say of the data."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from ensembles import member_result, save_ensemble

from stormtracks.console import plot
from stormtracks.console.figures import chosen, field_map, origin, storm_asked
from stormtracks.console.figures.printing import printed
from stormtracks.errors import BadValue, StormtracksError
from stormtracks.science import results
from stormtracks.science.consensus import consensus
from stormtracks.science.records import Named

OPTIONS = {"years": None, "member": None, "storm": None, "region": None, "best_tracks": None, "overwrite": True}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_ensemble(tmp_path_factory.mktemp("results"), 3, (2004, 2005))


@pytest.fixture
def drawn(folder, monkeypatch, tmp_path):
    """Draws, and returns what a figure's function was given."""

    def draw(kind, function, **options):
        given = SimpleNamespace()
        real = getattr(plot.plots, function)

        def keep(*args, **how):
            given.args, given.how = args, how
            return real(*args, **how)

        monkeypatch.setattr(plot.plots, function, keep)
        monkeypatch.setattr(chosen, "best_tracks_file", lambda _: None)
        place = tmp_path / "figure.png"
        plot.plot(kind, str(place), OPTIONS | {"results": str(folder), "mixed": False, "dpi": "40"} | options)
        return given

    return draw


def matches(**storms):
    """A stand-in for the matches of a year: names by identifier."""
    found = Named()
    found.sid, found.name = np.array(list(storms.values())), np.array(list(storms))
    return found


@pytest.mark.parametrize(
    ("wanted", "year"),
    [("KATRINA", 2005), ("2005236N23285", 2005), ("2004001N00000", 2004), ("C2004-012", 2004), ("TC2005-001", 2005)],
)
def test_a_storm_tells_its_year(wanted, year):
    known = {2004: matches(IVAN="2004001N00000", X="1"), 2005: matches(KATRINA="2005236N23285", X="2")}
    assert storm_asked.year_of(wanted, [2004, 2005], known.get) == year


def test_a_name_of_several_years_and_one_of_none_are_refused_with_what_to_give():
    known = {2004: matches(X="2004001N1"), 2005: matches(X="2005001N1")}
    with pytest.raises(BadValue, match=r"several years .* \(2004: 2004001N1, 2005: 2005001N1\); give the identifier"):
        storm_asked.year_of("X", [2004, 2005], known.get)
    with pytest.raises(BadValue, match="none of 2004, 2005 has a storm 'KATRINA'; `inv summary --by storm`"):
        storm_asked.year_of("KATRINA", [2004, 2005], known.get)
    of_two = {2004: matches(IVAN="2004001N1"), 2005: matches(KATRINA="2005001N1")}
    with pytest.raises(BadValue, match=r"has a storm 'KATRINE'; did you mean 'KATRINA'\? `inv summary --by storm`"):
        storm_asked.year_of("KATRINE", [2004, 2005], of_two.get)
    with pytest.raises(BadValue, match="C1999-001 is of 1999; there are results of 2004, 2005 only"):
        storm_asked.year_of("C1999-001", [2004, 2005], known.get)
    with pytest.raises(BadValue, match="C2005-001 is of 2005; there are results of 2004 only"):
        storm_asked.year_of("C2005-001", [2004], known.get)


def test_a_storm_at_the_turn_of_a_year_is_that_of_the_year_in_its_identifier():
    known = {2004: matches(X="2004360N1"), 2005: matches(X="2004360N1")}
    assert storm_asked.year_of("X", [2004, 2005], known.get) == 2004


def test_all_pieces_of_a_storm_are_drawn_and_said(folder):
    agreed = consensus(folder, 2005)
    twice = dataclasses.replace(agreed, sid=agreed.sid[[0, 0, 2, 3, 4][: len(agreed)]])
    assert storm_asked.rows_of(twice, str(agreed.sid[0]), "").tolist() == [0, 1]
    candidate = str(agreed.candidate_name[agreed.candidate][0])
    assert agreed.candidate[storm_asked.rows_of(agreed, candidate, "")].all()


@pytest.mark.slow
def test_a_storm_is_drawn_without_naming_its_year(drawn):
    given = drawn("storm", "storm_members", storm="2005213n15329", years="2005", width="89mm")
    assert given.how["printed"].width_mm == 89 and given.args[1].tolist() == [0]


@pytest.mark.slow
def test_tracks_are_first_the_storms_and_then_all(drawn, capsys):
    given = drawn("tracks", "year_tracks", years="2005", member=1)
    assert len(given.args[0]) == 3 and given.how["muted"] and "(observed storms)" in given.args[4]
    assert "3 of 5 tracks are drawn: observed storms; --all draws all" in " ".join(capsys.readouterr().out.split())
    assert len(drawn("tracks", "year_tracks", years="2005", member=1, all=True).args[0]) == 5


def test_how_a_figure_is_printed():
    made = printed({"width": "89mm", "dpi": "600", "projection": "lambert", "title": ""})
    assert (made.width_mm, made.dpi, made.projection, made.title) == (89.0, 600, "lambert", "")
    assert printed({}).width_mm == 183
    for wrong in ({"width": "wide"}, {"dpi": "fine"}, {"dpi": "nan"}, {"dpi": "1e999"}, {"width": "inf"}):
        with pytest.raises(BadValue, match="must be a number such as"):
            printed(wrong)


@pytest.mark.parametrize(
    ("kind", "dest", "options", "message"),
    [
        ("years", "figure.xyz", {}, r"must end in .png, .svg, .pdf"),
        ("years", "no/figure.png", {}, "no such folder; create it first"),
        ("years", "folder.png", {}, "is a folder; choose another name"),
        ("years", "figure.png", {"projection": "mercator"}, "--kind years has no map; leave --projection out"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(tmp_path, kind, dest, options, message):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(StormtracksError, match=message):
        plot.plot(kind, str(tmp_path / dest), OPTIONS | {"results": str(tmp_path / "none"), "mixed": False} | options)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_a_time_outside_the_season_is_refused_and_one_between_is_the_nearest():
    times = np.arange("2005-08-01T00", "2005-08-03T00", 6, "datetime64[h]").astype("datetime64[s]")
    assert [field_map.step_of(times, wanted, "standard") for wanted in ("2005-08-01T05", "2005-08-02T18")] == [1, 7]
    for wanted in ("2005-07-31T23", "2005-08-02T19", "1999-01-01"):
        with pytest.raises(BadValue, match=r"is not in the season, which is from 2005-08-01T00 to 2005-08-02T18"):
            field_map.step_of(times, wanted, "standard")


@pytest.mark.slow
@pytest.mark.parametrize("title", ["$\\frac{1}$", "a $ b $ \\alpha", "one\ntwo\t\x1b[31m", "x" * 500, "台风 " * 80])
def test_any_title_is_drawn_as_it_is(drawn, tmp_path, capsys, title):
    drawn("years", "storms_per_year", title=title)
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
    said = capsys.readouterr()
    assert ("lacks, drawn as boxes: 台风" in " ".join(said.out.split())) == ("台" in title) and not said.err


def test_titles_say_the_data_and_the_months():
    assert origin.data({"inputs": [{"path": "/archive/20crv3/data/2005/u850.nc"}]}) == "20crv3"
    assert origin.data({"inputs": []}) == "data"
    span = origin.Span()
    tracks = member_result(0).tracks
    assert span.seen(tracks) is tracks and span.text([2004, 2005]).replace("\u00a0", " ") == "Aug 2004–2005"
    assert origin.members({2004: (0, 1), 2005: (0, 1)}) == "2 members of 2 seasons each"
    assert origin.members({2004: (0,)}) == "1 member"


def test_the_data_of_a_list_are_those_of_the_results_it_was_made_from(tmp_path, monkeypatch):
    made = {"classify": ["/x/ibtracs/best.nc"], "vort_track": ["/x/era5/u_2005.nc", "/x/ibtracs/best.nc"]}

    def header(path):
        task = path.parts[-3]
        inputs = [{"path": one} for one in made[task]]
        return SimpleNamespace(task=task, year=2005, ensemble_member=0, provenance={"inputs": inputs})

    monkeypatch.setattr(origin.results, "load_header", header)
    place = results.path(tmp_path, "classify", 2005, 0)
    assert origin.data_of(place) == "data", "the best tracks are not the data"
    beside = results.path(tmp_path, "vort_track", 2005, 0)
    beside.parent.mkdir(parents=True)
    beside.touch()
    assert origin.data_of(place) == origin.data_of(beside) == "era5"


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("tracks", {"storm": "KATRINA"}, "--storm is for --kind storm, not for tracks"),
        ("lifetime", {"member": 0}, "--member is for --kind tracks or field, not for lifetime.*--members"),
        ("years", {"all": True}, "--all is for --kind tracks or storm, not for years"),
        ("tracks", {"member": 0, "members": "1"}, "--members is for figures of several members"),
        ("field", {"members": "1", "time": "2005-08-01"}, "--members is for figures of several members"),
    ],
)
def test_what_a_figure_would_not_heed_is_refused(drawn, kind, options, message):
    with pytest.raises(BadValue, match=message):
        drawn(kind, "year_tracks", **options)


@pytest.mark.parametrize("asked", [None, "tc"])
def test_a_candidate_of_a_list_names_its_list(asked):
    assert storm_asked.list_of("TC2005-001", asked) == "tc"


@pytest.mark.parametrize(("wanted", "asked"), [("TC2005-001", "etc"), ("C2005-001", "tc")])
def test_a_candidate_of_another_list_is_refused(wanted, asked):
    with pytest.raises(BadValue, match=f"{wanted} is a candidate of .*; leave --list {asked} out"):
        storm_asked.list_of(wanted, asked)


def test_a_candidate_among_some_of_the_members_is_refused_with_the_reason(drawn):
    with pytest.raises(BadValue, match=r"name of the consensus of all members.*; leave --members out"):
        drawn("storm", "storm_members", storm="C2005-001", members="0-1")


def test_a_consensus_of_one_member_is_called_that(drawn):
    assert "consensus of 1 member" in (title := drawn("tracks", "year_tracks", years="2005", members="0").args[4])
    assert "1 members" not in title
