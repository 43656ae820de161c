"""An open Zarr store, of this machine or on the web."""

import math
from pathlib import Path

from stormtracks import web_path
from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored.protocol import StepReader, Variable
from stormtracks.science.reanalysis.stored.zarr import documents, group, identity, library, place, refusals
from stormtracks.science.reanalysis.stored.zarr.variable import ZarrVariable
from stormtracks.science.records import InputFile


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

    def reader(
        self, variable: Variable, roles: tuple[str, ...], level: int, largest: float, start: int = 0
    ) -> StepReader | None:
        """None: `Variable.stored` decodes whole chunks and keeps them, and there is no faster way."""
        return None

    def keep(self, variable: Variable, chunks: int) -> int:
        """How many bytes of so many decoded chunks are kept at most; u and v share what can be."""
        if isinstance(variable, ZarrVariable):
            variable.keeps = chunks > 0
        return min(chunks * math.prod(variable.block or (0,)) * variable.dtype.itemsize, library.CACHE_BYTES // 2)

    def refusal(self, variable: str, error: Exception) -> InputError:
        """The `InputError` for a read that failed."""
        if self.changed():
            return PassingInputError(f"{self.path}: {variable}: changed while it was being read; run the task again")
        return error if isinstance(error, InputError) else refusals.not_read(self.path, variable, error)

    def changed(self) -> bool:
        """Whether its metadata differ from what they were when it was opened."""
        return identity.changed(self.file)

    def close(self) -> None:
        """Let go of it; nothing stays open between two reads."""
