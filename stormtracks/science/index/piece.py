"""What a result leaves for the index when it is saved: its own part, beside its year's."""

import dataclasses
import json
import logging
from pathlib import Path

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science.arrays import Ints
from stormtracks.science.heads import Heads
from stormtracks.science.index import stored
from stormtracks.science.index.season import FURTHER, Entry, Season
from stormtracks.science.lists import StormList
from stormtracks.science.records import Matches
from stormtracks.science.results.alike import traits
from stormtracks.science.results.header import Header
from stormtracks.science.results.places import Folder, State

FOLDER = ".index"
log = logging.getLogger(__name__)


def year_place(folder: Folder, task: str, year: Label) -> Path:
    """The file of a year of results."""
    return Path(folder) / FOLDER / task / f"{label.name(year)}.npz"


def place(folder: Folder, task: str, year: Label, ensemble_member: int) -> Path:
    """The file of one result, until it is part of its year's."""
    return Path(folder) / FOLDER / task / label.name(year) / f"member_{ensemble_member:03d}.npz"


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
    )
    return Season(header.year, (entry,), heads, np.arange(len(heads), dtype=np.int32), row_size, matches)


def of_list(header: Header, state: State, storms: StormList) -> Season:
    """The same of a list."""
    made = of(header, state, storms.heads, storms.tracks.row_size, storms.matches)
    further = {name: getattr(storms, name) for name in FURTHER}
    return dataclasses.replace(made, track_id=storms.track_id, further=further)


def leave(folder: Folder, task: str, made: Season) -> None:
    """Keep what is known of one result beside its year's; where that cannot be, it is read from the result later."""
    target = place(folder, task, made.year, made.entries[0].ensemble_member)
    try:
        stored.save(made, target)
    except OSError as error:
        log.info("%s: not written: %s", target, error)
