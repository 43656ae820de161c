"""The report's page with many tracks in headless Chromium: size, time until it can be used, time of each frame.

    python benchmarks/report_page.py --tracks 10000 --screenshots FOLDER

Needs Chromium and its driver, and selenium (requirements-dev.txt). Frame times are measured while the map is dragged
and zoomed without a pause, the hardest there is; the machine paints without a graphics card.
"""

import argparse
import contextlib
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from stormtracks.report import fragments, page, trackdata
from stormtracks.science.ragged import ragged_starts
from stormtracks.science.records import Matches, Tracks
from stormtracks.science.sphere import wrap

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
DRIVE = """
const done = arguments[arguments.length - 1], canvas = document.getElementById("canvas"), times = [];
const box = canvas.getBoundingClientRect(), at = (x, y) => ({ clientX: box.left + x, clientY: box.top + y, pointerId: 1,
  bubbles: true, cancelable: true });
canvas.setPointerCapture = () => {};
canvas.dispatchEvent(new PointerEvent("pointerdown", at(500, 300)));
let last = performance.now(), count = 0;
function frame(now) {
  times.push(now - last); last = now; count++;
  const phase = count / 20;
  canvas.dispatchEvent(new PointerEvent("pointermove", at(500 + 250 * Math.sin(phase), 300 + 120 * Math.cos(phase))));
  if (count % 2) canvas.dispatchEvent(new WheelEvent("wheel", { ...at(500, 300), deltaY: 60 * Math.sin(phase / 2) }));
  if (count < 240) requestAnimationFrame(frame);
  else { canvas.dispatchEvent(new PointerEvent("pointerup", at(500, 300))); done(times.slice(2)); }
}
requestAnimationFrame(frame);
"""


def many_tracks(number, members=56, year=2005, seed=1):
    """Random walks with the look of storms, member by member: (member, Tracks, Matches)."""
    rng = np.random.default_rng(seed)
    for member in range(members):
        count = number // members + (member < number % members)
        size = rng.integers(8, 60, count)
        total = int(size.sum())
        start = ragged_starts(size)
        track = np.repeat(np.arange(count), size)
        step = np.arange(total) - start[track]
        begin = rng.integers(0, 1400, count)
        hemisphere = rng.choice([-1, 1], count, p=[0.4, 0.6])
        lat = hemisphere[track] * np.clip(rng.uniform(8, 55, count)[track] + 0.35 * step, 0, 85)
        turn = np.where(lat * hemisphere[track] < 28, -0.6, 1.4) + rng.normal(0, 0.4, total)
        lon = rng.uniform(-180, 180, count)[track] + _within(turn, start, track)
        peak = rng.gamma(2.0, 4e-5, count) + 3e-5
        vorticity = peak[track] * np.sin(np.pi * (step + 1) / (size[track] + 1))
        time_of = np.datetime64(f"{year}-01-01") + ((begin[track] + step) * 6).astype("timedelta64[h]")
        tracks = Tracks(
            size.astype("i4"), time_of.astype("datetime64[s]"), lat, wrap(lon), vorticity.astype("f4"), np.arange(total)
        )
        yield member, tracks, _matches(min(20, count), count, tracks)


def write(path, number):
    """A page with that many tracks; its size in bytes."""
    chosen = trackdata.TrackSet()
    for member, tracks, matches in many_tracks(number):
        chosen.add(2005, member, tracks, matches)
    rows = fragments.html_table(("Storms", "Tracks"), [(20, number)], "Counts")
    path.write_text(
        page.html(page.PageContents("Synthetic tracks", "", {"run": rows}, chosen.packed())), encoding="utf-8"
    )
    return path.stat().st_size


@contextlib.contextmanager
def chromium():
    """Headless Chromium with a profile of its own."""
    profile = tempfile.mkdtemp(prefix="report-page-")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver") or "/usr/bin/chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def measure(driver, path):
    """Open a page and drive its map: plain numbers."""
    driver.get(path.as_uri())
    until = time.monotonic() + 60
    while not driver.execute_script("return document.documentElement.dataset.ready") and time.monotonic() < until:
        time.sleep(0.05)
    ready = driver.execute_script("return performance.getEntriesByName('map-ready')[0].startTime")
    painted = "return performance.getEntriesByName('map-painted').map((mark) => mark.startTime)"
    while not (marks := driver.execute_script(painted)) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)
    frames = np.array(driver.execute_async_script(DRIVE))
    heap = driver.execute_script("return performance.memory ? performance.memory.usedJSHeapSize : 0")
    return {
        "time_to_interactive_ms": round(ready),
        "all_tracks_painted_ms": round(marks[0]) if marks else None, "frames": len(frames),
        "frame_median_ms": round(float(np.median(frames)), 1),
        "frame_p95_ms": round(float(np.percentile(frames, 95)), 1), "frame_max_ms": round(float(frames.max()), 1),
        "frames_over_50_ms": int((frames > 50).sum()), "heap_mb": round(heap / 1e6, 1),
        "console": [entry["message"] for entry in driver.get_log("browser") if entry["level"] != "INFO"],
    }  # fmt: skip


def main():
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--screenshots", type=Path, help="folder for pictures of the page")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, chromium() as driver:
        driver.set_script_timeout(120)
        path = Path(folder, "report.html")
        size = write(path, chosen.tracks)
        print(json.dumps({"tracks": chosen.tracks, "page_mb": round(size / 1e6, 2), **measure(driver, path)}, indent=1))
        if chosen.screenshots:
            chosen.screenshots.mkdir(parents=True, exist_ok=True)
            time.sleep(1)
            driver.save_screenshot(str(chosen.screenshots / "driven.png"))
            driver.get(path.as_uri())
            time.sleep(2)
            driver.execute_script("document.getElementById('map').scrollIntoView()")
            time.sleep(1)
            driver.save_screenshot(str(chosen.screenshots / "world.png"))


def _within(values, start, track):
    """Sums of the values along each track."""
    summed = np.cumsum(values)
    return summed - (summed - values)[start][track]


def _matches(storms, tracks, of):
    sid = np.array([f"2005{i:03d}N12345" for i in range(storms)])
    storm_of_track = np.full(tracks, -1)
    storm_of_track[:storms] = np.arange(storms)
    nothing = np.full(storms, np.nan)
    never = np.full(storms, np.datetime64("NaT", "s"))
    return Matches(
        sid,
        np.array([f"STORM {i}" for i in range(storms)]),
        np.full(storms, 64.0, "f4"),
        np.arange(storms, dtype="i4"),
        np.full(storms, 8, "i4"),
        nothing,
        never,
        never,
        nothing,
        storm_of_track,
    )


if __name__ == "__main__":
    main()
