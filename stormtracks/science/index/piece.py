"""What a result leaves for the index when it is saved: its own part, beside its year's."""

import dataclasses
import json
import logging
from pathlib import Path

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science import remarks
from stormtracks.science.arrays import Ints
from stormtracks.science.counts.season import Season as ListSeason
from stormtracks.science.counts.season import season
from stormtracks.science.heads import Heads
from stormtracks.science.index import stored
from stormtracks.science.index.season import FURTHER, Entry, Season
from stormtracks.science.lists import StormList
from stormtracks.science.records import Matches
from stormtracks.science.results.alike import traits
from stormtracks.science.results.header import Header
from stormtracks.science.results.places import Folder, State

FOLDER = ".index"
SUFFIX = ".columns"
COUNTED = ("tc", "etc")
"""The lists whose `counts.season`, by the data's own winds, is kept of each result."""
log = logging.getLogger(__name__)


def year_place(folder: Folder, task: str, year: Label) -> Path:
    """The file of a year of results."""
    return Path(folder, FOLDER, task, f"{label.name(year)}{SUFFIX}")


def place(folder: Folder, task: str, year: Label, ensemble_member: int) -> Path:
    """The file of one result, until it is part of its year's."""
    return Path(folder, FOLDER, task, label.name(year), f"member_{ensemble_member:03d}{SUFFIX}")


def of(header: Header, state: State, heads: Heads, row_size: Ints, matches: Matches) -> Season:
    """What is known of one result, a season of one entry.

    Parameters
    ----------
    header : Header
    state : State
        Of its file, as it was when this was learnt.
    heads : Heads
    row_size : ndarray of int, shape (ntracks,)
    matches : Matches
    """
    entry = Entry(
        header.ensemble_member,
        header.member_label,
        state,
        len(heads),
        len(matches),
        header.counts,
        json.dumps(traits(header.provenance), sort_keys=True),
        remarks.of(header.provenance),
        "" if header.best_tracks is None else str(header.best_tracks),
    )
    return Season(header.year, (entry,), heads, np.arange(len(heads), dtype=np.int32), row_size, matches)


def of_list(header: Header, state: State, storms: StormList) -> Season:
    """The same of a list, with the sums over its storms' points: `sums` has them by list and name, "tc.landfalls"."""
    made = of(header, state, storms.heads, storms.tracks.row_size, storms.matches)
    further = {name: getattr(storms, name) for name in FURTHER}
    sums = {f"{name}.{kind}": values[None] for name in COUNTED for kind, values in vars(season(storms, name)).items()}
    return dataclasses.replace(made, track_id=storms.track_id, further=further, sums=sums)


def list_sums(known: Season, name: str) -> list[ListSeason]:
    """What is counted of a list of each result of a season, as `of_list` has kept it."""
    columns = {kind.name: known.sums[f"{name}.{kind.name}"] for kind in dataclasses.fields(ListSeason)}
    return [ListSeason(**{kind: values[row] for kind, values in columns.items()}) for row in range(len(known))]


def leave(folder: Folder, task: str, made: Season) -> None:
    """Keep what is known of one result beside its year's; where that cannot be, it is read from the result later."""
    target = place(folder, task, made.year, made.entries[0].ensemble_member)
    try:
        stored.save(made, target)
    except OSError as error:
        log.info("%s: not written: %s", target, error)
