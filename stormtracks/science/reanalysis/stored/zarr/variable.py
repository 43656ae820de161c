"""An array of a store as a variable: whole chunks are decoded, and kept for what is read next."""

import functools
import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored.protocol import Group, Key, Kind
from stormtracks.science.reanalysis.stored.zarr import library, refusals
from stormtracks.science.reanalysis.stored.zarr.array import Array
from stormtracks.science.reanalysis.stored.zarr.place import Place

READ_S = 600.0
"""Chunks that a server has not sent by then are not waited for."""
_ERRORS = (
    ValueError,
    RuntimeError,
    TypeError,
    OverflowError,
    MemoryError,
)  # an index that is out of range is an IndexError


class ZarrVariable:
    """An array of a store; see `protocol.Variable`.

    Parameters
    ----------
    group : Group
    array : Array
    place : Place
        Of the store.
    context : tensorstore.Context
        What the arrays of the store share.

    Attributes
    ----------
    keeps : bool
        Whether decoded chunks are kept: no use where each is read once, which then takes less time.
    """

    def __init__(self, group: Group, array: Array, place: Place, context: Any) -> None:
        self.group = group
        self.array = array
        self.name = array.path.rpartition("/")[2]
        self.dimensions: tuple[str, ...] = array.dimensions
        self.shape: tuple[int, ...] = array.shape
        self.size: int = math.prod(array.shape)
        self.dtype: np.dtype = array.dtype
        self.kind: Kind = array.kind
        self.attributes: Mapping[str, Any] = array.attributes
        held = (min(chunk, max(size, 1)) for chunk, size in zip(array.block, array.shape, strict=True))
        self.block: tuple[int, ...] | None = tuple(held) or None
        self.fault = array.fault
        self.keeps = False
        self._place = place
        self._context = context

    def stored(self, key: Key = ...) -> np.ndarray:
        """Some entries as they are stored; a place in the key drops its dimension.

        Raises
        ------
        InputError
            Also an OSError: they cannot be read; a chunk that is not there is never taken for one of zeros.
        IndexError
            The key does not fit.
        """
        if self.array.texts:
            return np.asarray(self._texts[key], object)
        if self.fault or not self.array.spec:
            raise self._refusal(self.fault or "values of this type are not read; save them as numbers or texts")
        try:
            values = (self._kept if self.keeps and self._cuts(key) else self._opened)[key].read().result(timeout=READ_S)
        except TimeoutError as error:
            raise self._refusal(f"no answer within {READ_S:g} s") from error
        except _ERRORS as error:
            if refusals.MISSING in str(error) and self._is_whole_chunk:
                return self._filled(key)
            raise self._refusal(error) from error
        return values.view(self.dtype) if values.dtype == bool else values.astype(self.dtype, copy=False)

    @functools.cached_property
    def _opened(self) -> Any:
        """The array as it is read where each chunk is decoded once."""
        return self._open(library.context(0))

    @functools.cached_property
    def _kept(self) -> Any:
        """The array as it is read where a chunk that is cut is kept for its other parts."""
        return self._open(self._context)

    def _cuts(self, key: Key) -> bool:
        """Whether a key takes parts of chunks, whose other parts may be read next."""
        if key is ... or self.block is None:
            return False
        return any(
            chunk > 1 and (not isinstance(one, slice) or _cut(one, chunk, size))
            for one, chunk, size in zip(key, self.block, self.shape, strict=False)
        )

    def _open(self, context: Any) -> Any:
        spec = self.array.spec | {
            "kvstore": self._place.kvstore(self.array.path),
            "recheck_cached_data": False,  # whether the store changed is looked at as a whole
            "fill_missing_data_reads": False,
        }
        options = {"open": True, "assume_metadata": True, "read": True}
        return library.tensorstore().open(spec, context=context, **options).result(timeout=READ_S)

    def _refusal(self, error: Exception | str) -> InputError:
        return refusals.not_read(self._place.path, self.array.path, error)

    @property
    def _is_whole_chunk(self) -> bool:
        """Whether an entry is a chunk of its own, which zarr does not write where it equals the fill value.

        So it is with a lead time or a member of 0. What has larger chunks has lost one where it is missing.
        """
        small = self.size == 1 or (len(self.shape) == 1 and self.block == (1,))
        return small and len(self.shape) < 2 and self.array.fill is not None

    def _filled(self, key: Key) -> np.ndarray:
        """Entries of which each is a chunk, those that were not written being the fill value."""
        found = np.full(self.shape, self.array.fill, self.dtype)
        for place in np.ndindex(self.shape):
            try:
                found[place] = self._opened[place].read().result(timeout=READ_S)
            except _ERRORS as error:
                if refusals.MISSING not in str(error):
                    raise self._refusal(error) from error
        return np.asarray(found[key])

    @functools.cached_property
    def _texts(self) -> np.ndarray:
        """All texts, an array of object; "" in a chunk that was not written."""
        how = self.array.texts
        assert how is not None  # of texts alone
        found = np.full(self.shape, "", object)
        counts = (math.ceil(size / chunk) for size, chunk in zip(self.shape, how.chunk, strict=True))
        for place in itertools.product(*map(range, counts)):
            name = f"{self.array.path}/{how.key(place)}"
            stored = self._place.read(name)
            if stored is None:
                continue
            try:
                inside = how.decode(stored)
            except _ERRORS as error:
                raise self._refusal(f"the chunk {name} is damaged: {library.brief(error)}") from error
            part = tuple(slice(one * chunk, (one + 1) * chunk) for one, chunk in zip(place, how.chunk, strict=True))
            found[part] = inside[tuple(slice(0, size) for size in found[part].shape)]
        return found


def _cut(part: slice, chunk: int, size: int) -> bool:
    """Whether a part leaves more than a quarter of a chunk: what is read later of less may well be decoded anew."""
    first, last, _ = part.indices(size)
    return first % chunk > 0 or (last < size and 0 < last % chunk < 0.75 * chunk)
