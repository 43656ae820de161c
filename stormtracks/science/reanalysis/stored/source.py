"""The door to stored data: what a path leads to is opened, whatever its format."""

from pathlib import Path

from stormtracks import web_path
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored import formats, refusals, stores
from stormtracks.science.reanalysis.stored.grib.source import Source as GribSource
from stormtracks.science.reanalysis.stored.netcdf.source import Source as NetcdfSource
from stormtracks.science.reanalysis.stored.protocol import Source
from stormtracks.science.reanalysis.stored.zarr import identity
from stormtracks.science.reanalysis.stored.zarr.source import ZarrSource
from stormtracks.science.records import InputFile


def open_source(path: str | Path, whole: InputFile | None = None) -> Source:
    """Open a file or store for reading, its values as stored.

    Parameters
    ----------
    path : path
    whole : InputFile, optional
        What it was when it was open before, and was whole: as long as it is the same, this is not checked again.

    Returns
    -------
    protocol.Source

    Raises
    ------
    InputError
        There is nothing, it is of a format that is not read, or not whole.
    """
    place = web_path.of(path)
    start = formats.head(place)
    if formats.named_grib(place.name) and not formats.of_start(start) and (start or _is_empty(place)):
        raise InputError(f"{place}: {formats.of_head(start, place)[1]}")
    if start:  # a file: of ten thousand nothing more is asked
        return GribSource(place, whole) if formats.of_start(start) == "GRIB" else NetcdfSource(place, whole)
    unread = stores.unread(place)
    if unread:
        raise InputError(f"{place}: {unread}")
    return ZarrSource(place, whole) if formats.is_zarr(place) else NetcdfSource(place, whole)


def input_file(path: str | Path) -> InputFile:
    """What a file or store is now, without opening it.

    Raises
    ------
    InputError
        There is none.
    """
    place = web_path.of(path)
    return identity.of(place) if formats.is_zarr(place) else InputFile.of(place)


def changed(file: InputFile) -> bool:
    """Whether a file or store differs from what it was."""
    return identity.changed(file) if formats.is_zarr(file.path) else refusals.changed(file)


def _is_empty(path: Path) -> bool:
    return path.is_file() and not path.stat().st_size
