"""A folder with a file per member -> the tracks of all of them."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.ragged import joined
from stormtracks.science.records import Tracks
from stormtracks.science.track_files.kinds import load
from stormtracks.science.track_files.track_file import TrackFile

_MEMBER = re.compile(r"_m(\d{3,})(?=\.|$)")


def files(folder: Path) -> list[Path]:
    """The files of a folder, by name, without those that say what is in another one."""
    there = (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return sorted(path for path in there if not path.name.endswith(".about.json"))


def load_folder(folder: Path) -> TrackFile:
    """The tracks of all files of a folder, each a member.

    Members have the numbers in the files' names, ``tracks_m003.txt``, where all have one; else they are counted in the
    order of the names.

    Raises
    ------
    InputError
        A file that cannot be read or that has several members, two files of one member, or different calendars.
    """
    paths = files(folder)
    if not paths:
        raise InputError(f"{folder}: an empty folder; name one with results, or with a file of tracks per member")
    named = [_MEMBER.search(path.name) for path in paths]
    numbers = [int(found[1]) for found in named if found]
    members = numbers if len(numbers) == len(paths) else list(range(len(paths)))
    if len(set(members)) < len(members):
        raise InputError(f"{folder}: two files are of one member; leave one file per member there")
    parts = [load(path) for path in paths]
    for path, part in zip(paths, parts, strict=True):
        if len(part.members) > 1:
            raise InputError(f"{path}: a file of {len(part.members)} members among others; compare it by itself")
    return _joined(folder, parts, members)


def _joined(folder: Path, parts: Sequence[TrackFile], members: Sequence[int]) -> TrackFile:
    tracks = [part.tracks for part in parts]
    if len({one.calendar for one in tracks}) > 1:
        raise InputError(f"{folder}: its files have different calendars; leave those of one there")
    kinds = ", ".join(sorted({part.kind for part in parts}))
    others = joined(parts, ("sid", "name", "wind", "pressure"))
    return TrackFile(kinds, Tracks.joined(tracks), np.repeat(members, [len(one) for one in tracks]), **others)
