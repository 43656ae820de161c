"""axe-core finds nothing in any state of the page, by day and by night, wide and narrow."""

import pytest

from stormtracks.report import page
from stormtracks.report.live import serving

from .axe import violations
from .conftest import wait

pytestmark = pytest.mark.slow

CLICK = "document.getElementById(arguments[0]).click()"
OPEN = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def at_first(browser):
    """The page as it opens."""


def with_a_storm(browser):
    """A storm's panel."""
    browser.execute_script("document.querySelector('button[data-sid=\"2005236N23285\"]').click()")
    wait(lambda: browser.find_element("id", "panel").is_displayed())


def with_all_tracks(browser):
    """All layers of the map, and all that can be opened."""
    for layer in ("show-members", "show-others"):
        browser.execute_script(CLICK, layer)
    browser.execute_script(OPEN)


def in_time(browser):
    """One time on the map."""
    script = "const t = document.getElementById('time'); t.value = 40; t.dispatchEvent(new Event('input'))"
    browser.execute_script(script)


def with_a_track(browser):
    """A track that was chosen by keyboard."""
    key = "document.getElementById('canvas').dispatchEvent(new KeyboardEvent('keydown', {key: 'n'}))"
    browser.execute_script(key)


STATES = (at_first, with_a_storm, with_all_tracks, in_time, with_a_track)


@pytest.mark.parametrize(("scheme", "width"), [("light", None), ("dark", None), ("light", 360)])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_state_of_the_page(opened, address, as_seen, state, scheme, width):
    as_seen(scheme, width)
    browser = opened(address)
    state(browser)
    assert violations(browser) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", None), ("dark", None), ("dark", 360)])
def test_a_page_that_follows_a_run(opened, under_way, as_seen, tmp_path, scheme, width):
    as_seen(scheme, width)
    (tmp_path / "none").mkdir()
    with serving(tmp_path / "none", under_way.path) as at:
        browser = opened(at)
        wait(lambda: browser.execute_script("return document.querySelectorAll('#fragment-slots li').length > 1"))
        browser.execute_script(OPEN)
        assert violations(browser) == []
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")


def test_a_page_of_nothing(opened, tmp_path):
    (tmp_path / "a.html").write_text(page.html(page.PageContents("None", "")))
    assert violations(opened((tmp_path / "a.html").as_uri(), ready=False)) == []


def test_what_keeps_people_out_is_found(opened, tmp_path):
    (tmp_path / "a.html").write_text("<title>x</title><img src='data:,'><p style='color: #ccc'>pale</p>")
    found = " ".join(violations(opened((tmp_path / "a.html").as_uri(), ready=False)))
    assert "image-alt" in found and "color-contrast" in found and "html-has-lang" in found
