"""List of storms of `classify` <-> its file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import netCDF4

from stormtracks.label import Label
from stormtracks.science import calendars
from stormtracks.science.index import piece
from stormtracks.science.lists import StormList
from stormtracks.science.records import Matches
from stormtracks.science.results import columns, file, layout, list_layout, trajectories
from stormtracks.science.results.columns import Column
from stormtracks.science.results.file import header_of, opened
from stormtracks.science.results.header import Header
from stormtracks.science.results.places import Folder, chosen
from stormtracks.science.results.stored import Stored

_TASK = "classify"
_OWN = layout.TRACKS.keys() | list_layout.STORMS.keys() | layout.FORECAST.keys()


def save_list(header: Header, storms: StormList, folder: Folder) -> tuple[Path, str]:
    """Write a list of storms to its place below `folder`, replacing what was there.

    Parameters
    ----------
    header : Header
        Which result it is, its counts and how it was made.
    storms : StormList
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
    return file.save(
        header,
        folder,
        "Storms",
        lambda dataset: _fill(dataset, storms, header.provenance),
        columns.size_of(layout.TRACKS, "obs") * len(storms.tracks.maximum),
        lambda state: piece.of_list(header, state, storms),
    )


def load_list(
    path_or_folder: Folder, year: Label | None = None, ensemble_member: int | None = None
) -> tuple[Header, StormList]:
    """A list of storms, exactly as it was saved, and its header.

    Parameters
    ----------
    path_or_folder : path_like
        The file; or the folder of all results, with `year` and `ensemble_member`.
    year : int or str, optional
    ensemble_member : int, optional

    Raises
    ------
    ResultError
        There is none; or the file is damaged, or is of another task.

    Examples
    --------
    >>> import tempfile
    >>> from stormtracks.science import pipeline, results
    >>> folder = tempfile.mkdtemp()
    >>> setup = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc", "results": folder}
    >>> for task in pipeline.TASKS:
    ...     _ = pipeline.run_task(1987, 0, task, setup)
    >>> header, storms = results.load_list(folder, 1987, 0)
    >>> tc = storms.of("tc")
    >>> len(tc), [str(name) for name in tc.matches.name[tc.matches.hit]]
    (5, ['CINDY'])
    """
    with opened(chosen(path_or_folder, year, ensemble_member, _TASK), _TASK) as dataset:
        return header_of(dataset), _read(dataset)


def _fill(dataset: netCDF4.Dataset, storms: StormList, provenance: Mapping[str, Any]) -> None:
    around = {name: _column(name) for name in storms.fields}
    arrays = {name: getattr(storms, name) for name in list_layout.STORMS} | dict(storms.fields)
    trajectories.write(dataset, storms.tracks, provenance, storms.track_id, list_layout.STORMS | around, arrays)
    calendar = calendars.in_files(storms.tracks.calendar)
    every = dataset.createGroup("every")
    every.createDimension("track", len(storms.every_class))
    of_every = {"storm_class": storms.every_class, "probability": storms.every_probability}
    columns.write(every, list_layout.EVERY, of_every.__getitem__, calendar)
    matches = dataset.createGroup("matches")
    matches.createDimension("storm", len(storms.matches))
    columns.write(matches, list_layout.MATCHES, vars(storms.matches).__getitem__, calendar)


def _read(dataset: Stored) -> StormList:
    around = {name: _column(name) for name in dataset.variables if name not in _OWN}
    every: Mapping[str, Any] = columns.read(dataset["every"], list_layout.EVERY)
    storms = columns.read(dataset, list_layout.STORMS)
    return StormList(
        tracks=trajectories.read(dataset),
        track_id=columns.read(dataset, {"track_id": layout.TRACKS["track_id"]})["track_id"],
        fields=columns.read(dataset, around),
        matches=Matches(**columns.read(dataset["matches"], list_layout.MATCHES)),
        every_class=every["storm_class"],
        every_probability=every["probability"],
        **storms | {"tropical": storms["tropical"].astype(bool)},
    )


def _column(name: str) -> Column:
    return layout.FIELDS.get(name, Column("f4", "obs", {"coordinates": "time lat lon"}))
