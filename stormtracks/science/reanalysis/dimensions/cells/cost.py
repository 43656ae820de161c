"""What putting cells on a grid costs in truth, as measured with winds of ERA5 (benchmarks/grids.py)."""

import math
from typing import NamedTuple

from stormtracks.science.reanalysis.dimensions.cells.weights import Weights, distance

_HOW = {
    "linear rows": "linear along its rows and between them",
    "cubic rows": "cubic along its rows and between them",
    "linear triangles": "linear in triangles of cells",
    "quadratic triangles": "quadratic in triangles of cells",
}


class Measured(NamedTuple):
    """Vorticity of winds that were put on a grid, against that of the same winds on it, below 80 degrees.

    `cells` is their mean distance and `grid` that of the grid, degrees; `r` correlation, `slope` of the regression.
    """

    method: str
    cells: float
    grid: float
    r: float
    slope: float


MEASURED = (
    Measured("cubic rows", 0.28, 0.3, 0.999, 0.99),
    Measured("cubic rows", 0.28, 0.5, 0.999, 0.99),
    Measured("cubic rows", 0.46, 0.5, 0.984, 0.95),
    Measured("cubic rows", 0.55, 1.0, 0.993, 0.98),
    Measured("cubic rows", 0.92, 1.0, 0.954, 0.89),
    Measured("cubic rows", 1.76, 2.0, 0.952, 0.90),
    Measured("linear rows", 0.28, 1.0, 0.999, 0.98),
    Measured("quadratic triangles", 0.23, 0.25, 0.998, 0.99),
    Measured("quadratic triangles", 0.92, 1.0, 0.957, 0.89),
    Measured("linear triangles", 0.23, 1.0, 0.999, 0.98),
    Measured("linear triangles", 0.92, 2.5, 0.974, 0.91),
)
"""ERA5 at 0.25 degrees has scales that coarse cells cannot hold; a model on such cells has lost them before."""


def remark(kind: str, way: Weights) -> str:
    """What is said of values that were put on a grid."""
    near = nearest(way)
    return (
        f"lies on {kind or 'a grid'} of {way.matrix.shape[1]:,} cells; put on one of {way.step:g} degrees, "
        f"{_HOW[way.method]}; the vorticity of ERA5, put likewise from cells {near.cells:g} degrees apart on a grid of "
        f"{near.grid:g}, had slope {near.slope:.2f} and r {near.r:.3f} against that of ERA5 on that grid"
    )


def nearest(way: Weights) -> Measured:
    """What was measured of the same method with the distances that are most alike."""
    cells = distance(way.matrix.shape[1])
    alike = [one for one in MEASURED if one.method == way.method] or list(MEASURED)
    return min(alike, key=lambda one: abs(math.log(one.cells / cells)) + abs(math.log(one.grid / way.step)))
