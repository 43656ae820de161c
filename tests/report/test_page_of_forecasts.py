"""The page of forecasts: one row per start, a storm under each start that has it, and addresses that name a start."""

import numpy as np
import pytest

from stormtracks import report
from stormtracks.science import ibtracs, leads, matching, results
from stormtracks.science.records import InputFile, Maxima, TimeAxis
from stormtracks.science.settings import Settings

from . import conftest
from .test_browser import text, wait

pytestmark = pytest.mark.slow
SHOWN = """const rows = [...document.querySelectorAll('#storms tbody tr')].filter((row) => !row.hidden);
return [...new Set(rows.map((row) => row.cells[0].textContent))]"""
BUTTON = '#storms button[data-sid="2005236N23285"][data-of="2005-08-24T00"]'
STARTS = ("2005-08-24T00", "2005-08-26T00")


@pytest.fixture(scope="module")
def forecasts(tmp_path_factory):
    """The page of two members of two starts, two days apart, which both have Katrina."""
    folder = tmp_path_factory.mktemp("forecasts")
    for start in STARTS:
        for member in range(2):
            results.save(_forecast(start, member), folder)
    return report.write(folder, folder / "page.html", best_tracks=conftest.BEST)


def _forecast(start, member):
    times = conftest.TIMES[np.searchsorted(conftest.TIMES, np.datetime64(start)) :][:29]
    axis, best = TimeAxis(times, np.arange(29) * 6.0), ibtracs.load(conftest.BEST, times[0], times[-1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conftest, "TIMES", times)
        tracks = conftest.follow(best, np.random.default_rng(member))
    maxima = Maxima(np.searchsorted(times, tracks.time).astype("i4"), tracks.lat, tracks.lon, tracks.vorticity)
    made = {**results.recipe(Settings(), [InputFile.of(conftest.BEST)]), "version": "test", "host": "here"}
    made[leads.KEY] = leads.Forecast(start=start, calendar="standard")
    matches = matching.match(tracks, best, axis)
    return results.Result(start, member, str(member + 1), "vort_track", axis, maxima, tracks, matches, made)


def test_it_says_starts_and_has_skill_by_lead(forecasts):
    html = forecasts.read_text()
    assert "in 2 forecasts from 2005-08-24T00 to 2005-08-26T00, each found by both members" in html
    assert "<label>Start <select" in html and "one row per start" in html and "Lead" in html


def test_a_storm_belongs_to_its_start(opened, forecasts):
    browser = opened(f"{forecasts.as_uri()}#storm=2005236N23285&year=2005-08-26T00")
    assert text(browser, "panel-title").startswith("Katrina")
    assert "Found by 2 of 2 members" in text(browser, "panel-facts")
    assert browser.execute_script(SHOWN) == ["2005-08-26T00"]
    browser.execute_script(f"document.querySelector('{BUTTON}').click()")
    wait(lambda: browser.current_url.endswith("#storm=2005236N23285&year=2005-08-24T00"))
    assert browser.execute_script(SHOWN) == ["2005-08-24T00"] and browser.get_log("browser") == []
