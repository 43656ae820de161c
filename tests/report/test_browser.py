"""The page in a real browser: it loads without a word in the console, and its map does what it should."""

import dataclasses
import shutil

import numpy as np
import pytest
from needs import need_module

from stormtracks import report
from stormtracks.report import page, trackdata
from stormtracks.report.live import serving
from stormtracks.science.records import Tracks

from .conftest import wait
from .test_trackdata import matches_of, tracks_of

KEY = "document.getElementById('canvas').dispatchEvent(new KeyboardEvent('keydown', {key: arguments[0]}))"
POINT = """const canvas = document.getElementById('canvas'), box = canvas.getBoundingClientRect();
const at = {clientX: box.left + arguments[0], clientY: box.top + arguments[1]};
canvas.dispatchEvent(new PointerEvent('pointermove', at));
const tip = document.getElementById('tip'); return tip.hidden ? '' : tip.textContent"""
PIXELS = """const canvas = document.getElementById('canvas');
const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data, at = {};
for (let i = 0; i < data.length; i += 4) at[data[i] + ' ' + data[i + 1] + ' ' + data[i + 2]] = true;
return at"""


@pytest.fixture(scope="session")
def address(results_folder, best_tracks, tmp_path_factory):
    return report.write(results_folder, tmp_path_factory.mktemp("page"), best_tracks=best_tracks).as_uri()


@pytest.fixture
def show(tmp_path, opened):
    """Open a page of some tracks."""

    def show(tracks, matches):
        chosen = trackdata.TrackSet()
        chosen.add(1851, 0, tracks, matches)
        (tmp_path / "a.html").write_text(page.html(page.PageContents("Some", "", tracks=chosen.packed())))
        return opened((tmp_path / "a.html").as_uri())

    return show


def text(browser, part):
    return browser.execute_script("return document.getElementById(arguments[0]).textContent", part)


def view(browser):
    """Latitude, longitude and zoom of the map, as it says itself once it stands still."""
    wait(lambda: text(browser, "map-view"))
    browser.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))")
    words = text(browser, "map-view").removesuffix("×").replace(",", "").split()
    signed = [float(word[:-2]) * (-1 if word[-1] in "SW" else 1) for word in words[1:3]]
    return *signed, float(words[-1])


def set_filter(browser, name, value):
    browser.execute_script(
        "const part = document.getElementById(arguments[0]); part.value = arguments[1];"
        "part.dispatchEvent(new Event('input'))",
        name,
        value,
    )
    return text(browser, "map-shown")


def test_it_loads_without_a_word_and_shows_all(opened, address):
    browser = opened(address)
    assert browser.get_log("browser") == []
    assert text(browser, "map-shown") == "78 tracks shown and 30 observed."
    wait(lambda: len(browser.execute_script(PIXELS)) > 50)  # it paints once the browser has a frame to spare


def test_keys_move_and_zoom(opened, address):
    browser = opened(address)
    start = view(browser)
    browser.execute_script(KEY, "+")
    closer = view(browser)
    assert closer[2] > start[2]
    browser.execute_script(KEY, "ArrowRight")
    browser.execute_script(KEY, "ArrowUp")
    moved = view(browser)
    assert moved[1] > closer[1] and moved[0] > closer[0]
    browser.execute_script(KEY, "0")
    assert view(browser) == (0, 0, 1)


def test_the_wheel_and_the_buttons_zoom_and_the_pointer_drags(opened, address):
    browser = opened(address)
    start = view(browser)
    browser.execute_script("document.getElementById('zoom-in').click()")
    closer = view(browser)
    browser.execute_script("document.getElementById('canvas').dispatchEvent(new WheelEvent('wheel', {deltaY: -500}))")
    closest = view(browser)
    assert start[2] < closer[2] < closest[2]
    actions = need_module("selenium.webdriver").ActionChains(browser)
    canvas = browser.find_element("id", "canvas")
    actions.move_to_element(canvas).click_and_hold().move_by_offset(-150, 0).release().perform()
    assert view(browser)[1] > closest[1]


def test_filters_choose(opened, address):
    browser = opened(address)
    assert set_filter(browser, "member", "2") == "16 tracks shown."
    assert set_filter(browser, "member", "-1") == "0 tracks shown and 30 observed."
    assert set_filter(browser, "member", "") == "78 tracks shown and 30 observed."
    assert set_filter(browser, "strength", "5000").startswith("1")
    set_filter(browser, "strength", "0")
    assert set_filter(browser, "storm", "none") == "3 tracks shown."


def test_a_storm_of_the_table_is_brought_into_the_frame(opened, address):
    browser = opened(address)
    browser.execute_script("document.querySelector('button[data-sid=\"2005236N23285\"]').click()")
    lat, lon, zoom = view(browser)
    assert (lat, lon) == pytest.approx((31, -85), abs=3) and zoom > 3
    assert browser.execute_script("return document.activeElement.id") == "canvas"
    assert text(browser, "map-shown") == "2 tracks shown and 1 observed."


def test_n_chooses_the_strongest_and_says_so(opened, address):
    browser = opened(address)
    set_filter(browser, "member", "0")
    browser.execute_script(KEY, "n")
    assert "WILMA (2005289N18282): 2005-10-" in text(browser, "map-chosen")
    browser.execute_script(KEY, "Escape")
    assert text(browser, "map-chosen") == ""


def test_hover_tells_time_and_strength(show):
    browser = show(tracks_of([(10, 20), (12, 22)]), matches_of(0))
    browser.execute_script(KEY, "0")
    view(browser)
    size = "const c = document.getElementById('canvas'); return [c.clientWidth, c.clientHeight]"
    width, height = browser.execute_script(size)
    scale = max(height / 180, width / 360)
    tip = browser.execute_script(POINT, width / 2 + 20 * scale, height / 2 - 10 * scale)
    assert tip == "1851-08-01 00:00 UTC\n20.0 × 10⁻⁵ s⁻¹, 10.0°N 20.0°E\nONE (1851N1), member 0"
    assert browser.execute_script(POINT, 5, height - 5) == ""


def test_the_list_is_the_map_in_words(opened, address):
    browser = opened(address)
    set_filter(browser, "member", "0")
    browser.execute_script("document.getElementById('list').open = true")
    rows = wait(lambda: browser.find_elements("css selector", "#rows tr"))
    assert len(rows) == 31 and "WILMA" in rows[0].text
    browser.execute_script("arguments[0].querySelector('button').click()", rows[0])
    assert "WILMA" in text(browser, "map-chosen") and view(browser)[2] > 3


def test_a_track_across_the_date_line_is_one_short_line(show):
    browser = show(tracks_of([(10, 178), (10, -178)]), matches_of(-1))
    _, lon, zoom = view(browser)
    assert abs(lon) == pytest.approx(180, abs=1) and zoom > 10


def test_tracks_at_the_poles_are_shown(show):
    browser = show(tracks_of([(88, 0), (90, 90), (88, -180)], [(-90, 0), (-89, 5)]), matches_of(-1, tracks=2))
    assert text(browser, "map-shown") == "2 tracks shown." and browser.get_log("browser") == []


def test_a_storm_called_script_is_a_name(show):
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    browser = show(tracks_of([(10, 20), (12, 22)]), matches_of(0, evil))
    browser.execute_script(KEY, "n")
    assert evil in text(browser, "map-chosen") and browser.get_log("browser") == []
    assert browser.execute_script("return document.querySelectorAll('img').length") == 0


def test_an_empty_page_says_so(browser, tmp_path):
    (tmp_path / "a.html").write_text(page.html(page.PageContents("Nothing", "")))
    browser.get((tmp_path / "a.html").as_uri())
    assert wait(lambda: text(browser, "map-wait") == "There are no tracks yet.")
    assert browser.get_log("browser") == []


def test_everything_can_be_reached_by_keyboard_and_has_a_name(opened, address):
    browser = opened(address)
    nameless = browser.execute_script("""
        const parts = [...document.querySelectorAll('button, select, input, canvas, [tabindex="0"], a, summary, img')];
        const named = (part) => part.getAttribute('aria-label') || part.textContent.trim() || part.closest('label')
          || part.alt;
        return parts.filter((part) => !named(part)).map((part) => part.outerHTML)""")
    assert nameless == []
    assert browser.execute_script("return document.getElementById('canvas').tabIndex") == 0


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_is_wider_than_a_small_window(opened, address, browser, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    try:
        opened(address)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.slow
def test_a_live_page_follows_the_run(opened, results_folder, tmp_path):
    place = tmp_path / "results/vort_track/2005"
    place.mkdir(parents=True)
    shutil.copy(results_folder / "vort_track/2005/member_000.nc", place)
    with serving(tmp_path / "results") as at:
        browser = opened(at)
        wait(lambda: text(browser, "map-shown").startswith("31 tracks"))
        shutil.copy(results_folder / "vort_track/2005/member_001.nc", place)
        wait(lambda: text(browser, "map-shown").startswith("62 tracks"))
        assert "2 complete" in text(browser, "fragment-grid") and browser.get_log("browser") == []


@pytest.mark.slow
def test_ten_thousand_tracks_are_ready_soon_and_paint_in_slices(show):
    rng = np.random.default_rng(1)
    paths = [
        np.column_stack([rng.uniform(-60, 60) + np.arange(25) * 0.3, rng.uniform(-170, 140) + np.arange(25)])
        for _ in range(10_000)
    ]
    tracks = tracks_of(*paths)
    tracks = dataclasses.replace(tracks, vorticity=rng.uniform(1e-5, 3e-4, len(tracks.lat)).astype("f4"))
    assert isinstance(tracks, Tracks)
    browser = show(tracks, matches_of(-1, tracks=len(paths)))
    assert text(browser, "map-shown") == "10,000 tracks shown." and browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByName('map-ready').length") == 1
