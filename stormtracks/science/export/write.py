"""The way into an export: selection, place, format -> whole files, or none."""

import contextlib
import dataclasses
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from stormtracks import disk, label
from stormtracks.science import destination as destinations
from stormtracks.science import results
from stormtracks.science.errors import InputError
from stormtracks.science.export import adeck, geojson, netcdf, parquet, text, trackjson
from stormtracks.science.export.selection import Chosen, Piece, Selection, pieces
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
    "parquet": parquet.Parquet,
    "adeck": adeck.ADeck,
    "trackjson": trackjson.TrackJSON,
}
"""Every format by its name."""

Progress = Callable[[int, int], object]


def write(
    folder: str | os.PathLike[str],
    destination: str | os.PathLike[str],
    file_format: str,
    selection: Selection | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Export tracks of a folder of results to one file, member by member: they are never in memory all at once.

    Parameters
    ----------
    folder : path
        Folder of the results.
    destination : path
        File to write. Formats that have no place for units get a second file beside it, ``DESTINATION.about.json``,
        with the units and what was exported.
    file_format : str
        One of `FORMATS`.
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
        An unknown format, a file in the way, or tracks that the format cannot hold: those of several members too,
        where it has no place for the member (`write_members`).
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
    task = _Task.of(folder, file_format, selection or Selection())
    if len(task.members) > 1 and not task.format.has_members:
        raise InputError(
            f"{file_format} has no place for the member, and tracks of {len(task.members)} members in one file could "
            "not be told apart; write a file per member (leave out --one-file), name one with --members, or write "
            "--consensus"
        )
    task.write({None: destinations.check(destination, overwrite)}, progress)
    return Path(destination)


def write_members(
    folder: str | os.PathLike[str],
    destination: str | os.PathLike[str],
    file_format: str,
    selection: Selection | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Export tracks to one file, or to a file per member where there are several and the format has no place for them.

    Parameters
    ----------
    folder : path
        Folder of the results.
    destination : path
        File to write. Files of members are named after it: of ``tracks.txt`` comes ``tracks_m003.txt``.
    file_format : str
        One of `FORMATS`.
    selection : Selection, optional
        Years, members, consensus; none: all tracks of all members.
    overwrite : bool
        Whether files that are there may be replaced.
    progress : callable, optional
        Called as ``progress(done, total)`` after each member.

    Returns
    -------
    list of Path
        The files written, in the order of the members: all of them, or none.

    Raises
    ------
    InputError, ResultError, MixedResults
        As of `write`.

    Notes
    -----
    A track has the same number in every format; no two of an export have one number, also in different files.
    """
    task = _Task.of(folder, file_format, selection or Selection())
    if len(task.members) <= 1 or task.format.has_members:
        return [write(folder, destination, file_format, selection, overwrite, progress)]
    named = {member: of_member(Path(destination), member) for member in task.members}
    task.write({member: destinations.check(place, overwrite) for member, place in named.items()}, progress)
    return list(named.values())


def of_member(destination: Path, member: int) -> Path:
    """The name of a member's file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from stormtracks.science.export.write import of_member
    >>> of_member(Path("tracks.txt"), 3).name
    'tracks_m003.txt'
    """
    return destination.with_name(f"{destination.stem}_m{member:03d}{destination.suffix}")


@dataclasses.dataclass(frozen=True)
class _Task:
    """What is exported, and how."""

    folder: str | os.PathLike[str]
    file_format: str
    selection: Selection
    chosen: Chosen

    @classmethod
    def of(cls, folder: str | os.PathLike[str], file_format: str, selection: Selection) -> "_Task":
        """Of what is there in the folder."""
        if file_format not in FORMATS:
            raise InputError(unknown(file_format, FORMATS, "format"))
        FORMATS[file_format].check()
        chosen = results.choose(folder, selection.task, selection.years, selection.members)
        return cls(folder, file_format, selection, chosen)

    @property
    def format(self) -> type[Writer]:
        """The writer of the format."""
        return FORMATS[self.file_format]

    @property
    def members(self) -> list[int]:
        """Members whose own tracks are exported; none for consensus tracks."""
        if self.selection.consensus:
            return []
        return sorted({member for members in self.chosen.values() for member in members})

    def about(self, member: int | None) -> About:
        """What a file says of itself."""
        described = self.selection.describe(any(map(label.is_start, self.chosen)))
        return {
            "format": self.file_format,
            "selection": described | ({} if member is None else {"members": [member]}),
            "software": f"stormtracks {code_version()}",
        }

    def write(self, places: Mapping[int | None, Path], progress: Progress | None) -> None:
        """Write a file for all members (None), or one for each; all files appear at the end, or none."""
        said, recipes = Remarks(), results.Recipes()
        with contextlib.ExitStack() as stack:
            writers: dict[int | None, Writer] = {}
            for member, place in places.items():
                writers[member] = self.format(stack.enter_context(disk.whole(place)), self.about(member))
            with contextlib.ExitStack() as opened:
                for writer in writers.values():
                    opened.enter_context(writer)
                for piece in self._pieces(recipes, progress):
                    for texts in piece.remarks:
                        said.add(texts)
                    writers.get(piece.ensemble_member, writers.get(None)).add(piece)  # type: ignore[union-attr]  # one of both
                different = recipes.remarks(self.folder, self.selection.mixed)
                remarks = [str(remark) for remark in (*different, *said.listed())]
                for writer in writers.values():
                    writer.about["remarks"] = remarks
            for member, writer in writers.items():
                if writer.units:
                    _write_about(places[member], {**writer.about, "units": writer.units | writer.meanings})

    def _pieces(self, recipes: results.Recipes, progress: Progress | None) -> Iterator[Piece]:
        total = len(self.chosen) if self.selection.consensus else sum(map(len, self.chosen.values()))
        for done, piece in enumerate(pieces(self.folder, self.selection, self.chosen, recipes), start=1):
            yield piece
            if progress is not None:
                progress(done, total)


def _write_about(destination: Path, about: About) -> None:
    disk.write_whole(destination.with_name(destination.name + ".about.json"), json.dumps(about, indent=2) + "\n")
