"""A worker reads the tracks while the page is used; where there can be none, the page reads them itself."""

import contextlib
from pathlib import Path
from urllib.request import url2pathname

import pytest

from stormtracks.report import page, trackdata

from .conftest import wait
from .test_browser import KEY, PIXELS, click, set_filter, text, view

HELD = """const post = Worker.prototype.postMessage; window.release = null;
Worker.prototype.postMessage = function (...of) { window.release = () => post.apply(this, of); };"""
READER = "return document.documentElement.dataset.reader"
REFUSED = "window.Worker = class { constructor() { throw Error('no'); } }"
BROKEN = """const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function () { post.call(this, {}); };"""


@pytest.fixture
def opened_after(browser, opened):
    """Open an address after a script, which runs before those of the page."""
    with contextlib.ExitStack() as stack:

        def opened_after(script, address, ready=True):
            added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
            stack.callback(browser.execute_cdp_cmd, "Page.removeScriptToEvaluateOnNewDocument", added)
            return opened(address, ready)

        yield opened_after


@pytest.fixture
def waiting(opened_after, address):
    """The page whose worker does not begin before `release`; what is after # may be given."""

    def waiting(where=""):
        browser = opened_after(HELD, address + where, ready=False)
        wait(
            lambda: browser.execute_script(
                "return Boolean(window.release) && performance.getEntriesByName('page-ready').length"
            )
        )
        return browser

    return waiting


def release(browser):
    browser.execute_script("release()")
    wait(lambda: browser.execute_script("return document.documentElement.dataset.ready"))
    assert browser.get_log("browser") == []


def test_a_worker_reads_the_tracks(opened, address):
    assert opened(address).execute_script(READER) == "worker"


@pytest.mark.parametrize("script", ["delete window.Worker", REFUSED, BROKEN])
def test_without_a_worker_the_page_reads_them_itself(opened_after, address, script):
    browser = opened_after(script, address)
    assert browser.execute_script(READER) == "page" and browser.get_log("browser") == []
    assert text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus."


def test_a_policy_that_forbids_workers_leaves_the_page_whole(opened, address, tmp_path):
    html = Path(url2pathname(address.removeprefix("file://"))).read_text(encoding="utf-8")
    (tmp_path / "a.html").write_text(html.replace("worker-src blob:", "worker-src 'none'"), encoding="utf-8")
    browser = opened((tmp_path / "a.html").as_uri())
    assert browser.execute_script(READER) == "page"
    assert text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus."


def test_before_the_tracks_are_read_the_page_shows_all_else(waiting):
    browser = waiting()
    assert "observed storms" in text(browser, "fragment-finding") and text(browser, "count-members") == "75"
    assert len(browser.execute_script("return [...document.getElementById('storm').options].map((o) => o.value)")) > 25
    assert browser.find_element("id", "map-wait").is_displayed() and text(browser, "map-shown") == ""
    wait(lambda: len(browser.execute_script(PIXELS)) > 2)  # land and sea
    release(browser)
    assert text(browser, "map-shown") == "Tracks shown: 30 observed, 30 consensus." and view(browser)[2] > 1.5


def test_what_is_chosen_before_the_tracks_are_read_is_shown_then(waiting):
    browser = waiting()
    click(browser, "show-members")
    set_filter(browser, "member", "2")
    browser.execute_script(KEY, "+")
    before = view(browser)
    assert before[2] > 1
    release(browser)
    assert "15 of members, of storms" in text(browser, "map-shown") and view(browser) == before


def test_a_storm_that_is_asked_for_before_the_tracks_are_read_is_opened_then(waiting):
    browser = waiting()
    browser.execute_script("document.querySelector('button[data-sid=\"2005236N23285\"]').click()")
    for key in ("n", "p", "f", " ", ".", "Enter", "Escape"):
        browser.execute_script(KEY, key)
    browser.execute_script("document.querySelector('button[data-sid=\"2005236N23285\"]').click()")
    release(browser)
    lat, lon, zoom = view(browser)
    assert text(browser, "panel-title") == "Katrina" and (lat, lon) == pytest.approx((31, -85), abs=3) and zoom > 3


def test_an_address_is_followed_although_the_map_was_moved_before(waiting):
    browser = waiting("#storm=2005236N23285")
    browser.execute_script(KEY, "+")
    browser.execute_async_script("setTimeout(arguments[0], 400)")  # longer than until a view is written to the address
    release(browser)
    assert text(browser, "panel-title") == "Katrina"


def test_a_page_without_tracks_starts_no_worker(opened_after, tmp_path):
    (tmp_path / "a.html").write_text(page.html(page.PageContents("None", "", tracks=trackdata.TrackSet().packed())))
    browser = opened_after(HELD, (tmp_path / "a.html").as_uri(), ready=False)
    wait(lambda: text(browser, "map-wait") == "There are no tracks yet.")
    assert browser.execute_script("return window.release") is None and browser.get_log("browser") == []
