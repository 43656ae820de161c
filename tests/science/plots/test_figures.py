import socket
import subprocess
import sys

import numpy as np
import pytest
from ensembles import save_ensemble
from matplotlib.figure import Figure

from stormtracks.science import plots, results, summary
from stormtracks.science.climatology.density import track_density
from stormtracks.science.consensus import consensus
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks, Grid, Maxima

ARCTIC, PACIFIC = (50, 90, -180, 180), (-10, 40, 140, -120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_ensemble(tmp_path_factory.mktemp("results"), 5, (2004, 2005), {1: (0,)})


@pytest.fixture(scope="module")
def ensemble(folder):
    return [results.load_tracks(results.path(folder, "vort_track", 2005, member)) for member in range(5)]


@pytest.fixture(scope="module")
def best(ensemble):
    """Member 0's storms as if they were observed."""
    tracks = ensemble[0]
    text = np.array([f"2005{n:03d}N00000" for n in range(5)])
    wind = np.full(len(tracks.time), 50, "f4")
    return BestTracks(
        text, text, text, np.full(5, 2005), tracks.row_size, tracks.time, tracks.lat, tracks.lon, wind, wind
    )


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a figure must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def labels(figure):
    """All axis labels, titles and colour bars' labels of a figure."""
    texts = [t for axes in figure.axes for t in (axes.get_title(), axes.get_xlabel(), axes.get_ylabel())]
    return " ".join([*texts, plots.headline(figure)])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("region", "suffix"), [(None, ".png"), (PACIFIC, ".png"), (ARCTIC, ".png"), (PACIFIC, ".svg"), (ARCTIC, ".pdf")]
)
def test_tracks_of_a_year_in_every_format(ensemble, best, tmp_path, region, suffix):
    figure = plots.year_tracks(ensemble[0], best, np.arange(5) < 3, region, "2005, member 0")
    path = plots.save(figure, tmp_path / f"year{suffix}", dpi=50)
    start = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}[suffix]
    assert path.read_bytes().startswith(start) and path.stat().st_size > 5_000
    assert "10$^{-5}$ s$^{-1}$" in labels(figure) and "2005, member 0" in labels(figure)


@pytest.mark.slow
@pytest.mark.parametrize("storm", range(4))
def test_one_storm_with_its_members(folder, ensemble, best, tmp_path, storm):
    figure = plots.storm_members(consensus(folder, 2005), storm, ensemble, best)
    assert plots.save(figure, tmp_path / "storm.png", dpi=50).stat().st_size > 10_000
    assert f"found in {4 if storm == 0 else 5} of 5 members" in labels(figure)
    assert "members" in labels(figure) and "2005 (UTC)" in labels(figure)


def test_density_and_its_unit(ensemble, tmp_path):
    figure = plots.density(*track_density(ensemble, spacing_deg=5.0), region=ARCTIC)
    assert plots.save(figure, tmp_path / "density.png", dpi=50).stat().st_size > 10_000
    assert "tracks per 10$^6$ km$^2$ and season" in labels(figure)


@pytest.mark.slow
def test_vorticity_field_with_its_maxima(tmp_path):
    grid = Grid(np.arange(-90.0, 91, 5), np.arange(0.0, 360, 5), True)
    field = np.random.default_rng(0).normal(0, 3e-5, grid.shape).astype("f4")
    maxima = Maxima(np.zeros(2, "i4"), np.array([10.0, -60]), np.array([179.0, -179]), np.array([9e-5, 5e-5], "f4"))
    figure = plots.vorticity_field(field, grid, maxima, PACIFIC, "one time")
    assert plots.save(figure, tmp_path / "field.png", dpi=50).stat().st_size > 10_000
    assert len(figure.axes[0].collections[-1].get_offsets()) == 1, "the maximum outside the region is not shown"


@pytest.mark.parametrize("years", [[2005], [2004, 2005], range(1990, 2006)])
def test_storms_per_year(folder, tmp_path, years):
    made = summary.summarise(folder)
    one = made.years[0]
    rows = tuple(type(one)(**{**vars(one), "year": year}) for year in years)
    figure = plots.storms_per_year(type(made)(**{**vars(made), "years": rows}))
    assert plots.save(figure, tmp_path / "years.png", dpi=50).stat().st_size > 5_000
    observed = next(line for line in figure.axes[0].lines if line.get_label() == "IBTrACS")
    values = observed.get_ydata() if len(rows) > 1 else observed.get_xdata()  # one year has a row per number
    assert list(values) == [3] * len(rows)


@pytest.mark.slow
def test_svg_keeps_text_and_is_the_same_each_time(ensemble, tmp_path):
    for name in ("one.svg", "two.svg"):
        plots.save(plots.year_tracks(ensemble[0], region=PACIFIC), tmp_path / name)
    text = (tmp_path / "one.svg").read_text()
    assert ">165°E<" in text
    assert text == (tmp_path / "two.svg").read_text()


def test_no_tracks_make_an_empty_map(ensemble, tmp_path):
    none = type(ensemble[0])(*(values[:0] for name, values in vars(ensemble[0]).items() if name != "calendar"))
    assert plots.save(plots.year_tracks(none), tmp_path / "empty.png", dpi=40).stat().st_size > 5_000


def test_strong_tracks_and_storms_lie_on_top_and_weak_others_can_be_left_out(ensemble):
    storm = np.arange(5) == 0
    whole, few = (plots.year_tracks(ensemble[0], None, storm, min_peak_s1=peak) for peak in (0.0, 1.0))
    lines, only = (next(c for c in f.axes[0].collections if c.get_array() is not None) for f in (whole, few))
    assert len(lines.get_array()) >= 67 and len(only.get_array()) == ensemble[0].row_size[0] - 1
    np.testing.assert_array_equal(lines.get_array()[-15:], only.get_array())
    assert set(lines.get_linewidths()[-15:]) == {2.6}


@pytest.mark.slow
def test_other_suffix_and_file_in_the_way_are_refused(ensemble, tmp_path):
    figure = plots.year_tracks(ensemble[0], region=PACIFIC)
    with pytest.raises(InputError, match=r"year\.jpg: a figure's name must end in \.png, \.svg, \.pdf"):
        plots.save(figure, tmp_path / "year.jpg")
    (tmp_path / "year.png").write_text("mine")
    with pytest.raises(InputError, match=r"year\.png exists already"):
        plots.save(figure, tmp_path / "year.png")
    assert plots.save(figure, tmp_path / "year.png", overwrite=True, dpi=40).stat().st_size > 5_000
    with pytest.raises(InputError, match="no such folder; create it first"):
        plots.save(figure, tmp_path / "nowhere" / "year.png")
    assert [path.name for path in tmp_path.iterdir()] == ["year.png"]


@pytest.mark.slow
def test_plotting_leaves_pyplot_alone():
    """No window system is asked for, and no figure is kept alive by matplotlib."""
    drawn = "import matplotlib.pyplot as p; from stormtracks.science.plots import sheet, Print"
    code = drawn + '; sheet.Sheet.of(Print(), "a", []); print(p.get_fignums())'
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": ""})
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("title", "shown"), [(None, "Track density"), ("Storms\nof two years", "Storms of two years")])
def test_a_figure_says_what_it_shows_in_one_line(title, shown):
    grid = Grid(np.arange(10.0, -11.0, -5.0), np.arange(0.0, 21.0, 5.0), False)
    figure = plots.density(np.ones((5, 5)), grid, None, "Track density", printed=plots.Print(title=title))
    assert plots.headline(figure) == shown and plots.headline(Figure()) == ""


def test_a_png_of_more_pixels_than_memory_takes_is_refused_and_a_pdf_is_not(tmp_path):
    figure = Figure(figsize=(15.0, 15.0))
    with pytest.raises(InputError, match=r"18,000 x 18,000 pixels is too large; lower --dpi or --width"):
        plots.save(figure, tmp_path / "x.png", dpi=1200)
    assert not list(tmp_path.iterdir())
    assert plots.save(figure, tmp_path / "x.pdf", dpi=1200).exists()
