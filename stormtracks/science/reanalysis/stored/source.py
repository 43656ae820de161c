"""The door to stored data: what a path leads to is opened, whatever its format."""

from pathlib import Path

from stormtracks.science.reanalysis.stored.netcdf.source import Source as NetcdfSource
from stormtracks.science.reanalysis.stored.protocol import Source
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
    return NetcdfSource(path, whole)
