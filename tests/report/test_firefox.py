"""The page in Firefox: it draws, answers to keys and clicks, follows a run, and axe-core finds nothing there either."""

import pytest

from stormtracks.report.live import serving

from .axe import violations
from .conftest import wait

pytestmark = pytest.mark.slow

TEXT = "return document.getElementById(arguments[0]).textContent"
COLOURS = """const canvas = document.getElementById(arguments[0]), at = new Set();
const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
for (let i = 0; i < data.length; i += 4) at.add(data[i] + ' ' + data[i + 1] + ' ' + data[i + 2]);
return at.size"""


@pytest.fixture
def opened_in_firefox(firefox):
    """Open an address in Firefox and wait until its map can be used."""

    def opened(address):
        firefox.get("about:blank")
        firefox.get(address)
        wait(lambda: firefox.execute_script("return document.documentElement.dataset.ready"))
        return firefox

    return opened


def test_it_draws_and_says_what_it_shows(opened_in_firefox, address):
    browser = opened_in_firefox(address)
    wait(lambda: browser.execute_script(COLOURS, "canvas") > 20)
    assert browser.execute_script(TEXT, "map-shown").startswith("Tracks shown: 30 observed")
    assert browser.execute_script("return document.documentElement.dataset.reader") == "worker"
    assert violations(browser) == []


def test_a_storm_of_the_table_opens_its_panel(opened_in_firefox, address):
    browser = opened_in_firefox(address)
    browser.execute_script("document.querySelector('button[data-sid=\"2005236N23285\"]').click()")
    assert browser.execute_script(TEXT, "panel-title") == "Katrina"
    wait(lambda: len(browser.find_elements("css selector", "#members tr")) == 2)
    assert violations(browser) == []


def test_keys_choose_a_track_and_leave_it(opened_in_firefox, address):
    browser = opened_in_firefox(address)
    canvas = browser.find_element("id", "canvas")
    canvas.send_keys("n")
    wait(lambda: browser.execute_script(TEXT, "map-chosen"))
    canvas.send_keys("\ue00c")  # Escape
    wait(lambda: not browser.execute_script(TEXT, "map-chosen"))


def test_it_follows_a_run(opened_in_firefox, under_way, tmp_path):
    (tmp_path / "none").mkdir()
    with serving(tmp_path / "none", under_way.path) as at:
        browser = opened_in_firefox(at)
        wait(lambda: browser.execute_script(TEXT, "gantt-said").endswith("1 under way."))
        assert browser.execute_script(COLOURS, "gantt-canvas") >= 4
        assert violations(browser) == []
