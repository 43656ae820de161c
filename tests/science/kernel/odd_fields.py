"""Fields and grids that a kernel may stumble over, for hypothesis; also run under sanitizers, without pytest."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stormtracks.science.records import Grid

ROWS, COLUMNS = st.integers(3, 9), st.integers(3, 12)
FEW = st.sampled_from([0.0, 1.0, 2.0, 3.0, 3.0, float("nan"), -1.0, -0.0])
"""Values of which many are equal, so that plateaus and ties abound."""
MANY = st.floats(-60, 60, width=32)
CLOSE = st.integers(-3, 3).map(lambda steps: float(np.float32(1) + steps * np.spacing(np.float32(1))))
"""Values a few roundings apart, of whose surface little is known."""
TINY = st.integers(-5, 5).map(lambda steps: steps * 2.0**-149)
"""The smallest numbers that there are."""


@st.composite
def grids(draw):
    """Global with or without rows at the poles, of even and uneven rows, or regional; begun at any longitude."""
    kind = draw(st.sampled_from(["poles", "Gaussian", "without poles", "regional", "one pole"]))
    rows, columns = draw(ROWS), draw(COLUMNS)
    lon = draw(st.sampled_from([0.0, 0.3125, 200.0])) + np.arange(columns) * 360.0 / columns
    if kind == "regional":
        south = draw(st.sampled_from([-80.0, -30.0, -5.0, 10.0]))
        first = draw(st.sampled_from([0.0, 170.0, 350.0]))
        return Grid(south + np.arange(rows) * 2.5, first + np.arange(columns) * 2.5, False)
    if kind == "Gaussian":
        lat = np.degrees(np.arcsin(np.polynomial.legendre.leggauss(rows)[0]))
    elif kind == "without poles":
        lat = (np.arange(rows) + 0.5) * 180.0 / rows - 90.0
    else:
        lat = np.linspace(-90.0 if kind == "poles" else -40.0, 90.0, rows)
    return Grid(lat, lon, True)


@st.composite
def cases(draw, kinds=("cyclonic", "vorticity", "winds")):
    """What is read, a grid, and what is asked of maxima: (kind, arrays, grid, keywords)."""
    grid, kind = draw(grids()), draw(st.sampled_from(kinds))
    shape = draw(st.integers(0, 3)), *grid.shape
    values = draw(st.sampled_from([FEW, MANY, CLOSE, TINY]))
    arrays = [draw(hnp.arrays(np.float32, shape, elements=values)) for _ in range(2 if kind == "winds" else 1)]
    region = draw(st.sampled_from([None, None, (-20.0, 60.0, 300.0, 120.0), (-90.0, 90.0, 10.0, 20.0)]))
    threshold = draw(st.sampled_from([2.0**-149, 1e-9, 0.5, 1.0, 3.0] if kind != "winds" else [1e-12, 1e-6]))
    apart = draw(st.sampled_from([0.0, 0.001, 300.0, 2500.0, 20016.0, 50000.0]))
    return kind, arrays, grid, {"threshold_s1": threshold, "min_separation_km": apart, "region": region}
