"""Result of `field_collection` <-> its file: tracks, and what the fields show around each of their points."""

import dataclasses
from pathlib import Path

from stormtracks.label import Label
from stormtracks.science.records import Tracks
from stormtracks.science.results import columns, file, layout, trajectories
from stormtracks.science.results.columns import Column
from stormtracks.science.results.file import header_of, opened
from stormtracks.science.results.header import Header
from stormtracks.science.results.places import Folder, chosen
from stormtracks.science.results.stored import Stored
from stormtracks.science.track_fields import TrackFields

_TASK = "field_collection"
_MADE_OF = "made_of"


def save_fields(header: Header, tracks: Tracks, fields: TrackFields, folder: Folder) -> tuple[Path, str]:
    """Write what was collected to its place below `folder`, replacing what was there.

    Parameters
    ----------
    header : Header
        Which result it is; its provenance says what it was made from.
    tracks : Tracks
        Of the member's ``vort_track`` result.
    fields : TrackFields
        In the order of their points.
    folder : path_like
        Folder of all results.

    Returns
    -------
    (Path, str)
        The file, and the SHA-256 of what was written to it.

    Raises
    ------
    ResultError
        It cannot be written; the message names the file.
    """
    more = {name: _column(name, fields) for name in fields.values}
    missing = {"missing": dict(fields.missing), "grid_degrees": fields.grid_degrees}
    whole = dataclasses.replace(header, provenance=header.provenance | missing)
    return file.save(
        whole,
        folder,
        "Fields along storm tracks",
        lambda dataset: trajectories.write(dataset, tracks, whole.provenance, more=more, arrays=fields.values),
        columns.size_of(layout.TRACKS | more, "obs") * len(tracks.maximum),
    )


def load_fields(
    path_or_folder: Folder, year: Label | None = None, ensemble_member: int | None = None
) -> tuple[Header, TrackFields]:
    """What was collected along a member's tracks, in the order of the points of its ``vort_track`` result.

    Parameters
    ----------
    path_or_folder : path_like
        The file; or the folder of all results, with `year` and `ensemble_member`.
    year : int or str, optional
    ensemble_member : int, optional

    Returns
    -------
    (Header, TrackFields)

    Raises
    ------
    ResultError
        There is none; or the file is damaged, or is not a result of `field_collection`.
    """
    with opened(chosen(path_or_folder, year, ensemble_member, _TASK), _TASK) as dataset:
        return _read(dataset)


def load_collected(
    path_or_folder: Folder, year: Label | None = None, ensemble_member: int | None = None
) -> tuple[Header, Tracks, TrackFields]:
    """As `load_fields`, with the tracks."""
    with opened(chosen(path_or_folder, year, ensemble_member, _TASK), _TASK) as dataset:
        header, fields = _read(dataset)
        return header, trajectories.read(dataset), fields


def _column(name: str, fields: TrackFields) -> Column:
    known = layout.FIELDS[name]
    made_of = {_MADE_OF: fields.made_of[name]} if name in fields.made_of else {}
    return dataclasses.replace(known, attributes=known.attributes | made_of)


def _read(dataset: Stored) -> tuple[Header, TrackFields]:
    header = header_of(dataset)
    there = {name: column for name, column in layout.FIELDS.items() if dataset.has(name)}
    made_of = {name: str(of) for name in there if (of := getattr(dataset[name], _MADE_OF, None)) is not None}
    return header, TrackFields(
        columns.read(dataset, there), made_of, header.provenance["missing"], header.provenance["grid_degrees"]
    )
