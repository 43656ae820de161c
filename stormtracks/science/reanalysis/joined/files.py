"""The files of a season: what is known of each, and those that are open, of which there are never too many.

A year may be one file or an analysis per file, thousands of them, and a process may open 256. What is known of
a field (its grid, times, members) is therefore kept apart from the open file, which is closed when others are needed
and opened again when it is read.
"""

import errno
import resource
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.fields.field import Field
from stormtracks.science.reanalysis.joined import kept_fields
from stormtracks.science.reanalysis.joined.stored_field import StoredField, stored_field
from stormtracks.science.reanalysis.stored.protocol import Source
from stormtracks.science.reanalysis.stored.source import changed, open_source
from stormtracks.science.records import Grid, InputFile

MOST = 64
"""Files that are open at a time; each takes up to two of what a process may open (netCDF4 and h5py)."""
FEWEST = 4
"""Files that stay open however little a process may open, and however large they are: u, v, and their next ones."""
MOST_BYTES = 512 * 2**20
"""What the library may keep in memory for all open files."""


class _Open:
    """An open file with the fields that were asked for, and what the library may keep of it in memory."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.fields: dict[str, Field] = {}
        self.kept_bytes = 0

    @property
    def chunks_read(self) -> int:
        return sum(field.chunks_read for field in self.fields.values())


class Files:
    """The files of a season.

    Parameters
    ----------
    levels : dict of str to float
        Role -> the level (hPa) at which it is read where a variable has several.
    described : Dataset
        The user's description of the files.
    most : int
        Files that may be open at a time.

    Attributes
    ----------
    starts : dict of Path to str
        File -> start of the forecast that is read of it; none for a file that is read by year.
    """

    def __init__(self, levels: Mapping[str, float], described: Dataset, most: int = MOST) -> None:
        self.starts: dict[Path, str] = {}
        self._levels = levels
        self._described = described
        self._most = max(FEWEST, min(most, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4))
        self._open: OrderedDict[Path, _Open] = OrderedDict()
        self._closed: dict[Path, dict[str, Field]] = {}
        self._seen: dict[Path, InputFile] = {}
        self._known: dict[tuple[Path, str], StoredField] = {}
        self._grids: list[Grid] = []
        self._chunks_of_closed = 0
        self._kept_bytes = 0

    @property
    def chunks_read(self) -> int:
        """Stored chunks inflated so far, over all files."""
        return self._chunks_of_closed + sum(one.chunks_read for one in self._open.values())

    def known(self, path: Path, role: str) -> StoredField:
        """What a file has of a role; it is opened for this the first time.

        Raises
        ------
        InputError
            The file or the variable cannot be understood.
        """
        if (path, role) not in self._known:
            self._known[path, role] = self._look(path, role)
        return self._known[path, role]

    def opened(self, path: Path, role: str) -> Field:
        """A field to read from; others are closed where there are too many.

        Raises
        ------
        InputError
            The file cannot be opened, or is not what it was when it was first opened.
        """
        one = self._open.get(path)
        if one is None:
            self._make_room(self._most - 1)
            one = self._open[path] = _Open(self._source(path))
            self._take_up(one, self._closed.pop(path, {}))
        else:
            self._open.move_to_end(path)
        field = one.fields.get(role)
        if field is None:
            field = Field(one.source, role, self._levels[role], self._described, self.starts.get(path))
            self._add(one, role, field)
            self._make_room(self._most)
        return field

    def file(self, path: Path) -> InputFile:
        """A file as it was when it was first opened."""
        return self._seen[path]

    def changed(self) -> list[str]:
        """Paths of files that are no longer what they were when they were first opened."""
        return [str(path) for path, file in self._seen.items() if changed(file)]

    def close(self) -> None:
        """Close all files."""
        self._make_room(0)

    def _look(self, path: Path, role: str) -> StoredField:
        kept = None if path in self.starts else kept_fields.of(path, role, self._levels[role])
        if kept is None or self._seen.setdefault(path, kept[1]) != kept[1]:
            found = stored_field(self.opened(path, role), path)
        else:
            found = kept[0]
        return replace(found, grid=self._shared(found.grid), files=self)

    def _source(self, path: Path) -> Source:
        try:
            source = open_source(path, self._seen.get(path))
        except InputError as error:
            if not _too_many(error) or not self._open:
                raise
            self._most = max(1, len(self._open) // 2)  # the process has other files open
            self._make_room(self._most - 1)
            source = open_source(path, self._seen.get(path))
        if self._seen.setdefault(path, source.file) != source.file:
            source.close()
            raise changed_while_read([str(path)])
        return source

    def _make_room(self, most: int) -> None:
        """Close what was used longest ago until at most so many files are open, and not too much is in memory."""
        while len(self._open) > most or (len(self._open) > FEWEST and self._kept_bytes > MOST_BYTES):
            path, one = self._open.popitem(last=False)
            self._chunks_of_closed += one.chunks_read
            self._kept_bytes -= one.kept_bytes
            one.source.close()
            for field in one.fields.values():
                field.close()
            self._closed[path] = one.fields

    def _take_up(self, one: _Open, fields: dict[str, Field]) -> None:
        """Go on with what is known of the fields of a file that is opened again; it is the same (`_source`)."""
        for role, field in fields.items():
            field.reopen(one.source)
            self._add(one, role, field)
        self._make_room(self._most)

    def _add(self, one: _Open, role: str, field: Field) -> None:
        one.fields[role] = field
        one.kept_bytes += field.kept_bytes
        self._kept_bytes += field.kept_bytes

    def _shared(self, grid: Grid) -> Grid:
        """The grid that was met before, where it is the same: thousands of files need one only."""
        for known in self._grids:
            if np.array_equal(known.lat, grid.lat) and np.array_equal(known.lon, grid.lon):
                return known
        self._grids.append(grid)
        return grid


def changed_while_read(paths: list[str]) -> InputError:
    """The refusal of files that changed since they were opened."""
    return PassingInputError(f"{', '.join(paths)}: changed while being read; run the task again")


def _too_many(error: InputError) -> bool:
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in (errno.EMFILE, errno.ENFILE)
