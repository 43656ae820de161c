"""What is drawn from a result is drawn with the settings of that result, whatever today's defaults are."""

from pathlib import Path

import pytest

from stormtracks import report
from stormtracks.console import plot
from stormtracks.errors import BadValue
from stormtracks.science import best_tracks, ibtracs, pipeline, plots, results

SAMPLE = Path(__file__).resolve().parents[2] / "sample"
BEST_TRACKS = SAMPLE / "ibtracs" / "IBTrACS.NA.v04r00.nc"
SETTINGS = {"threshold_s1": 1e-4, "wind_source": "wmo", "region": [0, 60, -100, 0]}
OPTIONS = {"years": "1987", "storm": None, "region": None, "data": None, "overwrite": True, "mixed": False}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Results of two members, made with a higher threshold, in a smaller region, with WMO winds."""
    folder = tmp_path_factory.mktemp("results")
    setup = {"data": str(SAMPLE / "20crv2c_1987"), "results": str(folder), "settings": SETTINGS}
    for member in (0, 1):
        pipeline.run_task(1987, member, "vort_track", setup | {"best_tracks": str(BEST_TRACKS)})
    return folder


def draw(kind, folder, member=None, time=None):
    more = {"results": str(folder), "member": member, "time": time, "best_tracks": str(BEST_TRACKS)}
    data = str(SAMPLE / "20crv2c_1987") if kind == "field" else None
    plot.plot(kind, str(folder / f"{kind}.png"), OPTIONS | more | {"data": data})


@pytest.mark.slow
def test_a_field_has_the_maxima_of_its_result(folder, monkeypatch):
    drawn, result = [], results.load(folder, 1987, 1)

    def drawing(field, grid, found, *rest, draw_field=plots.vorticity_field, **more):
        drawn.append(found)
        return draw_field(field, grid, found, *rest, **more)

    monkeypatch.setattr(plots, "vorticity_field", drawing)
    step = int(result.maxima.step[len(result.maxima) // 2])
    draw("field", folder, member=1, time=str(result.axis.times[step]))
    assert len(drawn[0]) == (result.maxima.step == step).sum()
    assert drawn[0].vorticity.min() >= SETTINGS["threshold_s1"]


@pytest.mark.parametrize(("kind", "member"), [("tracks", 0), ("tracks", None)])
@pytest.mark.slow
def test_best_tracks_are_read_as_the_result_read_them(folder, monkeypatch, kind, member):
    asked, load = [], best_tracks.load
    monkeypatch.setattr(best_tracks, "load", lambda *a, wind_source: asked.append(wind_source) or load(*a))
    draw(kind, folder, member)
    assert set(asked) == {"wmo"}


@pytest.mark.slow
def test_a_report_reads_best_tracks_as_its_results_read_them(folder, monkeypatch, tmp_path):
    asked, load = [], ibtracs.load
    monkeypatch.setattr(ibtracs, "load", lambda *a, wind_source: asked.append(wind_source) or load(*a))
    report.write(folder, tmp_path, best_tracks=BEST_TRACKS)
    assert set(asked) == {"wmo"}


def test_a_field_without_a_result_is_refused_rather_than_drawn_with_defaults(folder):
    with pytest.raises(BadValue, match="there is no such result, but the field needs its settings"):
        draw("field", folder, member=4, time="1987-09-08T06")
