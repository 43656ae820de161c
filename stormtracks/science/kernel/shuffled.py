"""The compiled way from bytes that are stored plane by plane to numbers."""

import ctypes
from collections.abc import Sequence

import numpy as np

from stormtracks.science import kernel
from stormtracks.science.arrays import Floats


def unshuffle(chunks: Sequence[bytearray], part: slice, out: Floats, largest: float) -> bool | None:
    """Put the bytes of numbers together again, of some chunks at once; whether they are sound.

    Parameters
    ----------
    chunks : sequence of bytearray
        Of equal sizes; each has four planes of bytes, the lowest first.
    part : slice
        Which numbers of each chunk are wanted; with start and stop, step 1.
    out : ndarray of float32, shape (n * len(chunks),)
        Is filled, chunk after chunk; lies in one piece.
    largest : float
        Values are sound up to this (their absolute value).

    Returns
    -------
    bool
        Whether all are finite and at most the largest.
    None
        Instead of that, where there is no kernel: nothing was filled.
    """
    library = kernel.library()
    if library is None:
        return None
    apart, count = len(chunks[0]) // 4, part.stop - part.start
    assert all(len(one) == 4 * apart for one in chunks) and 0 <= part.start <= part.stop <= apart
    assert out.flags.c_contiguous and out.dtype == np.float32 and out.size == count * len(chunks)
    planes = [(ctypes.c_char * len(one)).from_buffer(one) for one in chunks]
    library.unshuffle.restype = ctypes.c_int32
    return bool(
        library.unshuffle(
            ctypes.c_int64(len(chunks)),
            (ctypes.c_void_p * len(chunks))(*map(ctypes.addressof, planes)),
            ctypes.c_int64(apart),
            ctypes.c_int64(part.start),
            ctypes.c_int64(count),
            ctypes.c_float(largest),
            ctypes.c_void_p(out.ctypes.data),
        )
    )
