"""What `inv track` shows of the result of each task."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np

from stormtracks.console import tables
from stormtracks.console.tables import FIRST, LAST, PEOPLE, Column, Form, Place, Table
from stormtracks.console.terminal import notes, output
from stormtracks.readable import moment
from stormtracks.science import calendars, pipeline, results
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.lists import CLASSES, StormList
from stormtracks.science.records import Tracks
from stormtracks.science.results import layout
from stormtracks.science.track_fields import TrackFields

MOST_FILES = 8
"""Input files that are all named."""
SHOWN = 10
"""Tracks shown in a table."""
SHOWN_STORMS = 40


def show(details: pipeline.Details, form: Form = PEOPLE) -> None:
    """Show what a task found, and where the result is; as CSV, all rows of its first table."""
    summary, header, shown = _FOUND_BY[details["task"]](details, form.csv)
    if form.csv:
        tables.show(shown[0], form)
        return
    _begin(details, summary, header)
    for table in shown:
        tables.show(table, form)
    ending = "already there" if details["skipped"] else f"made in {details['seconds']:.1f} s{_by(header)}"
    output().print(f"{details['path']} ({ending})", soft_wrap=True)


def _by(header: results.Header) -> str:
    """Which of the two made a result; a list of storms does not say, since the kernel has no part in it."""
    return {"compiled": " by the kernel", "numpy": " by NumPy"}.get(header.provenance.get("kernel", ""), "")


Found: TypeAlias = tuple[str, results.Header, list[Table]]


def _tracks(details: pipeline.Details, every: bool) -> Found:
    """The longest and strongest tracks, or all; the storms found and missed."""
    result = results.load(details["path"])
    counts = details["counts"]
    found = f"{counts['steps']} times, {counts['maxima']} maxima, {counts['tracks']} tracks"
    return found, result.header, [_track_table(result, every), *([_storm_table(result)] if len(result.matches) else [])]


def _fields(details: pipeline.Details, every: bool) -> Found:
    """What was collected along the tracks."""
    header, fields = results.load_fields(details["path"])
    counts = details["counts"]
    return f"fields at {counts['points']} points of {counts['tracks']} tracks", header, [_field_table(fields)]


def _storms(details: pipeline.Details, every: bool) -> Found:
    """The storms of the list."""
    header, storms = results.load_list(details["path"])
    kinds = (f"{int((storms.storm_class == code).sum())} {kind}" for code, kind in enumerate(CLASSES) if code)
    return f"{', '.join(kinds)} of {len(storms.every_class):,} tracks", header, [_list_table(storms, every)]


_FOUND_BY: dict[str, Callable[[pipeline.Details, bool], Found]] = {
    "vort_track": _tracks,
    "field_collection": _fields,
    "classify": _storms,
}


def _begin(details: pipeline.Details, found: str, header: results.Header) -> None:
    out = output()
    member = f"{details['year']}, member {details['ensemble_member']} ('{details['member_label']}')"
    out.print(f"{member}: {found}")
    if inputs := [Path(file["path"]).name for file in header.provenance["inputs"]]:
        out.print(f"made from {_listed(inputs)}", soft_wrap=True)
    notes(details["remarks"])


def _listed(paths: list[str]) -> str:
    """The files' names, of many the first and the last two: the last one is that of the best tracks."""
    if len(paths) > MOST_FILES:
        paths = [paths[0], f"{len(paths) - 3:,} more", *paths[-2:]]
    return ", ".join(paths)


def _moment(text: str) -> str:
    return f"{moment(text)}Z"


def _times(tracks: Tracks, number: int) -> list[str]:
    """The first and the last time of a track."""
    first, size = tracks.start[number], tracks.row_size[number]
    return [str(text) for text in calendars.texts(tracks.time[[first, first + size - 1]], tracks.calendar)]


_TRACK = Column("track", identifies=True)
_FROM, _TO = Column("from", form=_moment, worth=6), Column("to", form=_moment, worth=3)
_OF_TRACKS = (
    _TRACK,
    _FROM,
    _TO,
    Column("points", worth=7),
    Column("strongest_1e5_s1", "strongest", "1e-5 s-1", ".1f", worth=FIRST),
    Column("at"),
)


def _track_table(result: results.Result, every: bool) -> Table:
    tracks, peak = result.tracks, result.tracks.peak
    strength = tracks.vorticity[peak]
    by_length, by_strength = np.lexsort((-strength, -tracks.row_size)), np.argsort(-strength, kind="stable")
    first = dict.fromkeys([*by_length[: SHOWN // 2], *by_strength[: SHOWN // 2]])
    rows = (
        (
            int(number), *_times(tracks, number), int(tracks.row_size[number]), 1e5 * float(strength[number]),
            Place(float(tracks.lat[peak[number]]), float(tracks.lon[peak[number]])),
        )
        for number in (range(len(tracks.row_size)) if every else first)
    )  # fmt: skip
    return Table("longest and strongest tracks", _OF_TRACKS, tuple(rows))


_OF_STORMS = (
    Column("sid", "storm", identifies=True),
    Column("name", worth=8),
    Column("track", worth=FIRST, unknown="missed"),
    Column("common_times", unknown=""),
    Column("mean_distance_km", "mean distance", "km", ".0f", worth=7, unknown=""),
)


def _storm_table(result: results.Result) -> Table:
    matches = result.matches
    rows = []
    for row in range(len(matches)):
        cells: tuple[object, ...] = None, None, None
        if matches.hit[row]:
            cells = int(matches.track[row]), int(matches.common_times[row]), float(matches.mean_distance_km[row])
        rows.append((str(matches.sid[row]), str(matches.name[row]), *cells))
    return Table("best tracks", _OF_STORMS, tuple(rows))


_OF_FIELDS = (
    Column("field", identifies=True),
    Column("unit", worth=8),
    Column("lowest", unknown="", form=".4g", worth=6),
    Column("median", unknown="", form=".4g", worth=FIRST),
    Column("highest", unknown="", form=".4g", worth=6),
    Column("known", "known", "%", ".0f", worth=7),
    Column("made_of", prose=True, worth=LAST),
)


def _field_table(fields: TrackFields) -> Table:
    rows = []
    for name, values in fields.values.items():
        known = values[np.isfinite(values)]
        of_known = np.quantile(known, (0.0, 0.5, 1.0)).tolist() if len(known) else [None] * 3
        share = 100 * len(known) / max(len(values), 1)
        unit = layout.FIELDS[name].attributes["units"]
        rows.append((name, unit, *of_known, share, fields.made_of.get(name, "")))
    return Table("fields along the tracks", _OF_FIELDS, tuple(rows))


_OF_LIST = (
    _TRACK,
    Column("class", worth=FIRST),
    Column("probability", "P(tc)", form=".2f", worth=7),
    _FROM,
    _TO,
    Column("wind_kt", "wind", "kt", ".0f", worth=8, unknown=""),
    Column("pressure_hpa", "hPa", form=".0f", unknown=""),
    Column("genesis", worth=4),
)


def _list_table(storms: StormList, every: bool) -> Table:
    """The storms, the strongest first: tropical cyclones, then extratropical ones."""
    title = "storms" if len(storms) <= SHOWN_STORMS else f"the {SHOWN_STORMS} strongest of {len(storms):,} storms"
    title += " (P(tc): probability of a tropical cyclone; hybrid: in both lists)"
    tracks, strength = storms.tracks, storms.tracks.vorticity[storms.tracks.peak]
    order = np.lexsort((-strength, -np.nan_to_num(storms.intensity_max), storms.storm_class == CLASSES.index("etc")))
    rows = (
        (
            int(storms.track_id[row]), CLASSES[storms.storm_class[row]], float(storms.probability[row]),
            *_times(tracks, row), float(storms.intensity_max[row]) / KNOT_M_S,
            float(storms.pressure_lowest[row]) / 100,
            Place(float(storms.genesis_lat[row]), float(storms.genesis_lon[row])),
        )
        for row in (order if every else order[:SHOWN_STORMS])
    )  # fmt: skip
    return Table(title, _OF_LIST, tuple(rows))
