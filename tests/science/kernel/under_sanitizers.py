"""Runs the kernel that was compiled with sanitizers on odd fields: ``python under_sanitizers.py LIBRARY EXAMPLES``.

In a process of its own, into which the sanitizer was loaded first. With no examples it reads beyond an array, which the
sanitizer must not let pass.
"""

import ctypes
import sys

import numpy as np
from crowds import ensemble_of
from fields import six_hourly
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_fields import cases
from odd_places import PLACES, case

from stormtracks.science import kernel, linking, maxima, wind_maxima
from stormtracks.science.climatology import density
from stormtracks.science.consensus.grouping import groups, meetings
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.kernel import shuffled
from stormtracks.science.records import Maxima
from stormtracks.science.settings import LINKERS
from stormtracks.science.track_fields import around

MAXIMUM = st.tuples(
    st.integers(0, 7), st.sampled_from([-90.0, -3.0, 0.0, 2.5, 88.0]), st.integers(-180, 179), st.floats(1e-5, 1e-3)
)
NONE = np.zeros(0)


def main(library, examples):
    loaded = ctypes.CDLL(library)
    kernel._loaded = lambda: loaded
    if not examples:
        cut, out = (ctypes.c_char_p * 1)(bytes(3000)), np.zeros(1000, np.float32)
        sizes = map(ctypes.c_int64, (1000, 0, 1000))
        loaded.unshuffle(ctypes.c_int64(1), cut, *sizes, ctypes.c_float(1.0), ctypes.c_void_p(out.ctypes.data))
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
    @given(st.integers(0, 50), st.integers(1, 3), st.integers(0, 9), st.randoms())
    def bytes_of_numbers(size, number, first, random):
        chunks = [bytearray(random.randbytes(4 * size)) for _ in range(number)]
        part = slice(min(first, size), size)
        shuffled.unshuffle(chunks, part, np.zeros(number * (part.stop - part.start), np.float32), 100.0)
        ran.append("bytes")

    @settings(**alike)
    @given(st.lists(MAXIMUM, max_size=60), st.sampled_from(LINKERS), st.integers(0, 2))
    def links(rows, linker, missing):
        step, lat, lon, value = (np.array(column) for column in zip(*sorted(rows), strict=True)) if rows else [NONE] * 4
        table = Maxima(step.astype(np.int32), lat.astype(float), lon.astype(float), value.astype(np.float32))
        linking.link(table, six_hourly(8), linker=linker, max_missing_steps=missing, min_points=1, min_peak_s1=0.0)
        ran.append(linker)

    @settings(**alike)
    @given(
        st.integers(0, 2**32 - 1),
        st.integers(1, 9),
        st.integers(0, 30),
        st.integers(1, 60),
        st.sampled_from([0.0, 45.0, 90.0]),
        st.sampled_from([0.0, -180.0]),
        st.sampled_from([1.0, 350.0, 3000.0, 25_000.0]),
        st.sampled_from([1, 24]),
    )
    def consensus(seed, members, most_tracks, steps, lat, lon, radius_km, window):
        points, meetings.STEPS = Points.of(ensemble_of(seed, members, most_tracks, steps, lat, lon)), window
        groups.group(points, radius_km=radius_km, max_mean_distance_km=radius_km, min_common_times=2)
        ran.append("consensus")

    @settings(**alike)
    @given(
        st.integers(0, 2**32 - 1),
        st.integers(0, 30),
        st.sampled_from([0.0, 45.0, 90.0, -90.0]),
        st.sampled_from([0.0, -180.0]),
        st.sampled_from([0.7, 2.0, 180.0]),
        st.sampled_from([None, (0, 60, 170, -120), (80, 90, -180, 180)]),
    )
    def visits(seed, most_tracks, lat, lon, spacing_deg, region):
        density.track_density(ensemble_of(seed, 1, most_tracks, 20, lat, lon), spacing_deg, region)
        ran.append("visits")

    @settings(**alike)
    @given(**PLACES)
    def surroundings(**example):
        sampler, *there = case(**example)
        sampler.sample(*there)
        ran.append("around")

    around._ByNumPy = None
    maxima._find = density._visits_of_row = meetings.pieces.near = None  # the kernel does them, or this fails
    fields()
    bytes_of_numbers()
    links()
    consensus()
    visits()
    surroundings()
    sys.stdout.write(f"{len(ran)} examples\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
