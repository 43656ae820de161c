"""An open Zarr store, of this machine or on the web."""

import math
import re
from pathlib import Path

from stormtracks import web_path
from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored.protocol import StepReader, Variable
from stormtracks.science.reanalysis.stored.zarr import documents, group, identity, library, place
from stormtracks.science.records import InputFile

_UNREACHED = ("no answer within", "retry attempts failed", "CURL error")


class ZarrSource:
    """A store, open for reading; see `protocol.Source`.

    Parameters
    ----------
    path : path
        Folder, or address (`web_path.WebPath`).
    whole : InputFile, optional
        Not looked at: chunks are not counted when a store is opened, one that is missing is refused when it is read.

    Attributes
    ----------
    path : Path
    file : InputFile
        Its metadata when it was opened, see `identity`.
    root : ZarrGroup

    Raises
    ------
    InputError
        There is no such store, or its metadata cannot be understood; tensorstore is not installed.
    """

    def __init__(self, path: str | Path, whole: InputFile | None = None) -> None:
        where = place.of(web_path.of(path))
        self.path = where.path
        read = documents.read(where)
        if "" in read.arrays:
            raise InputError(f"{self.path}: is one array of a Zarr store; give the folder of the store, above it")
        self.file = identity.of_documents(where, read)
        self.root = group.root(read, where, library.context())

    def reader(self, variable: Variable, roles: tuple[str, ...], level: int, largest: float) -> StepReader | None:
        """None: `Variable.stored` decodes whole chunks and keeps them, and there is no faster way."""
        return None

    def keep(self, variable: Variable, chunks: int) -> int:
        """How many bytes it takes at most to keep so many decoded chunks; all arrays share what is kept."""
        return min(chunks * math.prod(variable.block or (0,)) * variable.dtype.itemsize, library.CACHE_BYTES)

    def refusal(self, variable: str, error: Exception) -> InputError:
        """The `InputError` for a read that failed."""
        if self.changed():
            return PassingInputError(f"{self.path}: {variable}: changed while it was being read; run the task again")
        said = str(error)
        if any(mark in said for mark in _UNREACHED):
            return PassingInputError(f"{self.path}: {variable}: cannot be reached ({said}); run the task again later")
        lost = re.match(r'chunk \{(.*)\} stored at .*?"(.*)" is missing', said)
        if lost:
            return InputError(
                f"{self.path}: {variable}: the chunk {lost[1].replace(' ', '')} is missing ({lost[2]}): it would be "
                "read as fill values; copy or download the store again"
            )
        return InputError(
            f"{self.path}: {variable}: cannot be read ({said}); the store is not whole, or damaged; copy it again"
        )

    def changed(self) -> bool:
        """Whether its metadata differ from what they were when it was opened."""
        return identity.changed(self.file)

    def close(self) -> None:
        """Let go of it; nothing stays open between two reads."""
