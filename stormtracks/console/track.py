"""`inv track`: one task on this machine, without a cluster."""

import json

import numpy as np

from stormtracks import config
from stormtracks.console.local_paths import data_folder, local_path, local_worker, results_folder
from stormtracks.console.terminal import output, progress, table
from stormtracks.science import pipeline, results
from stormtracks.science.settings import Settings, Setup

SHOWN = 10
"""Tracks shown in a table."""


def setup(options):
    """The setup that a command's options describe; what they leave open, this machine's worker in hosts.yaml says."""
    settings = config.load_settings(options["settings"]) if options["settings"] else {}
    return Setup(
        data=data_folder(options["data"]),
        results=results_folder(options["results"]),
        best_tracks=local_path("best_tracks", options["best_tracks"]),
        scratch=local_path("scratch"),
        dataset=_dataset(options),
        settings=Settings.from_mapping(settings, options["settings"]).changed(options["set"]),
        overwrite=options["overwrite"],
    )


def _dataset(options):
    """The description that was given; that of hosts.yaml only for the data of hosts.yaml."""
    if options["dataset"]:
        return config.load_dataset(options["dataset"])
    local = None if options["data"] else local_worker()
    return local and local.dataset


def track(year, ensemble_member, options):
    """Do one task here and show what it found."""
    with progress(f"{year} member {ensemble_member}") as report:
        details = pipeline.run_task(year, ensemble_member, "vort_track", setup(options), report)
    if options["json"]:
        print(json.dumps(details))
    else:
        show(details)


def show(details):
    """The longest and strongest tracks, the storms found and missed, and where the result is."""
    result = results.load(details["path"])
    out = output()
    counts = details["counts"]
    verb = "already there" if details["skipped"] else f"made in {details['seconds']:.1f} s"
    out.print(
        f"{details['year']}, member {details['ensemble_member']} ('{details['member_label']}'): "
        f"{counts['steps']} times, {counts['maxima']} maxima, {counts['tracks']} tracks"
    )
    out.print(
        f"made from {', '.join(file['path'] for file in result.provenance['inputs'])}", soft_wrap=True, markup=False
    )
    out.print(_track_table(result))
    out.print(_storm_table(result))
    out.print(f"{details['path']} ({verb})", soft_wrap=True)


def _track_table(result):
    made = table("longest and strongest tracks", ">track", "from", "to", ">points", ">strongest (1e-5 s-1)", "at")
    tracks = result.tracks
    strength = tracks.vorticity[tracks.peak]
    by_length, by_strength = np.lexsort((-strength, -tracks.row_size)), np.argsort(-strength, kind="stable")
    chosen = list(dict.fromkeys([*by_length[: SHOWN // 2], *by_strength[: SHOWN // 2]]))
    for number in chosen:
        points = slice(tracks.start[number], tracks.start[number] + tracks.row_size[number])
        made.add_row(
            str(number),
            _time(tracks.time[points][0]),
            _time(tracks.time[points][-1]),
            str(tracks.row_size[number]),
            f"{1e5 * strength[number]:.1f}",
            place(tracks.lat[tracks.peak[number]], tracks.lon[tracks.peak[number]]),
        )
    return made


def _storm_table(result):
    made = table("best tracks", "storm", "name", ">track", ">common times", ">mean distance (km)")
    matches = result.matches
    for row in range(len(matches)):
        if matches.hit[row]:
            cells = str(matches.track[row]), str(matches.common_times[row]), f"{matches.mean_distance_km[row]:.0f}"
        else:
            cells = "missed", "", ""
        made.add_row(matches.sid[row], matches.name[row], *cells)
    return made


def place(lat, lon):
    """A position as people write it."""
    return f"{abs(lat):.1f}{'N' if lat >= 0 else 'S'} {abs(lon):.1f}{'E' if lon >= 0 else 'W'}"


def _time(value):
    return str(value)[:13].replace("T", " ") + "Z"
