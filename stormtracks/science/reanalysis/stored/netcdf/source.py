"""An open netCDF file: what it was when it was opened, and what is wrong with it when it cannot be read."""

import math
import struct
from pathlib import Path
from typing import Any

import h5py
import netCDF4

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored import refusals
from stormtracks.science.reanalysis.stored.netcdf import classic
from stormtracks.science.reanalysis.stored.netcdf.chunks import READ_ERRORS, ChunkReader, fits, is_deflated
from stormtracks.science.reanalysis.stored.netcdf.group import Group
from stormtracks.science.reanalysis.stored.protocol import Variable
from stormtracks.science.records import InputFile

_NOT_OPENED = (OSError, RuntimeError, ValueError, EOFError, IndexError, MemoryError, AttributeError, struct.error)
"""What a damaged header makes the library raise (a name that is not UTF-8: ValueError; two alike: AttributeError)."""
_CACHE_BYTES = 256 * 2**20
"""Most that the library may keep of inflated chunks that hold several steps."""
_CACHE_SLOTS = 10007


class Source:
    """One netCDF file, open for reading, values as stored; see `protocol.Source`.

    Parameters
    ----------
    path : path
    whole : InputFile, optional
        The file as it was when it was open before, and was whole: as long as it is the same, this is not checked again.

    Attributes
    ----------
    path : Path
    file : InputFile
        Size and time of last change when it was opened.
    root : Group

    Raises
    ------
    InputError
        There is no such file, it is not a netCDF file, or not a whole one.
    """

    def __init__(self, path: str | Path, whole: InputFile | None = None) -> None:
        self.path = path if isinstance(path, Path) else Path(path)
        try:
            self.file = InputFile.of(self.path)
            lacking = 0 if self.file == whole else classic.missing_bytes(self.path)
            if not lacking:  # of a classic file that is cut off the library reads zeros
                self._nc = netCDF4.Dataset(self.path)
        except _NOT_OPENED as error:
            raise refusals.not_opened(self.path, error) from error
        if lacking:
            raise InputError(
                f"{self.path}: truncated: {lacking} bytes that its header announces are missing; copy it again"
            )
        self._nc.set_auto_maskandscale(False)
        self.root = Group(self._nc, self.path)
        self._hdf5: Any = None

    @property
    def hdf5(self) -> Any:
        """The same file for direct access to its chunks (h5py.File); OSError where it is not HDF5."""
        if self._hdf5 is None:
            self._hdf5 = h5py.File(self.path, "r")
        return self._hdf5

    def reader(
        self, variable: Variable, roles: tuple[str, ...], level: int, largest: float, start: int = 0
    ) -> ChunkReader | None:
        """A `ChunkReader` for a variable; None where its chunks are not of the kind that it reads."""
        if not fits(variable, roles):
            return None
        try:
            dataset = self.hdf5[variable.name]
            deflated = is_deflated(dataset, variable)
        except READ_ERRORS:
            return None
        return ChunkReader(dataset, roles, level, largest, start) if deflated else None

    def keep(self, variable: Variable, chunks: int) -> int:
        """Have the library keep so many inflated chunks of a variable; how many bytes that takes at most."""
        if variable.block is None:
            return 0
        own = self._nc.variables[variable.name]
        if chunks:
            needed = chunks * math.prod(variable.block) * variable.dtype.itemsize
            own.set_var_chunk_cache(min(needed + 2**20, _CACHE_BYTES), _CACHE_SLOTS, 0.75)
        return min(variable.size * variable.dtype.itemsize, own.get_var_chunk_cache()[0])

    def refusal(self, variable: str, error: Exception) -> InputError:
        """The `InputError` for a read that failed."""
        return refusals.not_read(self.file, variable, error)

    def changed(self) -> bool:
        """Whether the file differs from what it was when it was opened."""
        return refusals.changed(self.file)

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        if self._hdf5 is not None:
            self._hdf5.close()
            self._hdf5 = None
        self.root.release()
        if self._nc.isopen():
            self._nc.close()
