"""What is behind the tracks: CPU and memory of a season's consensus, of many results' summary, of density.

    python -m benchmarks.behind_the_tracks [--parts consensus summary density linking] [--members 56] [--results 12000]

The consensus is of the tracks of one planted member, of 121 steps, one after another up to a season: as many as a
season has. Each other member has four fifths of them a little moved, and the others elsewhere. Summaries are of results
written from those in --like, by default the sample's, over and over under other years and members; `inv summary` is
run as users run it, start and imports with it: when the results have been saved, again, and with a year more. Linking
is by motion, of points that drift.
"""

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import planted_data
from benchmarks.fresh_process import ROOT
from benchmarks.many_results import ManyResults, summed_up
from benchmarks.surroundings import describe, table
from stormtracks.science import linking, pipeline, results, sphere
from stormtracks.science.records import Maxima, TimeAxis, Tracks

STEPS, SEASON = 121, 6
CONSENSUS_S, CONSENSUS_MB, SUMMARY_S, DENSITY_S, LINKING_MS = 15.0, 600.0, 10.0, 0.05, 8.0
PATHS = {"kernel": "on", "NumPy": "off"}
DRIFT_KM, NEW = 250.0, 0.1
"""What points move from step to step, in the mean, and how many of them are others."""
_ASKED = """
import json, time
from benchmarks.fresh_process import peak_mb
from stormtracks.science import {module}
began = time.process_time()
{code}
print(json.dumps([time.process_time() - began, peak_mb(), found]))
"""


def main(arguments=None):
    """Print a table for each part."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parts = {"consensus": consensus, "summary": summaries, "density": density, "linking": motion}
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--members", type=int, default=56, help="[%(default)s]")
    parser.add_argument("--results", type=int, default=12_000, help="[%(default)s]")
    parser.add_argument("--like", type=Path, help="folder of results that those to sum up are written from [sample]")
    parser.add_argument("--maxima", type=int, default=1000, help="to link at each step [%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    options = parser.parse_args(arguments)
    print(describe())
    for part in options.parts:
        with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as place:
            print(flush=True)
            parts[part](Path(place), options)


def consensus(place, options):
    """The consensus of an ensemble's season."""
    with planted_data.cache(options.cache) as folder:
        data = planted_data.season(folder, STEPS, members=1, grid=2.0, layout="20crv2c")
        _season(data, place)
    tracks = sum(_moved(place, member) for member in range(options.members))
    code = f"agreed = consensus.consensus({str(place)!r}, {planted_data.YEAR}); found = len(agreed)"
    rows = []
    for path, switch in PATHS.items():
        used, peak, found = _asked("consensus", code, switch)
        rows.append((f"consensus, {path}", f"{used:.1f}", f"{peak:.0f}", f"{found:,}"))
    print(f"consensus of {options.members} members, {tracks:,} tracks; target {CONSENSUS_S:g} s, {CONSENSUS_MB:g} MB")
    print(table(("what", "CPU s", "peak MB", "storms"), rows))


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
    every, rows = ManyResults(place / "every", options.members, options.like), []
    every.grow(-(-options.results // options.members))
    count = len(every)
    for when in ("first", "again", "a year more"):
        if when == "a year more":
            every.grow()
        rows += [_row(f"inv summary, {when}", len(every), *summed_up(every.folder))]
        rows += [_row(f"inv summary --list tc, {when}", len(every), *summed_up(every.folder, "--list", "tc"))]
    print(f"{count:,} results of {every.tracks} tracks, {options.members} a year; target {SUMMARY_S:g} s")
    print(table(("what", "CPU s", "clock s", "ms per result", "peak MB"), rows))
    print(f"saving a result of vort_track: {1e3 * every.saving / len(every):.1f} ms")


def _row(what, count, used, clock, peak):
    return what, f"{used:.2f}", f"{clock:.2f}", f"{1e3 * used / count:.2f}", f"{peak:.0f}"


def density(place, options):
    """Track density, of one member."""
    with planted_data.cache(options.cache) as folder:
        data = planted_data.season(folder, STEPS, members=1, grid=2.0, layout="20crv2c")
        tracks = _season(data, place)
    code = (
        "from stormtracks.science import results\n"
        f"tracks = results.load_tracks(results.path({str(place)!r}, 'vort_track', {planted_data.YEAR}, 0))\n"
        "climatology.density.track_density([tracks])\nbegan = time.process_time()\n"
        "found = float(climatology.density.track_density([tracks])[0].sum())"
    )
    rows = []
    for path, switch in PATHS.items():
        used, peak, _ = _asked("climatology", "import stormtracks.science.climatology.density\n" + code, switch)
        rows.append((f"density, {path}", f"{used:.3f}", f"{peak:.0f}"))
    print(f"track density of a member with {tracks:,} tracks; target {DENSITY_S:g} s")
    print(table(("what", "CPU s", "peak MB"), rows))


def motion(_, options):
    """Linking by motion of many maxima at each step."""
    maxima, axis = _drifting(options.maxima, STEPS)
    rows = []
    for path, switch in PATHS.items():
        os.environ["STORMTRACKS_KERNEL"] = switch
        each = [_cpu(lambda: linking.link(maxima, axis, linker="motion")) for _ in range(5)]
        rows.append((f"motion, {path}", f"{1e3 * statistics.median(each) / STEPS:.2f}"))
    del os.environ["STORMTRACKS_KERNEL"]
    print(f"linking by motion, {options.maxima:,} maxima at each of {STEPS} steps; target {LINKING_MS:g} ms per step")
    print(table(("what", "CPU ms per step"), rows))


def _drifting(count, steps):
    """Maxima all over the globe; from step to step each moves on as it did, a little otherwise, or gives way to one."""
    chance = np.random.default_rng(1)
    place = chance.normal(size=(count, 3))
    way = chance.normal(size=(count, 3)) * DRIFT_KM / sphere.EARTH_RADIUS_KM
    columns = []
    for step in range(steps):
        lat, lon = sphere.lat_lon(place)
        order = np.lexsort((lon, lat))
        columns.append((np.full(count, step, np.int32), lat[order], lon[order]))
        way += 0.2 * chance.normal(size=(count, 3)) * DRIFT_KM / sphere.EARTH_RADIUS_KM
        place = place / np.linalg.norm(place, axis=1, keepdims=True) + way
        other = chance.random(count) < NEW
        place[other] = chance.normal(size=(other.sum(), 3))
    step, lat, lon = map(np.concatenate, zip(*columns, strict=True))
    strength = chance.uniform(3e-5, 2e-4, len(step)).astype(np.float32)
    times = np.datetime64(f"{planted_data.YEAR}-06-01", "s") + np.arange(steps) * np.timedelta64(6, "h")
    return Maxima(step, lat, lon, strength), TimeAxis(times, 6.0 * np.arange(steps))


def _cpu(work):
    began = time.process_time()
    work()
    return time.process_time() - began


def _asked(module, code, switch="on"):
    """CPU seconds, peak memory in MB, and what a process of its own found."""
    command = [sys.executable, "-c", _ASKED.format(module=module, code=code)]
    environment = os.environ | {"STORMTRACKS_KERNEL": switch}
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT, env=environment).stdout)


if __name__ == "__main__":
    main()
