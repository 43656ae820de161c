"""The page in a real browser: it loads without a word in the console, and its map does what it should."""

import dataclasses
import re
import shutil

import numpy as np
import pytest
from needs import need_module
from storm_lists import save_lists

from stormtracks import report
from stormtracks.report import fragments, page, trackdata
from stormtracks.report.agreed import Agreed
from stormtracks.report.live import serving
from stormtracks.science.consensus.year_consensus import consensus_of
from stormtracks.science.records import BestTracks, Tracks

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

SMALL = "Emulation.setDeviceMetricsOverride"


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


def test_first_it_shows_observed_storms_and_what_members_agree_on_with_names(opened, address):
    browser = opened(address)
    assert browser.get_log("browser") == []
    assert text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus."
    lat, lon, zoom = view(browser)
    assert 10 < lat < 50 and -90 < lon < -20 and zoom > 1.5  # fitted to the Atlantic
    wait(lambda: len(browser.execute_script(PIXELS)) > 50)  # it paints once the browser has a frame to spare
    assert text(browser, "count-members") == "75" and text(browser, "time-shown") == "all times"
    assert not browser.find_element("id", "panel").is_displayed()


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
    click(browser, "show-members")
    assert text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus, 75 of members, of storms."
    click(browser, "show-others")
    assert text(browser, "map-shown").endswith("75 of members, of storms, 3 of members, other.")
    assert set_filter(browser, "member", "2").endswith("15 of members, of storms, 1 of members, other.")
    set_filter(browser, "member", "")
    assert "of members, of storms" in set_filter(browser, "strength", "3000")
    assert "other" not in text(browser, "map-shown") and text(browser, "strength-shown") == "30.0 × 10⁻⁵ s⁻¹"
    click(browser, "show-observed")
    assert "observed" not in text(browser, "map-shown")


def test_a_storm_of_the_table_is_brought_into_the_frame_with_its_panel(opened, address):
    browser = opened(address)
    browser.execute_script("document.querySelector('button[data-sid=\"2005236N23285\"]').click()")
    lat, lon, zoom = view(browser)
    assert (lat, lon) == pytest.approx((31, -85), abs=3) and zoom > 3
    assert browser.execute_script("return document.activeElement.id") == "canvas"
    assert text(browser, "map-shown") == "Tracks shown: 1 observed, 1 consensus, 2 of members, of storms."
    assert text(browser, "panel-title") == "Katrina"
    facts = text(browser, "panel-facts")
    assert "2005236N23285" in facts and "150 kt" in facts and "Found by 2 of 3 members" in facts and "lead 0 h" in facts
    lines = browser.execute_script("return document.querySelectorAll('#curves path.single').length")
    assert lines == 3  # one of them is the legend's
    rows = browser.find_elements("css selector", "#members tr")
    assert [row.text.split()[0] for row in rows] == ["0", "1"] and "08-23 18:00" in rows[0].text
    click(browser, "panel-close")
    assert not browser.find_element("id", "panel").is_displayed()
    assert text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus."


def click(browser, name):
    browser.execute_script("document.getElementById(arguments[0]).click()", name)


def test_n_chooses_the_strongest_and_says_so(opened, address):
    browser = opened(address)
    click(browser, "show-observed")
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
    browser.execute_script("document.getElementById('list').open = true")
    rows = wait(lambda: browser.find_elements("css selector", "#rows tr"))
    assert len(rows) == 30 and "WILMA" in rows[0].text
    browser.execute_script("arguments[0].querySelector('button').click()", rows[0])
    assert "WILMA" in text(browser, "map-chosen") and view(browser)[2] > 3


def test_a_track_across_the_date_line_is_one_short_line(show):
    browser = show(tracks_of([(10, 178), (10, -178)]), matches_of(-1))
    _, lon, zoom = view(browser)
    assert abs(lon) == pytest.approx(180, abs=1) and zoom > 10


def test_tracks_at_the_poles_are_shown(show):
    browser = show(tracks_of([(88, 0), (90, 90), (88, -180)], [(-90, 0), (-89, 5)]), matches_of(-1, tracks=2))
    assert text(browser, "map-shown") == "Tracks shown: 2 of members, other." and browser.get_log("browser") == []


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


def test_a_link_opens_the_view_that_it_was_made_of(opened, address):
    browser = opened(address)
    browser.execute_script("document.querySelector('button[data-sid=\"2005236N23285\"]').click()")
    for _ in range(3):
        browser.execute_script(KEY, ".")
    shown = text(browser, "time-shown")
    link = wait(lambda: (at := browser.current_url).endswith("time=2005-08-24T06:00") and at)
    assert link.endswith("#storm=2005236N23285&year=2005&time=2005-08-24T06:00") and shown == "2005-08-24 06:00 UTC"
    before = view(browser)
    opened("about:blank", ready=False)
    browser = opened(link)
    assert (text(browser, "panel-title"), text(browser, "time-shown")) == ("Katrina", shown)
    assert view(browser) == pytest.approx(before, abs=0.2)
    browser.execute_script(
        "location.hash = '#show=observed&peak=x&member=99&storm=<b>&at=1,2'"
    )  # what is wrong is passed over
    wait(lambda: text(browser, "map-shown") == "Tracks shown: 30 observed.")
    assert browser.get_log("browser") == []


@pytest.mark.parametrize(
    "time", ["9999-99-99", "9999-99-99T99:99", "2005-02-30T00:00", "2005-08-28T25:00", "2005-08-28T12:61", "x", ""]
)
def test_a_nonsense_time_is_passed_over(opened, address, time):
    browser = opened(f"{address}#time={time}")
    assert text(browser, "time-shown") == "all times"
    assert text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus."


def test_a_link_to_a_day_is_to_its_first_hour(opened, address):
    assert text(opened(f"{address}#time=2005-08-28"), "time-shown") == "2005-08-28 00:00 UTC"


def test_a_link_means_the_same_in_a_page_that_is_open(opened, address):
    browser = opened(f"{address}#show=observed,members&member=1&peak=3")
    assert text(browser, "map-shown") != "Tracks shown: 30 observed, 30 consensus."
    browser.execute_script("location.hash = '#year=2005'")
    wait(lambda: text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus.")
    browser.execute_script("location.hash = '#show='")  # nothing was ticked
    wait(lambda: text(browser, "map-shown") == "Tracks shown: none.")
    browser.execute_script("location.hash = '#show=nothing,of,this'")
    wait(lambda: text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus.")


def test_time_runs_by_keyboard_and_by_button_and_stops(opened, address):
    browser = opened(address)
    browser.execute_script(KEY, ".")
    first = text(browser, "time-shown")
    browser.execute_script(KEY, ".")
    second = text(browser, "time-shown")
    browser.execute_script(KEY, ",")
    assert first == text(browser, "time-shown") < second
    browser.execute_script(KEY, " ")
    wait(lambda: text(browser, "time-shown") > second)
    assert "Pause" in text(browser, "play")
    click(browser, "play")
    stopped = text(browser, "time-shown")
    assert "Play" in text(browser, "play")
    slider = browser.find_element("id", "time")
    assert slider.get_attribute("aria-valuetext") == stopped
    browser.execute_script(KEY, "Escape")
    assert text(browser, "time-shown") == "all times"


def test_with_reduced_motion_time_goes_by_days(opened, address, browser):
    media(browser, "prefers-reduced-motion", "reduce")
    try:
        browser = opened(address)
        click(browser, "play")
        first = text(browser, "time-shown")
        second = wait(lambda: (now := text(browser, "time-shown")) != first and now)
        assert np.datetime64(second[:10]) - np.datetime64(first[:10]) == np.timedelta64(1, "D")
    finally:
        media(browser, "prefers-reduced-motion", "no-preference")


def media(browser, feature, value):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": feature, "value": value}]})


def test_in_the_dark_texts_are_light_on_dark(opened, address, browser):
    colours = "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    seen = []
    for scheme in ("light", "dark"):
        media(browser, "prefers-color-scheme", scheme)
        ink, paper = opened(address).execute_script(colours)
        seen.append(brightness(ink) - brightness(paper))
    media(browser, "prefers-color-scheme", "light")
    assert seen[0] < -400 and seen[1] > 400


def brightness(colour):
    return sum(map(int, re.findall(r"\d+", colour)[:3]))


def test_tables_sort_say_how_many_rows_they_have_and_are_saved_as_csv(opened, address):
    browser = opened(address)
    sheet = browser.find_element("css selector", "#fragment-storms .sheet")
    names = "return [...arguments[0].querySelectorAll('tbody tr:not([hidden])')].map((row) => row.cells[3].textContent)"
    assert sheet.find_element("css selector", ".count").text == "30 rows"
    heading = sheet.find_elements("css selector", "th button")[3]
    browser.execute_script("arguments[0].click(); arguments[0].click()", heading)
    winds = browser.execute_script(names, sheet)
    assert [float(wind) for wind in winds] == sorted(map(float, winds), reverse=True)
    assert heading.find_element("xpath", "..").get_attribute("aria-sort") == "descending"
    script = "const f = arguments[0].querySelector('input'); f.value = 'kat'; f.dispatchEvent(new Event('input'))"
    browser.execute_script(script, sheet)
    assert sheet.find_element("css selector", ".count").text == "1 of 30 rows"
    csv = browser.execute_script("return csvOf(arguments[0])", sheet).split("\r\n")
    assert len(csv) == 3 and csv[0].startswith("year,storm,name,wind (kt)") and "2005236N23285,KATRINA" in csv[1]
    cells = browser.execute_script("return ['=1+1', '-3.5', '-x', 'a,\"b\"'].map(csvCell)")
    assert cells == ["'=1+1", "-3.5", "'-x", '"a,""b"""']


def test_tables_and_figures_follow_the_year(opened, two_years):
    browser = opened(two_years)
    assert text(browser, "map-shown") == "Tracks shown: 2 observed, 2 consensus."
    set_filter(browser, "year", "1")
    assert text(browser, "map-shown") == "Tracks shown: 1 observed, 1 consensus."
    count = browser.find_element("css selector", "#fragment-storms .count").text
    assert count == "1 of 2 rows (of 1999)"
    shown = browser.find_elements("css selector", "#fragment-figures figure")
    assert [figure.is_displayed() for figure in shown] == [False, True, True]
    set_filter(browser, "year", "")
    assert browser.find_element("css selector", "#fragment-storms .count").text == "2 rows"


@pytest.fixture
def two_years(tmp_path):
    """A page of two years that have a storm each, and a picture each."""
    chosen, agreed = trackdata.TrackSet(), Agreed({year: agreed_on(year) for year in (1998, 1999)})
    chosen.add_agreed(agreed)
    for year in (1998, 1999):
        tracks, matches = of_year(year)
        for member in (0, 1):
            chosen.add(year, member, tracks, matches)
    chosen.add_observed(observed())
    picture = [fragments.Picture("T", "D", "data:,", year) for year in (1998, 1999, None)]
    rows = fragments.html_table(("year", "name"), [(1998, "A"), (1999, "B")], "Storms", years=[1998, 1999])
    pieces = {"figures": fragments.figures(picture), "storms": rows}
    (tmp_path / "a.html").write_text(page.html(page.PageContents("Two", "", pieces, chosen.packed())))
    return (tmp_path / "a.html").as_uri()


def of_year(year):
    tracks, matches = tracks_of(*[[(10 + i, 20 + i) for i in range(8)]]), matches_of(0)
    shift = np.datetime64(f"{year}-08-01", "s") - tracks.time[0]
    return dataclasses.replace(tracks, time=tracks.time + shift), dataclasses.replace(
        matches, sid=np.array([f"{year}N1"])
    )


def agreed_on(year):
    tracks, matches = of_year(year)
    return consensus_of(year, [0, 1], [tracks, tracks], [matches, matches])


def observed():
    tracks = [of_year(year)[0] for year in (1998, 1999)]
    time, lat, lon = (np.concatenate([getattr(one, name) for one in tracks]) for name in ("time", "lat", "lon"))
    sid, wind = np.array(["1998N1", "1999N1"]), np.full(16, 50.0, "f4")
    return BestTracks(sid, sid, sid, np.array([1998, 1999]), np.array([8, 8]), time, lat, lon, wind, wind * 20)


def test_without_best_tracks_it_shows_what_members_agree_on(opened, tmp_path):
    tracks = of_year(1998)[0]
    nobody = dataclasses.replace(matches_of(-1), storm_of_track=np.full(1, -1))
    agreed = Agreed({1998: consensus_of(1998, [0, 1], [tracks, tracks], [nobody, nobody])})
    chosen = trackdata.TrackSet()
    chosen.add_agreed(agreed)
    for member in (0, 1):
        chosen.add(1998, member, tracks, nobody)
    pieces = {"candidates": fragments.candidates(agreed)}
    (tmp_path / "a.html").write_text(page.html(page.PageContents("None", "", pieces, chosen.packed())))
    browser = opened((tmp_path / "a.html").as_uri())
    assert text(browser, "map-shown") == "Tracks shown: 1 candidate."
    browser.execute_script("document.querySelector('button[data-candidate=\"C1998-001\"]').click()")
    assert text(browser, "panel-title") == "Candidate C1998-001" and "No best track" in text(browser, "panel-facts")
    assert text(browser, "map-shown") == "Tracks shown: 1 candidate, 2 of members, other."
    assert browser.get_log("browser") == []


@pytest.mark.slow
def test_the_page_of_a_list_shows_its_winds_and_pressures(opened, tmp_path):
    folder = save_lists(tmp_path / "results", members=2)
    browser = opened(report.write(folder, tmp_path, storm_list="tc").as_uri())
    assert "tropical cyclones" in text(browser, "fragment-finding")
    browser.execute_script("document.querySelector('button[data-sid]').click()")
    titles = browser.execute_script(
        "return [...document.querySelectorAll('#curves figcaption')].map((c) => c.textContent)"
    )
    assert len(titles) == 3 and titles[1:] == ["Wind (kt)", "Pressure (hPa)"] and browser.get_log("browser") == []


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_is_wider_than_a_small_window_and_what_scrolls_says_so(opened, address, browser, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    try:
        opened(f"{address}#storm=2005236N23285")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        unsaid = """return [...document.querySelectorAll('.sheet')].filter((sheet) => {
            const box = sheet.querySelector('.scroll'), wide = box.scrollWidth > box.clientWidth + 2;
            return box.checkVisibility() && wide === sheet.querySelector('.hint').hidden; }).length"""
        wait(lambda: browser.execute_script(unsaid) == 0)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_long_name_leaves_the_panel_s_button_whole(show):
    browser = show(tracks_of([(10, 20), (12, 22)]), matches_of(0, "TYPHOON" * 12))
    browser.execute_cdp_cmd(SMALL, {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": False})
    try:
        set_filter(browser, "storm", "s0")
        panel, button = (browser.find_element("id", name).rect for name in ("panel", "panel-close"))
        assert button["height"] < 40 and button["x"] + button["width"] <= panel["x"] + panel["width"]
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.slow
def test_a_live_page_follows_the_run(opened, results_folder, tmp_path):
    place = tmp_path / "results/vort_track/2005"
    place.mkdir(parents=True)
    shutil.copy(results_folder / "vort_track/2005/member_000.nc", place)
    with serving(tmp_path / "results") as at:
        browser = opened(at)
        wait(lambda: "30 of members, of storms" in text(browser, "map-shown"))
        shutil.copy(results_folder / "vort_track/2005/member_001.nc", place)
        wait(lambda: text(browser, "count-members") == "60")
        assert "2 complete" in text(browser, "fragment-grid") and browser.get_log("browser") == []


@pytest.mark.slow
def test_a_live_page_shows_what_slots_do(opened, under_way, tmp_path):
    (tmp_path / "none").mkdir()
    with serving(tmp_path / "none", under_way.path) as address:
        browser = opened(address)
        wait(lambda: text(browser, "gantt-said").endswith("4 of them not complete; 1 under way."))
        browser.execute_script("document.getElementById('gantt-span').value = 0;"
                               "document.getElementById('gantt-span').dispatchEvent(new Event('change'))")  # fmt: skip
        assert text(browser, "gantt-said").startswith("16 slots, 5600 attempts from ")
        assert "vort_track: 40 % reading" in text(browser, "fragment-slots")
        assert text(browser, "fragment-slots").count("OSError: no <b>room") == 4
        browser.execute_script("document.querySelector('#fragment-slots details').open = true")
        rows = wait(lambda: browser.find_elements("css selector", "#fragment-slots tbody tr"))
        assert len(rows) == 16 and "1999 member 55 for" in rows[3].text
        point = "const c = document.getElementById('gantt-canvas'), b = c.getBoundingClientRect();" \
            "c.dispatchEvent(new PointerEvent('pointermove', {clientX: b.right - 3, clientY: b.top + 3.5 * 18}));" \
            "return document.getElementById('gantt-tip').textContent"  # fmt: skip
        assert browser.execute_script(point).startswith("w1/3: 1999 member 55\nunder way, ")
        assert browser.get_log("browser") == []


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
    assert text(browser, "map-shown") == "Tracks shown: 10,000 of members, other." and browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByName('map-ready').length") == 1
