"""Result -> bytes of a NetCDF file -> disk, and back, whole or in parts."""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from stormtracks.science import calendars
from stormtracks.science.errors import ResultError
from stormtracks.science.records import Matches, Maxima, TimeAxis, Tracks
from stormtracks.science.results import layout, places
from stormtracks.science.results.places import Folder
from stormtracks.science.results.result import Header, Result
from stormtracks.science.settings import RENAMED
from stormtracks.strict_dataclass import renamed

_MOST_VALUES = 10**8  # a member and year has at most some millions of maxima


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
    target = places.path(folder, result.task, result.year, result.ensemble_member)
    content = _encoded(result)
    places.write_whole(target, content)
    return target, hashlib.sha256(content).hexdigest()


def digest(path: Folder) -> str:
    """SHA-256 of a result's file, in hexadecimal digits.

    Raises
    ------
    ResultError
        It cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror or error}; check its permissions") from error


def load(
    path_or_folder: Folder, year: int | None = None, ensemble_member: int | None = None, task: str = "vort_track"
) -> Result:
    """A result with all its arrays, exactly as they were saved.

    Parameters
    ----------
    path_or_folder : path_like
        The file; or the folder of all results, with `year` and `ensemble_member`.
    year, ensemble_member : int, optional
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
    path = _chosen(path_or_folder, year, ensemble_member, task)
    with _opened(path) as dataset:
        header = _header(dataset)
        axis, maxima = _maxima(dataset)
        identity = (header.year, header.ensemble_member, header.member_label, header.task)
        return Result(*identity, axis, maxima, _tracks(dataset), _matches(dataset), header.provenance)


def load_header(path: Folder) -> Header:
    """Which result a file holds, how much, and how it was made, without its arrays (a few ms)."""
    with _opened(Path(path)) as dataset:
        return _header(dataset)


def check(path: Folder, name: str) -> None:
    """Refuse a file that does not hold the result of this name: what comes from elsewhere is opened before it is used.

    Parameters
    ----------
    path : path_like
        The file, which may have another name now.
    name : str
        Its name below the folder of all results, such as ``vort_track/1987/member_000.nc``.

    Raises
    ------
    ResultError
        It is damaged, is no result, or is another one.
    """
    header = load_header(path)
    held = places.path("", header.task, header.year, header.ensemble_member).as_posix()
    if held != name:
        raise ResultError(f"{path}: holds {held}, not {name}: compute that task again")


def load_tracks(path: Folder) -> Tracks:
    """The tracks of a result; nothing else is read."""
    with _opened(Path(path)) as dataset:
        return _tracks(dataset)


def load_matches(path: Folder) -> Matches:
    """The matches of a result; nothing else is read."""
    with _opened(Path(path)) as dataset:
        return _matches(dataset)


def load_headed(path: Folder) -> tuple[Header, Tracks, Matches]:
    """Header, tracks and matches of a result, without the maxima, which are most of it."""
    with _opened(Path(path)) as dataset:
        return _header(dataset), _tracks(dataset), _matches(dataset)


def load_headed_tracks(path: Folder) -> tuple[Header, Tracks]:
    """Header and tracks of a result; nothing else is read."""
    with _opened(Path(path)) as dataset:
        return _header(dataset), _tracks(dataset)


def load_matched(path: Folder) -> tuple[Tracks, Matches]:
    """Tracks and matches of a result, without the maxima, which are most of it."""
    with _opened(Path(path)) as dataset:
        return _tracks(dataset), _matches(dataset)


def _encoded(result: Result) -> memoryview:
    # In memory, not on the disk: on a full disk HDF5 says "HDF error" and keeps the file open, and with it the space,
    # until the process ends. Plain file calls say what is wrong. The price: a file that netCDF makes in memory lists
    # the variables of its root in alphabetical order, and cannot be opened for appending.
    dataset = netCDF4.Dataset("result.nc", "w", memory=1 << 16)
    _fill(dataset, result)
    return dataset.close()


def _fill(dataset: netCDF4.Dataset, result: Result) -> None:
    dataset.setncatts(_attributes(result))
    for name, size in (("trajectory", len(result.tracks)), ("obs", len(result.tracks.time))):
        dataset.createDimension(name, size)
    calendar = calendars.in_files(result.axis.calendar)
    _write(dataset, layout.TRACKS, vars(result.tracks) | {"track_id": np.arange(len(result.tracks))}, calendar)
    maxima = dataset.createGroup("maxima")
    maxima.createDimension("time", len(result.axis))
    maxima.createDimension("maximum", len(result.maxima))
    maxima.calendar = result.axis.calendar
    times = {"time": result.axis.times, "hours": result.axis.hours}
    _write(maxima, layout.MAXIMA, vars(result.maxima) | times, calendar)
    matches = dataset.createGroup("matches")
    matches.createDimension("storm", len(result.matches))
    _write(matches, layout.MATCHES, vars(result.matches), calendar)


def _attributes(result: Result) -> dict[str, Any]:
    """Attributes of the file: what CF asks for, which result it is, how it was made."""
    provenance = result.provenance
    source = f"stormtracks {provenance.get('version', '')}".strip()
    return {
        "Conventions": "CF-1.11",
        "featureType": "trajectory",
        "title": f"Storm tracks of {result.year}, ensemble member {result.member_label}",
        "source": source,
        "history": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {provenance.get('command') or source}",
        "stormtracks_format": layout.FORMAT,
        "task": result.task,
        "year": result.year,
        "ensemble_member": result.ensemble_member,
        "member_label": result.member_label,
        "counts": json.dumps(result.counts),
        "provenance": json.dumps(provenance),
    }


def _write(
    group: netCDF4.Dataset, columns: Mapping[str, layout.Column], arrays: Mapping[str, Any], calendar: str
) -> None:
    for name, column in columns.items():
        values = np.asarray(arrays[name])
        fill = column.attributes.get("_FillValue", False)
        kind: Any = str if column.kind == "S" else column.kind
        packed: dict[str, Any] = {"zlib": True, "complevel": 1, "shuffle": True} if column.small and len(values) else {}
        variable = group.createVariable(name, kind, (column.dimension,), fill_value=fill, **packed)
        variable.setncatts({key: text for key, text in column.attributes.items() if key != "_FillValue"})
        if "calendar" in column.attributes:
            variable.calendar = calendar
        if len(values):
            variable.set_auto_maskandscale(False)
            variable[:] = values.astype(object if kind is str else kind)


def _chosen(path_or_folder: Folder, year: int | None, ensemble_member: int | None, task: str) -> Path:
    if year is None and ensemble_member is None:
        return Path(path_or_folder)
    if year is None or ensemble_member is None:
        raise ResultError(f"{path_or_folder}: give year and ensemble_member together, or a file")
    path = places.path(path_or_folder, task, year, ensemble_member)
    if not path.exists():
        raise ResultError(f"{path}: there is no such result; {_known(path_or_folder, year, task)}")
    return path


def _known(folder: Folder, year: int, task: str) -> str:
    members = places.members(folder, year, task)
    if members:
        return f"choose from the members of {year}: {_listed(members)}"
    years = places.years(folder, task)
    return f"choose from the years {_listed(years)}" if years else "the folder has no results; give another one"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[netCDF4.Dataset]:
    """The file, open for reading; an error in it becomes a `ResultError` that names it."""
    if not path.is_file():
        raise ResultError(f"{path}: there is no such result; check the name and the folder")
    try:
        with netCDF4.Dataset(path) as dataset:
            dataset.set_auto_maskandscale(False)
            if dataset.stormtracks_format > layout.FORMAT:
                raise ResultError(
                    f"{path}: was written by a later version ({dataset.source}); update stormtracks, or run with "
                    "--overwrite to replace it"
                )
            yield dataset
    except ResultError:
        raise
    except (
        OSError,
        RuntimeError,
        AttributeError,
        LookupError,
        ValueError,
        TypeError,
    ) as error:  # what other files raise here
        raise ResultError(
            f"{path}: cannot be read as a result ({error}): it is damaged, or is not a result; delete it, or run with "
            "--overwrite to compute it again"
        ) from error


def _header(dataset: netCDF4.Dataset) -> Header:
    identity = int(dataset.year), int(dataset.ensemble_member), str(dataset.member_label), str(dataset.task)
    return Header(*identity, json.loads(dataset.counts), _provenance(json.loads(dataset.provenance)))


def _provenance(stored: Any) -> dict[str, Any]:
    """How a result was made, with its settings under today's names: results of 1.0 have old ones."""
    if not isinstance(stored, dict):
        raise ValueError("its provenance is not a mapping")
    if "settings" not in stored:
        return stored
    return stored | {"settings": renamed(stored["settings"], RENAMED)}


def _tracks(dataset: netCDF4.Dataset) -> Tracks:
    columns = _read(dataset, layout.TRACKS)
    del columns["track_id"]  # 0, 1, 2... in this order
    return Tracks(**columns, calendar=str(dataset["time"].calendar))


def _maxima(dataset: netCDF4.Dataset) -> tuple[TimeAxis, Maxima]:
    group = dataset["maxima"]
    columns = _read(group, layout.MAXIMA)
    axis = TimeAxis(columns.pop("time"), columns.pop("hours"), str(group.calendar))
    return axis, Maxima(**columns)


def _matches(dataset: netCDF4.Dataset) -> Matches:
    return Matches(**_read(dataset["matches"], layout.MATCHES))


def _read(group: Any, columns: Mapping[str, layout.Column]) -> dict[str, Any]:
    return {name: _values(group[name], column) for name, column in columns.items()}


def _values(variable: netCDF4.Variable, column: layout.Column) -> Any:
    if variable.size > _MOST_VALUES:
        raise ValueError(
            f"'{variable.name}' has {variable.size} values by its header, but at most {_MOST_VALUES} are read"
        )
    if column.kind == "S":
        return np.array(list(variable[:]) if len(variable) else [], dtype=str)
    values = variable[:]
    return values.astype("datetime64[s]") if "calendar" in column.attributes else values
