"""The grid of a message: its kind, rows and columns, and the order in which values are stored."""

import math
from typing import Any, NamedTuple

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.reanalysis.stored.grib import library

REGULAR = ("regular_ll", "regular_gg")
"""Latitudes by longitudes."""
CELLS = ("reduced_gg", "reduced_ll", "healpix", "unstructured_grid")
"""One row of cells."""
_I_BACKWARD, _J_FORWARD, _J_FIRST, _TURNING = 128, 64, 32, 16
_STAGGERED = 0x0F
_MOST_ROWS = 1 << 17
_FINEST_GAUSSIAN = 1 << 12
"""Rows between a pole and the equator: more are of a damaged header, and take seconds to be worked out."""
_NEAR = 0.1
"""Degrees that the first and last row of a Gaussian grid may be from those that are stated, rounded."""


class GridOf(NamedTuple):
    """The grid of a message, in plain values.

    Attributes
    ----------
    kind : str
        As eccodes calls it: ``regular_ll``.
    shape : tuple of int
        Rows and columns, or the number of cells.
    points : int
    scanning : int
        WMO flag table 8 (GRIB 1) or 3.4: the order in which values are stored.
    lat, lon : tuple of float
        Degrees, in stored order; none where the grid has no rows and columns of its own.
    attributes : dict
        ``pl`` and the like, for the variable.
    fault : str
        Why it cannot be used; "" where it can.
    """

    kind: str
    shape: tuple[int, ...]
    points: int
    scanning: int
    lat: tuple[float, ...] = ()
    lon: tuple[float, ...] = ()
    attributes: dict[str, Any] = {}  # noqa: RUF012 - never changed
    fault: str = ""

    @property
    def is_straight(self) -> bool:
        """Whether values are stored row after row, each in the same direction."""
        return len(self.shape) == 1 or not self.scanning & (_J_FIRST | _TURNING)

    def ordered(self, values: Floats) -> Floats:
        """Values in stored order, shape (points,), as rows by columns.

        Notes
        -----
        Rows and columns stay in their stored directions, which `lat` and `lon` have too.

        Examples
        --------
        >>> import numpy as np
        >>> from stormtracks.science.reanalysis.stored.grib.grids import GridOf
        >>> GridOf("regular_ll", (2, 3), 6, 16).ordered(np.arange(6)).tolist()  # every other row turns back
        [[0, 1, 2], [5, 4, 3]]
        >>> GridOf("regular_ll", (2, 3), 6, 32).ordered(np.arange(6)).tolist()  # column after column
        [[0, 2, 4], [1, 3, 5]]
        """
        if len(self.shape) == 1:
            return values
        rows, columns = self.shape
        lines = values.reshape((columns, rows) if self.scanning & _J_FIRST else (rows, columns))
        if self.scanning & _TURNING:
            lines = lines.copy()
            lines[1::2] = lines[1::2, ::-1]
        return lines.T if self.scanning & _J_FIRST else lines


def of_message(data: bytes) -> GridOf:
    """The grid of a message, asked of eccodes.

    Raises
    ------
    library.Unreadable
    """
    with library.opened(data) as handle:
        return _of_handle(handle)


def positions(data: bytes) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of the cells of a message, degrees, in stored order.

    Raises
    ------
    library.Unreadable
    """
    eccodes = library.eccodes()
    with library.opened(data) as handle:
        return eccodes.codes_get_array(handle, "latitudes"), eccodes.codes_get_array(handle, "longitudes")


def _of_handle(handle: Any) -> GridOf:
    kind = library.value(handle, "gridType", str) or "unknown"
    points = library.value(handle, "numberOfDataPoints", int) or library.value(handle, "numberOfPoints", int) or 0
    scanning = library.value(handle, "scanningMode", int) or 0
    if kind in REGULAR:
        return _regular(handle, kind, points, scanning)
    attributes = _attributes(handle)
    if kind in CELLS:
        known = scanning & ~_J_FORWARD == 0
        fault = "" if known else f"its cells are in an order that is not known (scanning mode {scanning})"
        return GridOf(kind, (points,), points, scanning, attributes=attributes, fault=fault)
    if kind in ("sh", "rotated_sh", "stretched_sh", "stretched_rotated_sh"):
        points = library.value(handle, "numberOfValues", int) or points
        return GridOf(kind, (points,), points, 0, attributes=attributes)
    ni, nj = _sizes(handle)
    shape = (nj, ni) if ni * nj == points and points else (points,)
    return GridOf(kind, shape, points, scanning, attributes=attributes)


def _regular(handle: Any, kind: str, points: int, scanning: int) -> GridOf:
    ni, nj = _sizes(handle)
    fault = ""
    if not points or ni * nj != points or max(ni, nj) > _MOST_ROWS:
        fault = f"its grid of {nj} rows and {ni} columns has {points} points"
    elif scanning & _STAGGERED:
        fault = f"its rows or columns are staggered (scanning mode {scanning}); interpolate it to an even grid"
    if fault:
        return GridOf(kind, (points,), points, scanning, fault=fault)
    lat, lon = _rows(handle, kind, nj), _columns(handle, ni, bool(scanning & _I_BACKWARD))
    if lat is None or lon is None:
        return GridOf(kind, (points,), points, scanning, fault="its first and last row and column are not stated")
    return GridOf(kind, (nj, ni), points, scanning, lat, lon, _attributes(handle))


def _sizes(handle: Any) -> tuple[int, int]:
    for names in (("Ni", "Nj"), ("Nx", "Ny")):
        sizes = [library.value(handle, name, int) for name in names]
        if None not in sizes:
            return sizes[0] or 0, sizes[1] or 0
    return 0, 0


def _rows(handle: Any, kind: str, count: int) -> tuple[float, ...] | None:
    first, last = _ends(handle, "latitude")
    if first is None or last is None:
        return None
    if kind == "regular_ll":
        return _even(first, last, count)
    number = library.value(handle, "N", int) or 0
    if not 0 < number <= _FINEST_GAUSSIAN:
        return None
    all_rows = np.array(list(library.eccodes().codes_get_gaussian_latitudes(number)))  # a C array, unknown to NumPy
    begin = int(np.argmin(abs(all_rows - max(first, last))))
    rows = all_rows[begin : begin + count]
    if len(rows) != count or abs(rows[-1] - min(first, last)) > _NEAR or abs(rows[0] - max(first, last)) > _NEAR:
        return None
    return tuple((rows if first > last else rows[::-1]).tolist())


def _columns(handle: Any, count: int, backward: bool) -> tuple[float, ...] | None:
    first, last = _ends(handle, "longitude")
    if first is None or last is None:
        return None
    if backward and last > first:
        last -= 360
    if not backward and last < first:
        last += 360
    return _even(first, last, count)


def _ends(handle: Any, of: str) -> tuple[float | None, float | None]:
    first, last = (library.value(handle, f"{of}Of{end}GridPointInDegrees", float) for end in ("First", "Last"))
    known = all(one is not None and math.isfinite(one) and abs(one) <= 720 for one in (first, last))
    return (first, last) if known else (None, None)


def _even(first: float, last: float, count: int) -> tuple[float, ...]:
    return tuple(np.round(np.linspace(first, last, count), 9).tolist())


def _attributes(handle: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("N", "Nside", "orderingConvention", "isOctahedral", "iDirectionIncrementInDegrees"):
        value = library.value(handle, name, str)
        if value is not None:
            found[f"GRIB_{name}"] = value
    if library.value(handle, "PLPresent", int):
        found["pl"] = [int(one) for one in library.eccodes().codes_get_array(handle, "pl")]
    return found
