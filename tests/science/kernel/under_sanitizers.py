"""Runs the kernel that was compiled with sanitizers on odd fields: ``python under_sanitizers.py LIBRARY EXAMPLES``.

In a process of its own, into which the sanitizer was loaded first. With no examples it reads beyond an array, which the
sanitizer must not let pass.
"""

import ctypes
import sys

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_fields import cases

from stormtracks.science import kernel, maxima, wind_maxima
from stormtracks.science.kernel import shuffled


def main(library, examples):
    loaded = ctypes.CDLL(library)
    kernel._loaded = lambda: loaded
    if not examples:
        shuffled.unshuffle(np.zeros((3, 1000), np.uint8), np.zeros(1000, np.float32), 1.0)
    ran = []
    alike = {"max_examples": examples, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}

    @settings(**alike)
    @given(cases())
    def fields(case):
        kind, arrays, grid, asked = case
        arrays = [array.copy() for array in arrays]  # with nothing readable after it
        with np.errstate(all="ignore"):
            maxima.find(arrays[0], grid, **asked) if kind == "cyclonic" else wind_maxima.find(arrays, grid, **asked)
        ran.append(kind)

    @settings(**alike)
    @given(st.binary(max_size=200), st.integers(0, 9))
    def bytes_of_numbers(content, first):
        planes = np.frombuffer(content, np.uint8, len(content) // 4 * 4).reshape(4, -1)[:, first:].copy()
        shuffled.unshuffle(planes, np.zeros(planes.shape[1], np.float32), 100.0)
        ran.append("bytes")

    maxima._find = None  # the kernel does them, or this fails
    fields()
    bytes_of_numbers()
    sys.stdout.write(f"{len(ran)} examples\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
