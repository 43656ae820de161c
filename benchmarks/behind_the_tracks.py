"""What is behind the tracks: CPU and memory of a season's consensus, of summaries of many results, of track density.

    python -m benchmarks.behind_the_tracks [--parts consensus summary density] [--members 56] [--results 12000]

The consensus is of the tracks of one planted member, of 121 steps, one after another up to a season: as many as a
season has. Each other member has four fifths of them a little moved, and the others elsewhere. Summaries are of results
that are all copies of the sample's, and are asked when the results have been saved, and again; each in a process of its
own, whose imports are left out.
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import planted_data
from benchmarks.fresh_process import ROOT
from benchmarks.surroundings import describe, table
from stormtracks.science import pipeline, results, sphere
from stormtracks.science.records import Maxima, Tracks

STEPS, SEASON = 121, 6
CONSENSUS_S, CONSENSUS_MB, SUMMARY_S, DENSITY_S = 15.0, 600.0, 10.0, 0.05
_ASKED = """
import json, resource, sys, time
from stormtracks.science import {module}
began = time.process_time()
{code}
used = time.process_time() - began
print(json.dumps([used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found]))
"""


def main(arguments=None):
    """Print a table for each part."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parts = {"consensus": consensus, "summary": summaries, "density": density}
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--members", type=int, default=56, help="[%(default)s]")
    parser.add_argument("--results", type=int, default=12_000, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    options = parser.parse_args(arguments)
    print(describe())
    for part in options.parts:
        with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as place:
            parts[part](Path(place), options)


def consensus(place, options):
    """The consensus of an ensemble's season."""
    with planted_data.cache(options.cache) as folder:
        data = planted_data.season(folder, STEPS, members=1, grid=2.0, layout="20crv2c")
        _season(data, place)
    tracks = sum(_moved(place, member) for member in range(options.members))
    code = f"agreed = consensus.consensus({str(place)!r}, {planted_data.YEAR}); found = len(agreed)"
    rows = [
        (how, f"{used:.1f}", f"{peak:.0f}", f"{found:,}")
        for how, switch in (("kernel", "on"), ("NumPy", "off"))
        for used, peak, found in [_asked("consensus", code, {"STORMTRACKS_KERNEL": switch})]
    ]
    print(f"\nconsensus of {options.members} members, {tracks:,} tracks")
    print(f"target {CONSENSUS_S:g} s, {CONSENSUS_MB:g} MB")
    print(table(("by", "CPU s", "peak MB", "storms"), rows))


def _season(data, place):
    """Save the first member's result with the tracks of a season; how many there are."""
    setup = {"data": str(data), "results": str(place), "best_tracks": str(planted_data.BEST_TRACKS)}
    pipeline.run_task(planted_data.YEAR, 0, "vort_track", setup)
    made = results.load(place, planted_data.YEAR, 0)
    later = np.arange(SEASON) * (made.axis.times[-1] - made.axis.times[0] + np.timedelta64(6, "h"))
    every = made.tracks
    columns = {
        name: np.tile(getattr(every, name), SEASON) for name in ("row_size", "lat", "lon", "vorticity", "maximum")
    }
    tracks = Tracks(**columns, time=(later[:, None] + every.time).ravel())
    none = np.full(len(tracks) - len(every), -1, np.int32)
    matches = dataclasses.replace(made.matches, storm_of_track=np.concatenate([made.matches.storm_of_track, none]))
    nothing = Maxima(**{field.name: getattr(made.maxima, field.name)[:0] for field in dataclasses.fields(Maxima)})
    results.save(dataclasses.replace(made, tracks=tracks, matches=matches, maxima=nothing), place)
    return len(tracks)


def _moved(place, member):
    """Save another member's result, with the tracks of the first one where it has them; how many there are."""
    made, chance = results.load(place, planted_data.YEAR, 0), np.random.default_rng(member)
    every, count = made.tracks, len(made.tracks)
    north, east = chance.normal(0.0, 0.8, (2, count)) * (member > 0)
    elsewhere = (chance.random(count) < 0.2) & (member > 0)
    east += np.where(elsewhere, chance.uniform(20.0, 340.0, count), 0.0)
    shaken = chance.normal(0.0, 0.3, (2, len(every.lat))) * (member > 0)
    lat = np.clip(every.lat + np.repeat(north, every.row_size) + shaken[0], -90.0, 90.0)
    lon = sphere.wrap(every.lon + np.repeat(east, every.row_size) + shaken[1])
    tracks = dataclasses.replace(every, lat=lat, lon=lon)
    results.save(dataclasses.replace(made, ensemble_member=member, tracks=tracks), place)
    return count


def summaries(place, options):
    """Summaries of many results, by year and of a list."""
    _sample(place / "one")
    saved, size = 0.0, options.results
    years = -(-size // options.members)
    cells = [(1850 + year, member) for year in range(years) for member in range(options.members)][:size]
    tracked = results.load(place / "one", 1987, 0)
    header, storms = results.load_list(place / "one", 1987, 0)
    every = place / "every"
    for year, member in cells:
        began = time.process_time()
        results.save(dataclasses.replace(tracked, year=year, ensemble_member=member), every)
        saved += time.process_time() - began
        results.save_list(dataclasses.replace(header, year=year, ensemble_member=member), storms, every)
    rows = []
    for what, call in (("all tracks", "summarise"), ("list tc", "summarise_list")):
        code = f"made = summary.{call}({str(every)!r}); found = len(made.years)"
        for when in ("at first", "again"):
            used, peak, _ = _asked("summary", code)
            rows.append((what, when, f"{used:.2f}", f"{1e3 * used / len(cells):.2f}", f"{peak:.0f}"))
    print(f"\nsummaries of {len(cells):,} results of {len(tracked.tracks)} tracks; target {SUMMARY_S:g} s")
    print(table(("of", "when", "CPU s", "ms per result", "peak MB"), rows))
    print(f"saving a result of vort_track: {1e3 * saved / len(cells):.1f} ms")


def density(place, options):
    """Track density, by member."""
    with planted_data.cache(options.cache) as folder:
        data = planted_data.season(folder, STEPS, members=1, grid=2.0, layout="20crv2c")
        tracks = _season(data, place)
    code = (
        "from stormtracks.science import results\n"
        f"tracks = results.load_tracks(results.path({str(place)!r}, 'vort_track', {planted_data.YEAR}, 0))\n"
        "climatology.density.track_density([tracks])\nbegan = time.process_time()\n"
        "found = float(climatology.density.track_density([tracks])[0].sum())"
    )
    used, peak, _ = _asked("climatology", "import stormtracks.science.climatology.density\n" + code)
    print(f"\ntrack density of a member with {tracks:,} tracks: {used:.3f} s, {peak:.0f} MB; target {DENSITY_S:g} s")


def _sample(place):
    setup = {"data": str(ROOT / "sample/20crv2c_1987"), "results": str(place)}
    setup["best_tracks"] = str(ROOT / "sample/ibtracs/IBTrACS.NA.v04r00.nc")
    for task in pipeline.TASKS:
        pipeline.run_task(1987, 0, task, setup)


def _asked(module, code, environment=None):
    """CPU seconds, peak memory in MB, and what a process of its own found."""
    text = _ASKED.format(module=module, code=code)
    made = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=ROOT,
        env=os.environ | (environment or {}),
    )  # fmt: skip
    return json.loads(made.stdout)


if __name__ == "__main__":
    main()
