"""The report's page with many tracks: what writing it costs, and headless Chromium opening it.

    python -m benchmarks.report_page [--tracks 30000 100000] [--repeats 5] [--results FOLDER] [--screenshots FOLDER]

Writing: CPU seconds to choose and pack tracks that are in memory, and to write the file; with --results also those of a
folder, and what reading its results costs. Opening: wall clock, so on a quiet machine only: the first paint, when the
controls can be used, when the tracks are on the map, the longest task of the page's own thread, and by how much its
tasks are longer than 50 ms, together. Frames: while the map is dragged and zoomed without a pause, the hardest there
is; the machine paints without a graphics card. Needs Chromium and its driver, and selenium (requirements-dev.txt).
"""

import argparse
import contextlib
import dataclasses
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from benchmarks.surroundings import describe, spread, table
from stormtracks.report import fragments, page, trackdata
from stormtracks.report.agreed import agreed_of
from stormtracks.report.outline import outline_of
from stormtracks.science.filters import Sieve
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
MARK = "return (performance.getEntriesByName(arguments[0])[0] || {startTime: -1}).startTime"
TASKS = """
const [done] = arguments;
new PerformanceObserver((list) => done(list.getEntries().map((task) => task.duration)))
  .observe({ type: "longtask", buffered: true });
setTimeout(() => done([]), 500);
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


def main(arguments=None):
    """Print a table of writing and one of opening."""
    options = _options(arguments)
    print(describe())
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as folder:
        paths = _write_all(Path(folder), options)
        with chromium() as driver:
            driver.set_script_timeout(120)
            _open_all(driver, paths, options.repeats)
            if options.screenshots:
                _pictures(driver, list(paths.values())[-1], options.screenshots)


def _write_all(folder, options):
    """The pages, by what they have."""
    cases = {f"{number:,} of walks": (number, list(_walks(number)), None) for number in options.tracks}
    if options.results:
        began = time.process_time()
        outline = outline_of(options.results, years=options.years)
        found = list(_of_results(outline))
        print(f"\nreading {len(found):,} results: {time.process_time() - began:.2f} s; the consensus: ", end="")
        began = time.process_time()
        agreed = agreed_of(outline)
        print(f"{time.process_time() - began:.2f} s")
        cases |= {f"{number:,} of results": (number, found, agreed) for number in options.tracks}
    rows, paths = [], {}
    for number, (name, (most, found, agreed)) in enumerate(cases.items()):
        paths[name] = folder / f"{number}.html"
        seconds = [write(paths[name], most, found, agreed) for _ in range(options.repeats)]
        chosen, written = zip(*seconds, strict=True)
        both = [sum(pair) for pair in seconds]
        megabytes = f"{paths[name].stat().st_size / 1e6:.2f}"
        rows.append((name, spread(chosen), spread(written), spread(both), megabytes))
    print("\nwriting, CPU s\n" + table(("tracks", "choose and pack", "write", "both", "MB"), rows))
    return paths


def write(path, most, found, agreed=None):
    """A page of at most so many of the tracks; CPU seconds of choosing and of writing them."""
    began = time.process_time()
    chosen = trackdata.TrackSet(most)
    if agreed is not None:
        chosen.add_agreed(agreed)
    for result in found:
        chosen.add(*result)
    packed = chosen.packed()
    middle = time.process_time()
    rows = fragments.html_table(("Storms", "Tracks"), [(20, most)], "Counts")
    path.write_text(page.html(page.PageContents("Many tracks", "", {"run": rows}, packed)), encoding="utf-8")
    return middle - began, time.process_time() - middle


def _walks(number):
    for member, tracks, matches in many_tracks(number):
        yield 2005, member, tracks, matches


def _of_results(outline):
    sieve = Sieve(outline.of_members, outline.results)
    for year, members in outline.results.items():
        for member in members:
            tracks, scope = outline.scope(year, member, sieve)
            yield year, member, tracks, scope.matches, scope.kept


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


@dataclasses.dataclass(frozen=True)
class Opening:
    """How a page came up, ms; in the order of the table."""

    first_paint: float
    usable: float
    tracks_there: float
    longest_task: float
    held_up: float
    frame: float
    frame_p95: float
    frame_max: float


def _open_all(driver, paths, repeats):
    measured = {name: [] for name in paths}
    opened(driver, next(iter(paths.values())))  # what only the first page of a browser costs
    for _ in range(repeats):
        for name, path in paths.items():
            measured[name].append(opened(driver, path))
    names = [field.name for field in dataclasses.fields(Opening)]
    rows = [[case, *(_of(each, name) for name in names)] for case, each in measured.items()]
    print("\nopening, ms\n" + table(["tracks", *(name.replace("_", " ") for name in names)], rows))


def _of(openings, name):
    return f"{statistics.median(getattr(one, name) for one in openings):.0f}"


def opened(driver, path):
    """Open a page and drive its map; fails on anything in its console."""
    driver.get("about:blank")
    driver.get(path.as_uri())
    until = time.monotonic() + 60
    while not driver.execute_script("return document.documentElement.dataset.ready") and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)
    marks = [driver.execute_script(MARK, name) for name in ("first-contentful-paint", "page-ready", "map-ready")]
    tasks = driver.execute_async_script(TASKS)
    frames = np.array(driver.execute_async_script(DRIVE))
    said = [entry["message"] for entry in driver.get_log("browser") if entry["level"] != "INFO"]
    assert not said, said
    held_up = sum(max(0, task - 50) for task in tasks)
    shape = np.median(frames), np.percentile(frames, 95), frames.max()
    return Opening(*marks, max(tasks, default=0), held_up, *map(float, shape))


def _pictures(driver, path, folder):
    folder.mkdir(parents=True, exist_ok=True)
    driver.save_screenshot(str(folder / "driven.png"))
    driver.get(path.as_uri())
    time.sleep(3)
    driver.execute_script("document.getElementById('map').scrollIntoView()")
    time.sleep(1)
    driver.save_screenshot(str(folder / "world.png"))


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, nargs="+", default=[30_000, 100_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--results", type=Path, help="folder of results, whose tracks are put into pages too")
    parser.add_argument("--years", type=int, nargs="+", help="of these years alone")
    parser.add_argument("--screenshots", type=Path, help="folder for pictures of the last page")
    return parser.parse_args(arguments)


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
