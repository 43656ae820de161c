"""Figures of an open folder: what is drawn is what is chosen."""

from types import SimpleNamespace

import numpy as np
import pytest
import storm_lists
from ensembles import member_result

import stormtracks
from stormtracks.errors import BadValue, NotThere
from stormtracks.notebook.chosen.choice import Choice
from stormtracks.notebook.chosen.opened import Opened
from stormtracks.notebook.chosen.selection import Selection
from stormtracks.notebook.figures.observed import file_of
from stormtracks.science import plots
from stormtracks.science import results as stored


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("plots") / "results"
    storm_lists.save_lists(place, members=3, years=(2005, 2006), settings={"tc_probability_least": 0.5})
    for year in (2005, 2006):
        for member in range(3):
            made = member_result(member, year)
            made.provenance["settings"] = {"threshold_s1": 2.5e-5}
            stored.save(made, place)
    return place


@pytest.fixture
def results(folder):
    return stormtracks.open(folder)


@pytest.fixture
def drawn(monkeypatch):
    """What figures are asked for, without drawing."""
    calls = {}

    class Figure:
        def savefig(self, file, format):  # noqa: A002
            file.write(format.encode())

    def keep(name):
        def draw(*given, **how):
            calls[name] = (given, how)
            return Figure()

        return draw

    for name in ("storm_members", "year_tracks", "density"):
        monkeypatch.setattr(plots, name, keep(name))
    return calls


def test_a_storm_with_all_its_members(results, drawn):
    figure = results.sel(year=2006).plot.storm("arlene", width_mm=89)
    agreed, numbers, ensemble, best = drawn["storm_members"][0]
    assert (agreed.year, agreed.name[numbers].tolist(), len(ensemble), best) == (2006, ["ARLENE"], 3, None)
    assert drawn["storm_members"][1]["printed"].width_mm == 89
    assert figure._repr_png_() == b"png"


def test_a_candidate_by_its_name_and_a_storm_of_a_list(results, drawn):
    results.plot.storm("C2006-001")
    agreed, numbers, *_ = drawn["storm_members"][0]
    assert (agreed.year, agreed.candidate_name[numbers].tolist()) == (2006, ["C2006-001"])
    results.sel(list="tc", year=2005).plot.storm("POLAR")
    agreed, numbers, ensemble, _ = drawn["storm_members"][0]
    assert (agreed.list_name, [len(tracks) for tracks in ensemble]) == ("tc", [4, 4, 4])


def test_tracks_of_the_consensus_or_of_one_member(results, drawn):
    north = results.sel(year=2005).filter(genesis_region=(0, 90, -180, 180), matched=True)
    north.plot.tracks()
    tracks, best, known, region, title = drawn["year_tracks"][0]
    assert (len(tracks), best, known.tolist()) == (3, None, [True] * 3)
    assert region == plots.region_of(tracks.lat, tracks.lon)
    assert title.startswith("2005: consensus of 3 members; begin in 0N-90N")
    north.sel(member=1).plot.tracks()
    tracks, _, known, *_, title = drawn["year_tracks"][0]
    assert (len(tracks), known.all()) == (3, True) and title.startswith("2005, member 1; ")


def test_density_counts_seasons_without_tracks_too(results, drawn):
    results.sel(storm="C2006-001").plot.density()
    values, *_, title = drawn["density"][0]
    assert title == "Track density, 6 seasons; C2006-001" and values.max() > 0


def test_where_tracks_begin_and_end(results, drawn):
    south = results.filter(genesis_region=(-90, 0, -180, 180), matched=False, min_hours=80)
    south.plot.genesis()
    begun, *_, title = drawn["density"][0]
    south.plot.lysis()
    ended, grid, *_ = drawn["density"][0]
    assert title.startswith("Genesis, ") and title.endswith("are not observed storms")
    first, last = (grid.lat[np.unravel_index(values.argmax(), values.shape)[0]] for values in (begun, ended))
    assert first > last  # the candidate goes from 15 S to 25 S


@pytest.mark.parametrize("kind", ["intensity", "lifetime", "season"])
def test_figures_of_all_seasons_are_of_what_is_chosen(results, monkeypatch, kind):
    calls = []

    def draw(population, list_name, *, printed=None):
        calls.append((population.seasons, list_name, printed.width_mm))
        return SimpleNamespace()

    monkeypatch.setattr(plots, kind, draw)
    getattr(results.sel(list="tc").filter(min_hours=80).plot, kind)(width_mm=89)
    ((seasons, *how),) = calls
    assert how == ["tc", 89]
    assert seasons.startswith("2005 to 2006 (2\N{NO-BREAK SPACE}seasons), 3 members; ") and seasons.endswith(
        "last 80 h or more"
    )


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        (lambda plot: plot.storm(), BadValue, r'give its name or sid, as plot.storm\("KATRINA"\)'),
        (lambda plot: plot.storm("ARLEN"), NotThere, r"unknown storm 'ARLEN'; did you mean 'ARLENE'\?"),
        (lambda plot: plot.storm("ARLENE"), BadValue, r"is a storm of 2005-2006; choose the year: .sel\(year=2005\)"),
        (lambda plot: plot.storm("C2006-009"), NotThere, r"C2006-009: no consensus track of 2006 is this storm"),
        (lambda plot: plot.tracks(), BadValue, r"of 2005-2006; choose it: .sel\(year=...\)"),
        (lambda plot: plot.density(width_mm=1), BadValue, r"a figure's width must be 60 to 400 mm"),
    ],
)
def test_what_cannot_be_drawn_is_refused(results, asked, kind, message):
    with pytest.raises(kind, match=message):
        asked(results.plot)


def test_a_figure_of_many_storms_is_not_of_one(results):
    with pytest.raises(BadValue, match="this figure is of many storms, and ARLENE alone is chosen"):
        results.sel(storm="ARLENE").plot.season()


def test_no_track_is_no_figure(results):
    nothing = results.filter(min_peak=999).sel(year=2005)
    for asked in (nothing.plot.density, nothing.sel(member=1).plot.tracks):
        with pytest.raises(NotThere, match="no track is chosen"):
            asked()


def test_the_figures_are_named(results):
    assert repr(results.plot).startswith(
        "<Plots: .density(), .genesis(), .intensity(), .lifetime(), .lysis(), .season(), .storm()"
    )


@pytest.mark.slow
def test_a_figure_is_a_picture_in_a_notebook(results):
    figure = results.sel(year=2005, member=0).plot.tracks(width_mm=89, dpi=50)
    picture = figure._repr_png_()
    assert picture.startswith(b"\x89PNG") and len(picture) > 5000
    assert np.isclose(figure.get_size_inches()[0], 89 / 25.4)


def test_the_file_of_best_tracks_is_that_of_the_first_year_that_names_one_and_only_if_it_is_there(tmp_path):
    copy, there = tmp_path / "results", tmp_path / "mine.csv"
    for year, inputs in ((2005, []), (2006, [{"path": "/data/u850.nc"}, {"path": str(there)}])):
        made = member_result(0, year)
        made.provenance["inputs"] = inputs
        stored.save(made, copy)
    selection = Selection(Opened(copy), Choice())
    assert file_of(selection, [2005, 2006]) is None
    there.touch()
    assert file_of(selection, [2005, 2006]) == there
    assert file_of(selection, [2005]) is None
