"""The one way into an export: selection, place, format -> a whole file, or none."""

import contextlib
import json
import os
import tempfile
from pathlib import Path

from stormtracks.science import results
from stormtracks.science.errors import InputError
from stormtracks.science.export import geojson, netcdf, text
from stormtracks.science.export.selection import Selection, pieces
from stormtracks.strict_dataclass import unknown
from stormtracks.version import code_version

FORMATS = {
    "csv": text.Csv,
    "netcdf": netcdf.NetCDF,
    "imilast": text.Imilast,
    "track": text.Track,
    "tempest": text.Tempest,
    "geojson": geojson.GeoJSON,
}
"""Every format by its name: a class with `suffix`, `units`, and writers that take pieces one by one."""


def write(folder, destination, file_format, selection=None, overwrite=False, progress=None):
    """Export tracks of a folder of results, member by member: they are never in memory all at once.

    Parameters
    ----------
    folder : path
        Folder of the results.
    destination : path
        File to write. Formats that have no place for units get a second file beside it, ``DESTINATION.about.json``,
        that says them.
    file_format : {'csv', 'netcdf', 'imilast', 'track', 'tempest', 'geojson'}
    selection : Selection, optional
        Years, members, consensus; none: all tracks of all members.
    overwrite : bool
        Whether a file that is there may be replaced.
    progress : callable, optional
        Called as ``progress(done, total)`` after each member (for consensus tracks each year).

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        An unknown format, a file in the way, or tracks that the format cannot hold.
    ResultError
        Results that are not there or cannot be read.
    """
    selection, destination = selection or Selection(), Path(destination)
    if file_format not in FORMATS:
        raise InputError(unknown(file_format, FORMATS, "format"))
    if destination.exists() and not overwrite:
        raise InputError(f"{destination} exists already; choose another name or allow overwriting it (--overwrite)")
    chosen = results.choose(folder, selection.task, selection.years, selection.members)
    total = len(chosen) if selection.consensus else sum(map(len, chosen.values()))
    about = {"format": file_format, "selection": selection.describe(), "software": f"stormtracks {code_version()}"}
    with _whole(destination) as unfinished:
        with FORMATS[file_format](unfinished, about) as writer:
            for done, piece in enumerate(pieces(folder, selection, chosen), start=1):
                writer.add(piece)
                if progress is not None:
                    progress(done, total)
        if not FORMATS[file_format].says_units:
            _say_units(destination, {**about, "units": FORMATS[file_format].units})
    return destination


@contextlib.contextmanager
def _whole(destination):
    """A file beside the place that takes it when everything is written, and goes when something fails."""
    if not destination.parent.is_dir():
        raise InputError(f"{destination.parent}: no such folder; make it first")
    handle, name = tempfile.mkstemp(prefix=f".{destination.name}.", suffix=".part", dir=destination.parent)
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        unfinished.chmod(0o666 & ~_umask())
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(destination)
    finally:
        unfinished.unlink(missing_ok=True)


def _say_units(destination, about):
    beside = destination.with_name(destination.name + ".about.json")
    with _whole(beside) as unfinished:
        unfinished.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _umask():
    umask = os.umask(0)
    os.umask(umask)
    return umask
