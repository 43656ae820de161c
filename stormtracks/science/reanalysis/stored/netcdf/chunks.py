"""Stored chunks read directly and inflated by libdeflate, in less than half of the time that the netCDF library takes.

Only where a chunk is one step of whole fields of float32, deflated, shuffled or not, as the archives and today's
downloads have it. For everything else there is no reader, and netCDF4 is asked. Both give the same, bit for bit.
"""

import contextlib
import functools
import math
import os
from typing import Any

import deflate
import h5py
import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.kernel import shuffled
from stormtracks.science.reanalysis.stored.packing import within
from stormtracks.science.reanalysis.stored.protocol import Variable

_PLACES = ("lat", "lon", "cell")
_ORDERS = (("time", "lat", "lon"), ("time", "member", "lat", "lon"), ("time", "cell"), ("time", "member", "cell"))
_FILTERS = ([h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE], [h5py.h5z.FILTER_DEFLATE])
ASKED_BYTES = 128 << 10
"""The kernel takes no more of one piece of advice than a file system has as its readahead: of many it is this."""
TOGETHER_BYTES = 1 << 20
"""Chunks are inflated and then put together so many bytes at a time: they stay in a processor's cache, and what lies
between in Python does not, so that it is done seldom."""
MOST_AHEAD = 16 << 20
"""Bytes that are fetched ahead; where the next steps are further apart, something else lies between them."""
READ_ERRORS = (OSError, RuntimeError, ValueError, KeyError, deflate.DeflateError)


class ChunkReader:
    """Direct access to the chunks of one variable.

    Parameters
    ----------
    dataset : h5py.Dataset
    roles : tuple of str
        What each of its dimensions stands for, in stored order.
    level : int
        Place on the level axis.
    largest : float
        Values are sound up to this (their absolute value).
    start : int
        Place on the axis of starts of forecasts.
    """

    def __init__(
        self,
        dataset: Any,  # h5py has no types
        roles: tuple[str, ...],
        level: int,
        largest: float,
        start: int = 0,
    ) -> None:
        self._dataset = dataset
        self._others = {"level": level, "start": start}
        self._largest = largest
        self._roles = roles
        sizes = dict(zip(roles, dataset.shape, strict=True))
        self._field = tuple(sizes[role] for role in _PLACES if role in sizes)
        self._cells = math.prod(self._field)
        self._members = dict(zip(self._roles, dataset.chunks, strict=True)).get("member", 1)
        self._bytes = math.prod(dataset.chunks) * 4
        self._shuffled = dataset.shuffle
        self._steps = sizes.get("time", 0)
        self._below = _top_byte(largest)
        self._found: dict[tuple[int, int], Any] = {}

    def read_chunks(self, start: int, stop: int, members: slice) -> tuple[Floats, bool, int] | None:
        """Values of some steps and members.

        Parameters
        ----------
        start, stop : int
        members : slice
            With start and stop, step 1.

        Returns
        -------
        values : ndarray of float32, shape (stop - start, members, lat, lon)
        sound : bool
            Whether all are finite and at most the largest.
        chunks : int
            How many were inflated.
        None
            Instead of all that, where a chunk is missing, damaged, or stored in another way: netCDF4 then says which.
        """
        values = np.empty((stop - start, members.stop - members.start, self._cells), np.float32)
        firsts = range(members.start // self._members * self._members, members.stop, self._members)
        places = [(step, first) for step in range(start, stop) for first in firsts]
        # Of a chunk of one member all is wanted, of one that holds all members the same part of each.
        part, rows = self._part(members), values.reshape(len(places), -1)
        together = max(1, TOGETHER_BYTES // self._bytes)
        sound = True
        try:
            for at in range(0, len(places), together):
                some = slice(at, at + together)
                sound &= self._fill(rows[some], [self._inflated(*place) for place in places[some]], part)
        except READ_ERRORS:
            return None
        with contextlib.suppress(*READ_ERRORS, AttributeError):  # of an HDF5 that cannot say where a chunk is
            self.fetch_ahead(stop, min(2 * stop - start, self._steps), members.start)
        return values.reshape(*values.shape[:2], *self._field), sound, len(places)

    def fetch_ahead(self, start: int, stop: int, member: int) -> None:
        """Have the kernel fetch the chunks of some steps while others are worked on, where they lie close together."""
        if start >= stop:
            return
        own = member // self._members * self._members
        first = last = self._dataset.id.get_chunk_info_by_coord(self._place(start, own))
        self._found = {(start, own): first}
        if stop - start > 1:
            last = self._dataset.id.get_chunk_info_by_coord(self._place(stop - 1, own))
        if first.byte_offset is None or last.byte_offset is None:  # one that was never written
            return
        begin, end = first.byte_offset, last.byte_offset + last.size
        if end - begin > MOST_AHEAD or _is_in_memory(self._file, end - 1):
            return
        for place in range(begin, end, ASKED_BYTES):
            os.posix_fadvise(self._file, place, min(ASKED_BYTES, end - place), os.POSIX_FADV_WILLNEED)

    @functools.cached_property
    def _file(self) -> int:
        """The descriptor of the file, which is the library's."""
        return self._dataset.file.id.get_vfd_handle()

    def _place(self, step: int, member: int) -> tuple[int, ...]:
        place = {"time": step, "member": member} | self._others
        return tuple(place.get(role, 0) for role in self._roles)

    def _part(self, members: slice) -> slice:
        """Which values of a chunk are those of some members."""
        begin, end = (members.start, members.stop) if self._members > 1 else (0, 1)
        return slice(begin * self._cells, end * self._cells)

    def _inflated(self, step: int, member: int) -> bytearray:
        # What was found before is read without the library: nothing that it does lies in the processor's cache by now.
        found = self._found.pop((step, member), None)
        if found is None or found.byte_offset is None:
            mask, stored = self._dataset.id.read_direct_chunk(self._place(step, member))
        else:
            mask, stored = found.filter_mask, os.pread(self._file, found.size, found.byte_offset)
        if mask:
            raise ValueError("this chunk was written without one of its filters")
        inflated = deflate.zlib_decompress(stored, self._bytes)
        if len(inflated) != self._bytes:
            raise ValueError(f"the chunk has {len(inflated)} bytes, not {self._bytes}")
        return inflated

    def _fill(self, rows: Floats, inflated: list[bytearray], part: slice) -> bool:
        """Write a part of each of some inflated chunks into a row of its own; whether they are sound."""
        if not self._shuffled:
            for row, one in zip(rows, inflated, strict=True):
                row[:] = np.frombuffer(one, "<f4")[part]
            return within(rows, self._largest)
        sound = shuffled.unshuffle(inflated, part, rows.reshape(-1), self._largest)
        return self._unshuffled(rows, inflated, part) if sound is None else sound

    def _unshuffled(self, rows: Floats, inflated: list[bytearray], part: slice) -> bool:
        """The same of shuffled chunks, without the kernel."""
        sound = True
        for row, one in zip(rows, inflated, strict=True):
            planes = np.frombuffer(one, np.uint8).reshape(4, -1)[:, part]
            unshuffle(planes, row.view(np.uint32))
            sound &= _largest_top_byte(planes[3]) < self._below or within(row, self._largest)
        return sound


def fits(variable: Variable, roles: tuple[str, ...]) -> bool:
    """Whether a variable is stored as a `ChunkReader` reads it: a step of whole fields of float32 in each chunk."""
    order = tuple(role for role in roles if role in ("time", "member", *_PLACES))
    if order not in _ORDERS or variable.dtype != np.dtype("<f4"):
        return False
    return variable.block is not None and _chunk_fits(variable.block, variable.shape, roles)


def is_deflated(dataset: Any, variable: Variable) -> bool:
    """Whether the chunks of a variable's dataset are deflated, shuffled or not, and nothing else."""
    if dataset.dtype != np.dtype("<f4") or dataset.shape != variable.shape:  # it may not have grown with its dimension
        return False
    settings = dataset.id.get_create_plist()
    return [settings.get_filter(number)[0] for number in range(settings.get_nfilters())] in _FILTERS


def unshuffle(planes: np.ndarray, out: np.ndarray) -> None:
    """Put the bytes of 4-byte numbers, stored plane by plane, together again.

    Parameters
    ----------
    planes : ndarray of uint8, shape (4, n)
        Lowest byte first.
    out : ndarray of uint32, shape (n,)
        Is filled. Shifting whole planes into place is the fastest of the ways that numpy has (measured: 0.8 ms for
        917,280 numbers; a transposed copy 3.5, four strided copies 1.0).
    """
    np.copyto(out, planes[3])
    for plane in planes[2::-1]:
        out <<= np.uint32(8)
        out |= plane


def _chunk_fits(chunks: tuple[int, ...], shape: tuple[int, ...], roles: tuple[str, ...]) -> bool:
    """Whether a chunk is one step and level of one member or all, and of all points."""
    for chunk, size, role in zip(chunks, shape, roles, strict=True):
        is_whole = chunk == size
        if not (is_whole if role in _PLACES else chunk == 1 or (role == "member" and is_whole)):
            return False
    return True


def _is_in_memory(file: int, place: int) -> bool:
    """Whether the system has a byte of a file in memory. To ask so costs a tenth of asking for what is there anyway."""
    with contextlib.suppress(OSError, AttributeError):  # it has not, or a file system or system that cannot say
        return os.preadv(file, [bytearray(1)], place, os.RWF_NOWAIT) == 1
    return False


def _top_byte(largest: float) -> int:
    """The highest byte (sign left out) of a positive float32: whatever has a lower one is smaller."""
    return int(np.array([largest], "<f4").view(np.uint8)[3])


def _largest_top_byte(plane: np.ndarray) -> int:
    """The highest of the top bytes of some float32, their sign left out: looks at a quarter of the memory only."""
    if not plane.size:
        return 0
    # As signed bytes, the highest is that of a positive number; as unsigned ones, that of a negative, if there is one.
    of_positive, of_any = int(plane.view(np.int8).max()), int(plane.max())
    return max(of_positive, of_any & 0x7F if of_any & 0x80 else 0)
