"""The one way into an export: selection, place, format -> a whole file, or none."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from stormtracks import disk, label
from stormtracks.science import destination as destinations
from stormtracks.science import results
from stormtracks.science.errors import InputError
from stormtracks.science.export import geojson, netcdf, text
from stormtracks.science.export.selection import Selection, pieces
from stormtracks.science.export.writer import About, Writer
from stormtracks.science.remarks import Remarks
from stormtracks.strict_dataclass import unknown
from stormtracks.version import code_version

FORMATS: dict[str, type[Writer]] = {
    "csv": text.Csv,
    "netcdf": netcdf.NetCDF,
    "imilast": text.Imilast,
    "track": text.TrackDump,
    "tempest": text.Tempest,
    "geojson": geojson.GeoJSON,
}
"""Every format by its name."""


def write(
    folder: str | os.PathLike[str],
    destination: str | os.PathLike[str],
    file_format: str,
    selection: Selection | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> Path:
    """Export tracks of a folder of results, member by member: they are never in memory all at once.

    Parameters
    ----------
    folder : path
        Folder of the results.
    destination : path
        File to write. Formats that have no place for units get a second file beside it, ``DESTINATION.about.json``,
        with the units and what was exported.
    file_format : {'csv', 'netcdf', 'imilast', 'track', 'tempest', 'geojson'}
    selection : Selection, optional
        Years, members, consensus; none: all tracks of all members.
    overwrite : bool
        Whether a file that is there may be replaced.
    progress : callable, optional
        Called as ``progress(done, total)`` after each member (for consensus tracks: each year).

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
    MixedResults
        Results that were made differently: with other settings, say.

    Examples
    --------
    >>> import tempfile
    >>> from stormtracks.science import pipeline
    >>> from stormtracks.science.export import write
    >>> folder = tempfile.mkdtemp()
    >>> inputs = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc"}
    >>> _ = pipeline.run_task(1987, 0, "vort_track", {"results": folder, **inputs})
    >>> written = write(folder, folder + "/tracks.csv", "csv")
    >>> with written.open() as file:
    ...     print(file.readline().strip())
    track_id,time,lon,lat,vorticity,year,member,sid,name
    """
    if file_format not in FORMATS:
        raise InputError(unknown(file_format, FORMATS, "format"))
    destination = destinations.check(destination, overwrite)
    selection = selection or Selection()
    chosen = results.choose(folder, selection.task, selection.years, selection.members)
    total = len(chosen) if selection.consensus else sum(map(len, chosen.values()))
    about = {
        "format": file_format,
        "selection": selection.describe(any(map(label.is_start, chosen))),
        "software": f"stormtracks {code_version()}",
    }
    said, recipes = Remarks(), results.Recipes()
    with disk.whole(destination) as unfinished:
        with FORMATS[file_format](unfinished, about) as writer:
            for done, piece in enumerate(pieces(folder, selection, chosen, recipes), start=1):
                for texts in piece.remarks:
                    said.add(texts)
                writer.add(piece)
                if progress is not None:
                    progress(done, total)
            different = recipes.remarks(folder, selection.mixed)
            about["remarks"] = [str(remark) for remark in (*different, *said.listed())]
        if writer.units:
            _write_about(destination, {**about, "units": writer.units | writer.meanings})
    return destination


def _write_about(destination: Path, about: About) -> None:
    disk.write_whole(destination.with_name(destination.name + ".about.json"), json.dumps(about, indent=2) + "\n")
