"""The page on paper: nothing to press, nothing cut off, no name or date broken at its hyphens."""

import base64

import pytest

PAPER = """const lines = document.createRange();
const high = (part) => { lines.selectNodeContents(part); return lines.getBoundingClientRect().height; };
const seen = (part) => part.checkVisibility(), all = (what) => [...document.querySelectorAll(what)].filter(seen);
return {pressed: all('button:not(.sort), select, input').map((part) => part.id || part.textContent),
  wide: all('body *').filter((part) => part.getBoundingClientRect().right > innerWidth + 1).map((part) => part.id),
  clipped: all('.scroll, .panel, .sheet').filter((part) => part.scrollWidth > part.clientWidth + 2
    || part.scrollHeight > part.clientHeight + 2).length,
  broken: all('td:not(.long)').filter((part) => high(part) > 24).map((part) => part.textContent),
  map: all('#storms th').filter((part) => part.textContent === 'map').length,
  panel: document.getElementById('panel').checkVisibility()}"""


@pytest.fixture
def on_paper(browser):
    """Set the browser to print on A4; as before afterwards."""
    metrics = {"width": 718, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    yield lambda: browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("view", ["", "#storm=2005236N23285"])
def test_on_paper_there_is_nothing_to_press_and_nothing_is_cut_or_broken(opened, address, on_paper, view):
    browser = opened(address + view)
    on_paper()
    seen = browser.execute_script(PAPER)
    assert seen == {"pressed": [], "wide": [], "clipped": 0, "broken": [], "map": 0, "panel": bool(view)}


@pytest.mark.slow
def test_it_prints(opened, address):
    printed = opened(address).execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})["data"]
    pdf = base64.b64decode(printed)
    assert pdf.startswith(b"%PDF") and 4 <= pdf.count(b"/Type /Page\n") <= 40
