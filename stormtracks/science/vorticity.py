"""winds -> relative vorticity on the sphere, cyclonic positive in both hemispheres."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.kernel import finding
from stormtracks.science.records import Grid
from stormtracks.science.sphere import EARTH_RADIUS_KM, is_pole


def relative_vorticity(u: Floats, v: Floats, grid: Grid) -> Floats:
    """Vertical component of the curl of the horizontal wind.

    Parameters
    ----------
    u, v : ndarray of float, shape (..., nlat, nlon)
        Eastward and northward wind, m s-1, on `grid`.
    grid : Grid
        Even or Gaussian latitudes, south to north; evenly spaced longitudes.

    Returns
    -------
    ndarray, shape and dtype of `u`
        Relative vorticity, s-1; anticlockwise positive. NaN on the outer rows and columns of a regional grid.

    Notes
    -----
    With latitude phi, longitude lambda and the Earth's radius a (Holton and Hakim 2013, section 4.2)::

        zeta = 1 / (a cos(phi)) dv/dlambda - 1/a du/dphi + u tan(phi) / a

    the last being the metric term. Derivatives are centred three-point differences with weights that are exact for a
    constant, a sine and a cosine (for even spacing d: (f[i+1] - f[i-1]) / (2 sin d)), on even and uneven rows. So
    every solid-body rotation, about any axis, comes out exact up to the row next to a pole; ordinary differences, or
    differences in the sine of latitude, are wrong by tens of per cent to a factor in the last rows for a wind that
    blows across the pole. Where the grid leaves out only the pole (Gaussian), the row beyond it is the last row
    half-way round, where east points the other way. At a pole the value is the circulation along the nearest row over
    its area, one for all longitudes.
    """
    return _curl(u, v, _stencil(grid, np.dtype(u.dtype), cyclonic=False), grid)


def cyclonic_vorticity(u: Floats, v: Floats, grid: Grid) -> Floats:
    """`relative_vorticity` times the sign of latitude: cyclones are positive (the equator counts as north).

    Parameters
    ----------
    u, v : ndarray of float, shape (..., nlat, nlon)
        Eastward and northward wind, m s-1, on `grid`.
    grid : Grid

    Returns
    -------
    ndarray, shape and dtype of `u`
        Cyclonic vorticity, s-1.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import open_season
    >>> from stormtracks.science.vorticity import cyclonic_vorticity
    >>> with open_season("sample/20crv2c_1987", 1987) as season:
    ...     u, v = season.read(0, 1, [0])
    >>> vorticity = cyclonic_vorticity(u, v, season.grid)
    >>> vorticity.shape, round(1e5 * float(vorticity.max()), 1)
    ((1, 1, 91, 180), 57.4)
    """
    return _curl(u, v, _stencil(grid, np.dtype(u.dtype), cyclonic=True), grid)


def cyclonic_from(arrays: Sequence[Floats], grid: Grid) -> Floats:
    """Cyclonic vorticity of what a season reads: (u, v), or (vorticity,), of which only the sign is turned."""
    if len(arrays) == 1:
        return cyclonic(arrays[0], grid)
    u, v = arrays
    return cyclonic_vorticity(u, v, grid)


def cyclonic(vorticity: Floats, grid: Grid) -> Floats:
    """Relative vorticity, shape (..., nlat, nlon), with its sign turned in the southern hemisphere."""
    return vorticity * hemisphere(grid)[:, np.newaxis].astype(vorticity.dtype)


def hemisphere(grid: Grid) -> Floats:
    """+1 for rows on and north of the equator, -1 south of it, shape (nlat,)."""
    return np.where(grid.lat < 0, -1.0, 1.0)


@lru_cache(maxsize=16)
def kernel_stencil(grid: Grid) -> finding.Stencil:
    """What the kernel multiplies winds of single precision by, to have cyclonic vorticity."""
    return finding.Stencil.of(_stencil(grid, np.dtype(np.float32), cyclonic=True), hemisphere(grid))


@dataclass(frozen=True)
class _Stencil:
    """What the winds are multiplied by; columns of shape (nlat, 1) in the winds' dtype."""

    east: Floats  # on v[j+1] - v[j-1]
    above: Floats  # on u of the next row to the north
    here: Floats
    below: Floats  # on u of the next row to the south
    ends: tuple[tuple[int, str], ...]  # what to do with the outer rows: (row, how), how one of _OPEN, _POLE, _ACROSS
    poles: tuple[float, float]  # on the zonal mean of u in the first row off the south and the north pole


_OPEN, _POLE, _ACROSS = "open", "pole", "across"


@lru_cache(maxsize=16)
def _stencil(grid: Grid, dtype: np.dtype[Any], cyclonic: bool) -> _Stencil:
    phi = np.radians(grid.lat)
    radius = EARTH_RADIUS_KM * 1000.0
    scale = (hemisphere(grid) if cyclonic else np.ones(len(phi))) / radius
    ends = tuple((row, _end(grid, row)) for row in (0, len(phi) - 1))
    nodes = np.concatenate([[_node_beyond(phi[0], ends[0][1])], phi, [_node_beyond(phi[-1], ends[1][1])]])
    below, here, above = _slope_weights(nodes)
    cos = np.where(is_pole(grid.lat), np.inf, np.cos(phi))  # the pole's own row is not made from these weights
    tan = np.sin(phi) / cos

    def column(values: Floats) -> Floats:
        return np.ascontiguousarray((scale * values)[:, np.newaxis], dtype=dtype)

    east = 1.0 / (2.0 * np.sin(np.radians(grid.lon[1] - grid.lon[0])) * cos)
    poles = -2.0 * scale[0] / np.cos(phi[1]), 2.0 * scale[-1] / np.cos(phi[-2])
    return _Stencil(column(east), column(-above), column(tan - here), column(-below), ends, poles)


def _end(grid: Grid, row: int) -> str:
    """Which of the outer rows' cases this is."""
    if not grid.periodic or (grid.lat[row] < 0) != (row == 0):
        return _OPEN
    if is_pole(grid.lat[row]):
        return _POLE
    leaves_out_only_the_pole = 90.0 - abs(grid.lat[row]) < 1.01 * (grid.lat[1] - grid.lat[0])
    return _ACROSS if leaves_out_only_the_pole and len(grid.lon) % 2 == 0 else _OPEN


def _node_beyond(phi: float, how: str) -> float:
    across = np.sign(phi) * np.pi - phi
    return across if how == _ACROSS else phi + np.sign(phi) * 0.1  # a place-holder: such rows are overwritten below


def _slope_weights(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Weights of f[i-1], f[i], f[i+1] in the slope at x[i], exact for 1, sin and cos; each of shape (len(x) - 2,)."""
    west, east = x[1:-1] - x[:-2], x[2:] - x[1:-1]
    bend_west, bend_east = 1.0 - np.cos(west), 1.0 - np.cos(east)
    below = -bend_east / (np.sin(west) * bend_east + np.sin(east) * bend_west)
    above = bend_west / (np.sin(west) * bend_east + np.sin(east) * bend_west)
    return below, -below - above, above


def _curl(u: Floats, v: Floats, stencil: _Stencil, grid: Grid) -> Floats:
    # In place, with one array for all products: the fields of a block stay in the processor's cache.
    out = np.empty_like(v)
    np.subtract(v[..., 2:], v[..., :-2], out=out[..., 1:-1])
    if grid.periodic:
        np.subtract(v[..., 1], v[..., -1], out=out[..., 0])
        np.subtract(v[..., 0], v[..., -2], out=out[..., -1])
    else:
        out[..., 0] = out[..., -1] = np.nan
    out *= stencil.east
    term = u * stencil.here
    out += term
    np.multiply(u[..., 1:, :], stencil.above[:-1], out=term[..., :-1, :])
    out[..., :-1, :] += term[..., :-1, :]
    np.multiply(u[..., :-1, :], stencil.below[1:], out=term[..., 1:, :])
    out[..., 1:, :] += term[..., 1:, :]
    for row, how in stencil.ends:
        _finish_end(out, u, stencil, row, how)
    return out


def _finish_end(out: Floats, u: Floats, stencil: _Stencil, row: int, how: str) -> None:
    if how == _OPEN:
        out[..., row, :] = np.nan
    elif how == _POLE:
        around = u[..., row - 1 if row else 1, :].mean(axis=-1, keepdims=True, dtype=float)
        out[..., row, :] = around * stencil.poles[bool(row)]
    else:
        beyond = -np.roll(u[..., row, :], u.shape[-1] // 2, axis=-1)
        out[..., row, :] += beyond * (stencil.above[-1] if row else stencil.below[0])
