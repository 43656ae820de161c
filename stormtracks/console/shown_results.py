"""What `inv track` shows of the result of each task."""

from collections.abc import Callable

import numpy as np
from rich.table import Table

from stormtracks.console.terminal import notes, output, table
from stormtracks.readable import moment, position
from stormtracks.science import calendars, pipeline, results
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.lists import CLASSES, StormList
from stormtracks.science.results import layout
from stormtracks.science.track_fields import TrackFields

MOST_FILES = 8
"""Input files that are all named."""
SHOWN = 10
"""Tracks shown in a table."""
SHOWN_STORMS = 40


def show(details: pipeline.Details) -> None:
    """Show what a task found, and where the result is."""
    _SHOWN_BY[details["task"]](details)
    ending = "already there" if details["skipped"] else f"made in {details['seconds']:.1f} s"
    output().print(f"{details['path']} ({ending})", soft_wrap=True)


def _show_tracks(details: pipeline.Details) -> None:
    """The longest and strongest tracks, the storms found and missed."""
    result = results.load(details["path"])
    counts = details["counts"]
    _begin(details, f"{counts['steps']} times, {counts['maxima']} maxima, {counts['tracks']} tracks", result.header)
    output().print(_track_table(result))
    output().print(_storm_table(result))


def _show_fields(details: pipeline.Details) -> None:
    """What was collected along the tracks."""
    header, fields = results.load_fields(details["path"])
    counts = details["counts"]
    _begin(details, f"fields at {counts['points']} points of {counts['tracks']} tracks", header)
    output().print(_field_table(fields))


def _show_storms(details: pipeline.Details) -> None:
    """The storms of the list."""
    header, storms = results.load_list(details["path"])
    kinds = (f"{int((storms.storm_class == code).sum())} {kind}" for code, kind in enumerate(CLASSES) if code)
    _begin(details, f"{', '.join(kinds)} of {len(storms.every_class):,} tracks", header)
    output().print(_list_table(storms))


_SHOWN_BY: dict[str, Callable[[pipeline.Details], None]] = {
    "vort_track": _show_tracks,
    "field_collection": _show_fields,
    "classify": _show_storms,
}


def _begin(details: pipeline.Details, found: str, header: results.Header) -> None:
    out = output()
    member = f"{details['year']}, member {details['ensemble_member']} ('{details['member_label']}')"
    out.print(f"{member}: {found}")
    if inputs := [file["path"] for file in header.provenance["inputs"]]:
        out.print(f"made from {_listed(inputs)}", soft_wrap=True)
    notes(details["remarks"])


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


def _field_table(fields: TrackFields) -> Table:
    shown = table("fields along the tracks", "field", "unit", ">lowest", ">median", ">highest", ">known", "made of")
    for name, values in fields.values.items():
        known = values[np.isfinite(values)]
        of_known = [f"{value:.4g}" for value in np.quantile(known, (0.0, 0.5, 1.0))] if len(known) else ["", "", ""]
        share = f"{100 * len(known) / max(len(values), 1):.0f} %"
        shown.add_row(name, layout.FIELDS[name].attributes["units"], *of_known, share, fields.made_of.get(name, ""))
    return shown


def _list_table(storms: StormList) -> Table:
    """The storms, the strongest first: tropical cyclones, then extratropical ones."""
    columns = ">track", "class", ">P(tc)", "from", "to", ">wind (kt)", ">hPa", "genesis"
    title = "storms" if len(storms) <= SHOWN_STORMS else f"the {SHOWN_STORMS} strongest of {len(storms):,} storms"
    title += " (P(tc): probability of a tropical cyclone; hybrid: in both lists)"
    shown = table(title, *columns)
    tracks, strength = storms.tracks, storms.tracks.vorticity[storms.tracks.peak]
    order = np.lexsort((-strength, -np.nan_to_num(storms.intensity_max), storms.storm_class == CLASSES.index("etc")))
    for row in order[:SHOWN_STORMS]:
        times = tracks.time[[tracks.start[row], tracks.start[row] + tracks.row_size[row] - 1]]
        shown.add_row(
            str(storms.track_id[row]),
            CLASSES[storms.storm_class[row]],
            f"{storms.probability[row]:.2f}",
            *(f"{moment(text)}Z" for text in calendars.texts(times, tracks.calendar)),
            _number(storms.intensity_max[row] / KNOT_M_S, ".0f"),
            _number(storms.pressure_lowest[row] / 100, ".0f"),
            position(storms.genesis_lat[row], storms.genesis_lon[row]),
        )
    return shown


def _number(value: float, form: str) -> str:
    return "" if np.isnan(value) else format(value, form)
