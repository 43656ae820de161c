"""`inv track`: one task on this machine, without a cluster."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from rich.table import Table

from stormtracks import config, paths
from stormtracks.console.local_paths import data_folder, local_path, local_worker, results_folder
from stormtracks.console.terminal import output, progress, table
from stormtracks.readable import moment, position
from stormtracks.science import calendars, pipeline, results
from stormtracks.science.settings import Settings, Setup

Options: TypeAlias = Mapping[str, Any]
MOST_FILES = 8
"""Input files that are all named."""
SHOWN = 10
"""Tracks shown in a table."""


def track(year: int, ensemble_member: int, options: Options) -> None:
    """Do one task here and show what it found."""
    with progress(f"{year} member {ensemble_member}") as report:
        details = pipeline.run_task(year, ensemble_member, "vort_track", setup(options), report)
    if options["json"]:
        print(json.dumps(details))
    else:
        show(details)


def setup(options: Options) -> Setup:
    """The setup that a command's options describe; hosts.yaml says, for this machine's worker, what they leave open."""
    named = options["settings"]
    settings = config.load_settings(paths.expand(named, where="--settings")) if named else {}
    return Setup(
        data=data_folder(options["data"]),
        results=results_folder(options["results"]),
        best_tracks=local_path("best_tracks", options["best_tracks"]),
        scratch=local_path("scratch"),
        dataset=_dataset(options),
        settings=Settings.from_mapping(settings, named or "").changed(options["set"]),
        overwrite=options["overwrite"],
    )


def _dataset(options: Options) -> dict[str, object] | None:
    """The description that was given; that of hosts.yaml is used with the data of hosts.yaml only."""
    if options["dataset"]:
        return config.load_dataset(paths.expand(options["dataset"], where="--dataset"))
    local = None if options["data"] else local_worker()
    return local.dataset if local else None


def show(details: pipeline.Details) -> None:
    """Show the longest and strongest tracks, the storms found and missed, and where the result is."""
    result = results.load(details["path"])
    counts, inputs = details["counts"], [file["path"] for file in result.provenance["inputs"]]
    ending = "already there" if details["skipped"] else f"made in {details['seconds']:.1f} s"
    out = output()
    out.print(
        f"{details['year']}, member {details['ensemble_member']} ('{details['member_label']}'): "
        f"{counts['steps']} times, {counts['maxima']} maxima, {counts['tracks']} tracks"
    )
    out.print(f"made from {_listed(inputs)}", soft_wrap=True)
    for remark in details["remarks"]:
        out.print(f"note: {remark}", soft_wrap=True)
    out.print(_track_table(result))
    out.print(_storm_table(result))
    out.print(f"{details['path']} ({ending})", soft_wrap=True)


def _listed(paths: list[str]) -> str:
    """The files, of many the first and the last two: the last one is that of the best tracks."""
    if len(paths) > MOST_FILES:
        paths = [paths[0], f"{len(paths) - 3:,} more", *paths[-2:]]
    return ", ".join(paths)


def _track_table(result: results.Result) -> Table:
    shown = table("longest and strongest tracks", ">track", "from", "to", ">points", ">strongest (1e-5 s-1)", "at")
    tracks, peak = result.tracks, result.tracks.peak
    strength = tracks.vorticity[peak]
    by_length, by_strength = np.lexsort((-strength, -tracks.row_size)), np.argsort(-strength, kind="stable")
    for number in dict.fromkeys([*by_length[: SHOWN // 2], *by_strength[: SHOWN // 2]]):
        first, size, strongest = tracks.start[number], tracks.row_size[number], peak[number]
        shown.add_row(
            str(number),
            *(f"{moment(text)}Z" for text in calendars.texts(tracks.time[[first, first + size - 1]], tracks.calendar)),
            str(size),
            f"{1e5 * strength[number]:.1f}",
            position(tracks.lat[strongest], tracks.lon[strongest]),
        )
    return shown


def _storm_table(result: results.Result) -> Table:
    shown = table("best tracks", "storm", "name", ">track", ">common times", ">mean distance (km)")
    matches = result.matches
    for row in range(len(matches)):
        cells = ("missed", "", "")
        if matches.hit[row]:
            distance_km = f"{matches.mean_distance_km[row]:.0f}"
            cells = (str(matches.track[row]), str(matches.common_times[row]), distance_km)
        shown.add_row(str(matches.sid[row]), str(matches.name[row]), *cells)
    return shown
