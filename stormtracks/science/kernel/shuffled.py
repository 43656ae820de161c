"""The compiled way from bytes that are stored plane by plane to numbers."""

import ctypes

import numpy as np

from stormtracks.science import kernel
from stormtracks.science.arrays import Floats


def unshuffle(planes: np.ndarray, out: Floats, largest: float) -> bool | None:
    """Put the bytes of numbers together again; whether they are sound.

    Parameters
    ----------
    planes : ndarray of uint8, shape (4, n)
        Lowest byte first; a plane lies in one piece.
    out : ndarray of float32, shape (n,)
        Is filled; lies in one piece.
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
    assert out.size < 2 or planes.strides[1] == 1
    assert out.flags.c_contiguous and out.dtype == np.float32
    library.unshuffle.restype = ctypes.c_int32
    return bool(
        library.unshuffle(
            ctypes.c_void_p(planes.ctypes.data),
            ctypes.c_int64(planes.strides[0]),
            ctypes.c_int64(out.size),
            ctypes.c_float(largest),
            ctypes.c_void_p(out.ctypes.data),
        )
    )
