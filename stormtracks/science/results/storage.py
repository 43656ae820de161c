"""Result of `vort_track` <-> its file, whole or in parts."""

from pathlib import Path

import netCDF4

from stormtracks.label import Label
from stormtracks.science import calendars, heads
from stormtracks.science.index import piece
from stormtracks.science.index.season import Season
from stormtracks.science.records import Matches, Maxima, TimeAxis, Tracks
from stormtracks.science.results import columns, file, layout, trajectories
from stormtracks.science.results.file import header_of, opened
from stormtracks.science.results.header import Header
from stormtracks.science.results.places import Folder, State, chosen
from stormtracks.science.results.result import Result
from stormtracks.science.results.stored import Stored

_TASK = "vort_track"


def save(result: Result, folder: Folder) -> Path:
    """Write a result to its place below `folder`, replacing what was there.

    Parameters
    ----------
    result : Result
    folder : path_like
        Folder of all results.

    Returns
    -------
    Path
        The file. A crash or a full disk leaves nothing: see `places.write_whole`.

    Raises
    ------
    ResultError
        It cannot be written; the message names the file.
    """
    return save_hashed(result, folder)[0]


def save_hashed(result: Result, folder: Folder) -> tuple[Path, str]:
    """As `save`; the file, and the SHA-256 of what was written to it."""
    header, tracks, matches = result.header, result.tracks, result.matches
    size = columns.size_of(layout.TRACKS, "obs") * len(tracks.maximum)
    size += columns.size_of(layout.MAXIMA, "maximum") * len(result.maxima)

    def known(state: State) -> Season:
        return piece.of(header, state, heads.of(tracks, matches), tracks.row_size, matches)

    return file.save(header, folder, "Storm tracks", lambda dataset: _fill(dataset, result), size, known)


def load(
    path_or_folder: Folder, year: Label | None = None, ensemble_member: int | None = None, task: str = "vort_track"
) -> Result:
    """A result with all its arrays, exactly as they were saved.

    Parameters
    ----------
    path_or_folder : path_like
        The file; or the folder of all results, with `year` and `ensemble_member`.
    year : int or str, optional
    ensemble_member : int, optional
    task : str

    Returns
    -------
    Result

    Raises
    ------
    ResultError
        There is none; or the file is damaged, or is not a result.

    Examples
    --------
    >>> import tempfile
    >>> from stormtracks.science import pipeline
    >>> from stormtracks.science.results import load
    >>> folder = tempfile.mkdtemp()
    >>> details = pipeline.run_task(1987, 0, "vort_track", {"data": "sample/20crv2c_1987", "results": folder})
    >>> result = load(folder, 1987, 0)
    >>> result.member_label, len(result.axis), result.provenance["settings"]["min_points"]
    ('1', 8, 6)
    >>> round(1e5 * float(result.tracks.vorticity[result.tracks.peak].max()), 1)
    89.2
    """
    path = chosen(path_or_folder, year, ensemble_member, task)
    with opened(path, _TASK) as dataset:
        header = header_of(dataset)
        axis, maxima = _maxima(dataset)
        identity = (header.year, header.ensemble_member, header.member_label, header.task)
        return Result(*identity, axis, maxima, trajectories.read(dataset), _matches(dataset), header.provenance)


def load_tracks(path: Folder) -> Tracks:
    """The tracks of a result; nothing else is read.

    Parameters
    ----------
    path : path_like
        The file of a result of `vort_track`; see `results.path`.

    Returns
    -------
    Tracks

    Raises
    ------
    ResultError
        There is no such result, or it is damaged, or is one of another task.
    """
    with opened(path, _TASK) as dataset:
        return trajectories.read(dataset)


def load_matches(path: Folder) -> Matches:
    """The matches of a result; nothing else is read."""
    with opened(path, _TASK) as dataset:
        return _matches(dataset)


def load_headed(path: Folder) -> tuple[Header, Tracks, Matches]:
    """Header, tracks and matches of a result, without the maxima, which are most of it."""
    with opened(path, _TASK) as dataset:
        return header_of(dataset), trajectories.read(dataset), _matches(dataset)


def load_forecast(path: Folder) -> tuple[Header, Tracks, Matches, TimeAxis]:
    """Header, tracks, matches and the times that were looked at, without the maxima."""
    with opened(path, _TASK) as dataset:
        return header_of(dataset), trajectories.read(dataset), _matches(dataset), _axis(dataset)


def load_axis(path: Folder) -> TimeAxis:
    """The times that were looked at; nothing else is read."""
    with opened(path, _TASK) as dataset:
        return _axis(dataset)


def load_headed_tracks(path: Folder) -> tuple[Header, Tracks]:
    """Header and tracks of a result; nothing else is read."""
    with opened(path, _TASK) as dataset:
        return header_of(dataset), trajectories.read(dataset)


def load_matched(path: Folder) -> tuple[Tracks, Matches]:
    """Tracks and matches of a result, without the maxima, which are most of it.

    Parameters
    ----------
    path : path_like
        The file of a result of `vort_track`; see `results.path`.

    Returns
    -------
    Tracks
    Matches
        Which of them are observed storms.

    Raises
    ------
    ResultError
        There is no such result, or it is damaged, or is one of another task.
    """
    with opened(path, _TASK) as dataset:
        return trajectories.read(dataset), _matches(dataset)


def _fill(dataset: netCDF4.Dataset, result: Result) -> None:
    trajectories.write(dataset, result.tracks, result.provenance)
    calendar = calendars.in_files(result.axis.calendar)
    maxima = dataset.createGroup("maxima")
    maxima.createDimension("time", len(result.axis))
    maxima.createDimension("maximum", len(result.maxima))
    maxima.calendar = result.axis.calendar
    times = {"time": result.axis.times, "hours": result.axis.hours}
    columns.write(
        maxima, layout.MAXIMA, lambda name: times[name] if name in times else getattr(result.maxima, name), calendar
    )
    matches = dataset.createGroup("matches")
    matches.createDimension("storm", len(result.matches))
    columns.write(matches, layout.MATCHES, vars(result.matches).__getitem__, calendar)


def _maxima(dataset: Stored) -> tuple[TimeAxis, Maxima]:
    group = dataset["maxima"]
    arrays = columns.read(group, layout.MAXIMA)
    axis = TimeAxis(arrays.pop("time"), arrays.pop("hours"), str(group.calendar))
    return axis, Maxima(**arrays)


def _axis(dataset: Stored) -> TimeAxis:
    group = dataset["maxima"]
    arrays = columns.read(group, {name: layout.MAXIMA[name] for name in ("time", "hours")})
    return TimeAxis(arrays["time"], arrays["hours"], str(group.calendar))


def _matches(dataset: Stored) -> Matches:
    return Matches(**columns.read(dataset["matches"], layout.MATCHES))
