"""`inv plot`: figures of all years and members, and films, as the command makes them."""

import dataclasses

import pytest
from ensembles import member_result
from PIL import Image
from storm_lists import save_lists

from stormtracks.console import plot
from stormtracks.errors import BadValue
from stormtracks.science import results
from stormtracks.science.errors import InputError

OF_1_0 = {"max_speed": 30.0, "min_peak": 5e-05}
NAMES = "years", "member", "members", "storm", "time", "data", "region", "best_tracks", "list", "dpi"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four members, of which one has no 2006."""
    folder = save_lists(tmp_path_factory.mktemp("results"), members=4, years=(2005,))
    return save_lists(folder, members=3, years=(2006,))


@pytest.fixture(autouse=True)
def nothing_else_is_observed(monkeypatch, tmp_path):
    monkeypatch.setattr("stormtracks.console.figures.climatology.best_tracks_file", lambda _: None)
    monkeypatch.setattr("stormtracks.console.figures.chosen.best_tracks_file", lambda _: None)


def draw(folder, kind, dest, **options):  # as the command does
    given = dict.fromkeys(NAMES) | {"results": str(folder), "overwrite": False, "mixed": False, "width": "60"}
    plot.plot(kind, str(dest), given | options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("intensity", {}, "Peak vorticity, all tracks: data, 2005, 4 members"),
        ("intensity", {"list": "tc"}, "Peak wind and pressure, list tc"),
        ("lifetime", {"list": "tc"}, "Lifetime, list tc"),
        ("season", {"years": "2005"}, "Annual cycle of genesis, all tracks: data, 2005, 4 members"),
        ("genesis", {}, "Genesis: data, 2005, 4 members"),
        ("lysis", {"list": "tc"}, "Lysis, list tc"),
        ("season", {"basin": "NA"}, "tracks that begin in NA"),
        ("reliability", {"basin": "NA"}, "storms that begin in NA; 4 storms, Brier"),
        ("reliability", {}, "List tc: data, 2005 to 2006, 4 members; 6 storms, Brier score 0.000"),
    ],
)
def test_a_figure_says_what_it_is_of(folder, tmp_path, capsys, kind, options, said):
    draw(folder, kind, tmp_path / "figure.png", **options)
    out = " ".join(capsys.readouterr().out.split())
    assert said in out and (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_years_that_members_lack_are_said(folder, tmp_path, capsys):
    draw(folder, "season", tmp_path / "figure.png")
    said = capsys.readouterr()
    assert "leave out 2006, which some members do not have" in " ".join((said.out + said.err).split())


@pytest.mark.parametrize(
    ("kind", "name", "options", "message"),
    [
        ("density", "x.gif", {}, "--kind density does not move; choose .png"),
        ("reliability", "x.png", {"list": "etc"}, "--kind reliability is of tropical cyclones"),
        ("reliability", "x.png", {"matched": True}, "--kind reliability compares storms that are observed with those"),
        ("tracks", "x.gif", {"years": "2005", "dpi": "1200"}, "too large for a film; lower --dpi"),
    ],
)
def test_what_there_is_not_is_refused(folder, tmp_path, kind, name, options, message):
    with pytest.raises(BadValue, match=message):
        draw(folder, kind, tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_storm_moves_where_the_name_is_that_of_a_film(folder, tmp_path, capsys):
    draw(folder, "storm", tmp_path / "arlene.gif", storm="ARLENE", years="2005", dpi="40")
    with Image.open(tmp_path / "arlene.gif") as film:
        assert film.n_frames > 10 and film.width == 94
    assert "arlene.gif: Arlene (2005213N15329)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_forecasts_have_figures_per_forecast_but_no_months(tmp_path, capsys):
    for start in ("2005-08-01T00", "2005-08-02T00"):  # with settings under the names of 1.0
        made = dataclasses.replace(member_result(0), year=start, provenance={"version": "1.0", "settings": OF_1_0})
        results.save(made, tmp_path / "results")
    draw(tmp_path / "results", "lifetime", tmp_path / "figure.png", years="2005-08-02T00", basin="NA")
    assert "data, 2005-08-02T00, 1 member; tracks that begin in NA" in " ".join(capsys.readouterr().out.split())
    draw(tmp_path / "results", "intensity", tmp_path / "all.png")
    assert "2005-08-01T00 to 2005-08-02T00 (2 forecasts)" in " ".join(
        capsys.readouterr().out.replace("\u00a0", " ").split()
    )
    with pytest.raises(InputError, match="no forecast covers a whole month"):
        draw(tmp_path / "results", "season", tmp_path / "season.png")
    assert not (tmp_path / "season.png").exists()
