"""Skill on a planted season: both linkers, and a naive tracker on the same data.

    python -m benchmarks.skill FOLDER [FOLDER ...] [--members 8] [--set key=value ...]

FOLDER has what `inv plant` writes. The naive tracker takes grid points that exceed their eight neighbours and a fixed
threshold of 5e-5 s-1, and links each track to the nearest point within 650 km, first come, first served.
"""

import argparse
import dataclasses
import functools
import time
from pathlib import Path

import numpy as np
from scipy.ndimage import maximum_filter

from stormtracks.science import linking, matching, maxima, reanalysis, sphere, vorticity
from stormtracks.science.records import Maxima, Tracks
from stormtracks.science.settings import LINKERS, Settings
from stormtracks.science.skill import score
from stormtracks.science.synthetic import EXTRA_STORMS, load_truth

NAIVE_THRESHOLD = 5e-5
NAIVE_REACH_KM = 650.0
BLOCK_STEPS = 8


def main(arguments=None):
    """Print a table of skill for each folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--members", type=int, help="only the first so many")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting")
    options = parser.parse_args(arguments)
    settings = Settings().changed(options.set)
    for folder in options.folders:
        truth = load_truth(folder)
        start = time.process_time()
        axis, ours, naive = find_all(folder, truth, settings, options.members)
        print(f"\n{folder}: {len(ours)} members, {len(axis)} steps; maxima in {time.process_time() - start:.0f} s CPU")
        print(_HEADER)
        for name, tracker in trackers(settings).items():
            _report(name, tracker, (truth, axis, settings), naive if name == "naive" else ours)


def find_all(folder, truth, settings, members=None):
    """Time axis, and every member's maxima: this project's, and the naive ones."""
    with reanalysis.open_season(folder, truth.year, **settings.keywords(reanalysis.open_season)) as season:
        chosen = list(range(min(members or truth.members, truth.members)))
        found = [([], []) for _ in chosen]
        for first in range(0, len(season.axis), BLOCK_STEPS):
            winds = season.read(first, min(first + BLOCK_STEPS, len(season.axis)), chosen)
            fields = vorticity.cyclonic_vorticity(*winds, season.grid)
            for member in chosen:
                member_fields = np.ascontiguousarray(fields[:, member])
                for parts, finder in zip(found[member], (maxima.find, naive_maxima), strict=True):
                    part = finder(member_fields, season.grid, **settings.keywords(finder))
                    parts.append(dataclasses.replace(part, step=part.step + np.int32(first)))
        return season.axis, [_joined(ours) for ours, _ in found], [_joined(naive) for _, naive in found]


def trackers(settings):
    """What turns maxima and a time axis into tracks, by name."""

    def linked(linker):
        keywords = dataclasses.replace(settings, linker=linker).keywords(linking.link)
        return functools.partial(linking.link, **keywords)

    return {linker: linked(linker) for linker in LINKERS} | {
        "naive": lambda found, axis: naive_link(found, axis, settings.min_points)
    }


def naive_maxima(fields, grid, *, region=None):
    """Grid points in the region above the fixed threshold that none of the eight neighbours exceeds."""
    wrapped = np.pad(fields, ((0, 0), (0, 0), (1, 1)), mode="wrap")
    highest = maximum_filter(wrapped, size=(1, 3, 3))[..., 1:-1]
    step, row, column = np.nonzero((fields == highest) & (fields > NAIVE_THRESHOLD))
    lat, lon = grid.lat[row].astype(float), sphere.wrap(grid.lon[column])
    found = Maxima(step.astype(np.int32), lat, lon, fields[step, row, column].astype(np.float32))
    return found.take(sphere.in_region(lat, lon, region))


def naive_link(found, axis, min_points):
    """Tracks in the order in which they began take the nearest maximum that is left."""
    tracks, live = [], []
    first = np.searchsorted(found.step, np.arange(len(axis) + 1))
    for step in range(len(axis)):
        free = list(range(first[step], first[step + 1]))
        going = []
        for track in live:
            distance = sphere.distance_km(found.lat[track[-1]], found.lon[track[-1]], found.lat[free], found.lon[free])
            if free and distance.min() <= NAIVE_REACH_KM:
                track.append(free.pop(int(distance.argmin())))
                going.append(track)
        begun = [[point] for point in free]
        tracks += begun
        live = going + begun
    kept = [track for track in tracks if len(track) >= min_points]
    point = np.concatenate(kept).astype(np.int64) if kept else np.zeros(0, np.int64)
    size = np.array([len(track) for track in kept], np.int32)
    return Tracks(
        size, axis.times[found.step[point]], found.lat[point], found.lon[point], found.vorticity[point], point
    )


def _joined(parts):
    columns = ("step", "lat", "lon", "vorticity")
    return Maxima(*(np.concatenate([getattr(part, column) for part in parts]) for column in columns))


_HEADER = (
    f"{'tracker':9}{'POD mean':>9}{'least':>7}{'FAR':>8}{'error km':>10}{'median':>8}{'pieces':>8}{'covered':>9}"
    f"{'tracks':>8}{'maxima/step':>13}{'CPU s':>7}   extra storms found"
)


def _report(name, tracker, season, found):
    truth, axis, settings = season
    start = time.process_time()
    linked = [tracker(member_maxima, axis) for member_maxima in found]
    seconds = (time.process_time() - start) / len(found)
    limits = settings.keywords(matching.match)
    skills = [score(truth, member, tracks, **limits) for member, tracks in enumerate(linked)]
    mean = {
        key: np.nanmean([getattr(skill, key) for skill in skills])
        for key in ("pod", "far", "mean_error_km", "median_error_km", "pieces", "coverage", "tracks")
    }
    extra = {sid: sum(sid in skill.storms and sid not in skill.missed for skill in skills) for sid in EXTRA_STORMS}
    print(
        f"{name:9}{mean['pod']:9.3f}{min(skill.pod for skill in skills):7.3f}{mean['far']:8.3f}"
        f"{mean['mean_error_km']:10.1f}{mean['median_error_km']:8.1f}{mean['pieces']:8.2f}{mean['coverage']:9.3f}"
        f"{mean['tracks']:8.0f}{np.mean([len(m) for m in found]) / len(axis):13.1f}{seconds:7.2f}   "
        + ", ".join(f"{EXTRA_STORMS[sid][0]} {count}/{len(skills)}" for sid, count in extra.items())
    )
    missed = sorted({sid for skill in skills for sid in skill.missed})
    print("          missed: " + (", ".join(f"{s} x{sum(s in k.missed for k in skills)}" for s in missed) or "none"))


if __name__ == "__main__":
    main()
