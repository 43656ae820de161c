"""The page without a pointer: Tab reaches everything in order and visibly, and what is pressed keeps its place."""

import pytest
from needs import need_module

from .test_browser import text, wait

ACTIVE = """const part = document.activeElement, style = getComputedStyle(part), box = part.getBoundingClientRect();
if (part === document.body) return null;
return {name: part.id || part.textContent.trim().slice(0, 30),
  outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
  seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  after: !window.before || Boolean(window.before.compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING),
  last: (window.before = part) && false}"""
CAN = """return [...document.querySelectorAll('button, select, input, canvas, a[href], summary, [tabindex="0"]')]
  .filter((part) => part.checkVisibility() && !part.disabled && part.tabIndex >= 0).length"""


@pytest.fixture
def press(opened, address):
    """Open the page, and give what presses keys one after the other and what has the focus then."""
    keys = need_module("selenium.webdriver.common.keys").Keys
    chains = need_module("selenium.webdriver").ActionChains
    browser = opened(address)

    def press(*names):
        chains(browser, duration=0).send_keys(*(getattr(keys, name, name) for name in names)).perform()
        return browser.execute_script("return document.activeElement.id")

    press.browser = browser
    return press


@pytest.mark.slow
def test_tab_reaches_everything_in_order_and_shows_where_it_is(press):
    press.browser.execute_script(
        "document.documentElement.style.scrollBehavior = 'auto'"
    )  # or else it is still on its way
    walked = []
    for _ in range(1000):
        press("TAB")
        if (at := press.browser.execute_script(ACTIVE)) is None:
            break
        walked.append(at)
    assert len(walked) == press.browser.execute_script(CAN) > 50
    assert [at["name"] for at in walked if at["outline"] < 2 or not at["seen"] or not at["after"]] == []


def focus(press, name):
    press.browser.execute_script("document.getElementById(arguments[0]).focus()", name)


def test_switches_slider_and_panel_do_without_a_pointer(press):
    browser = press.browser
    focus(press, "show-members")
    assert press("SPACE") == "show-members" and text(browser, "map-shown").endswith("75 of members, of storms.")
    focus(press, "time")
    assert press("ARROW_RIGHT", "ARROW_RIGHT") == "time"
    first = text(browser, "time-shown")
    press("END")
    assert "all times" != first < text(browser, "time-shown")
    focus(press, "time-all")
    assert press("ENTER") == "time" and text(browser, "time-shown") == "all times"  # that button is gone now
    browser.execute_script("document.querySelector('button[data-sid=\"2005236N23285\"]').focus()")
    assert press("ENTER") == "canvas" and text(browser, "panel-title") == "Katrina"
    focus(press, "panel-close")
    assert press("ENTER") == "canvas" and not browser.find_element("id", "panel").is_displayed()


def test_a_table_is_sorted_and_filtered_by_keyboard(press):
    browser = press.browser
    browser.execute_script("document.querySelector('#storms th .sort').focus()")
    press("ENTER")
    heading = "return document.activeElement.closest('th')?.getAttribute('aria-sort')"
    assert browser.execute_script(heading) == "ascending"
    press("SPACE")
    assert browser.execute_script(heading) == "descending"
    browser.execute_script("document.querySelector('#storms .search input').focus()")
    press("katrina")
    assert wait(
        lambda: browser.execute_script("return document.querySelector('#storms .count').textContent")
    ).startswith("1 of 30 rows")
