"""Moving vortices, a row for each member, and the wind they bring to a grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.records import Grid
from stormtracks.science.sphere import EARTH_RADIUS_KM, KM_PER_DEGREE, unit_vectors

_REACH = 4.5
"""Distance, in vortex sizes, beyond which its wind is nothing (4e-5 of a solid body's)."""


@dataclass(frozen=True)
class Vortex:
    """One vortex in every member.

    Attributes
    ----------
    first : int
        Step of the first column.
    centre : ndarray of float32, shape (member, step, 3)
        Unit vectors.
    spin : ndarray of float32, shape (member, step)
        Relative vorticity in the centre, s-1, positive anticlockwise; 0 where it does not live.
    size_km : float
        Distance of the strongest wind.
    """

    first: int
    centre: Floats
    spin: Floats
    size_km: float


class WindGrid:
    """A grid that vortices bring their winds to, as unit vectors: position, east and north of every point.

    Parameters
    ----------
    grid : Grid
    """

    def __init__(self, grid: Grid) -> None:
        lat, lon = (a.reshape(-1) for a in np.meshgrid(grid.lat, grid.lon, indexing="ij"))
        phi, lam = np.radians(lat), np.radians(lon)
        east = np.stack([-np.sin(lam), np.cos(lam), np.zeros_like(lam)])
        north = np.stack([-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi)])
        vectors = np.stack([unit_vectors(lat, lon).T, east, north])
        self._vectors = vectors.astype(np.float32).reshape(3, 3, *grid.shape)
        self._grid = grid

    def add(self, vortex: Vortex, step: int, u: Floats, v: Floats) -> None:
        """Add the wind of a vortex that is alive at a step to the winds (member, nlat, nlon), in place."""
        self.add_to(vortex, step, [(1.0, u, v)])

    def add_to(self, vortex: Vortex, step: int, levels: Sequence[tuple[float, Floats, Floats]]) -> None:
        """Add shares of the wind of a vortex that is alive at a step to the winds of levels, in place.

        Parameters
        ----------
        vortex : Vortex
        step : int
        levels : sequence of (float, ndarray, ndarray)
            The share, and the winds (member, nlat, nlon) it is added to.

        Notes
        -----
        A solid body's rotation about the centre c under a Gaussian envelope,

            wind = a / 2 zeta exp(-(1 - c . p) / s^2) c x p,

        the streamfunction's being zeta a^2 s^2 / 2 times the envelope: exact on the sphere, free of divergence, of
        relative vorticity zeta in the centre and without circulation far away; strongest at the distance s (in
        Earth radii).
        """
        at = step - vortex.first
        centre, spin = vortex.centre[:, at], vortex.spin[:, at]
        for box in self._boxes(centre, 2 * np.arcsin(min(_REACH * vortex.size_km / EARTH_RADIUS_KM / 2, 1))):
            position, east, north = self._vectors[:, :, *box]
            depth = (_along(centre, position) - 1) / np.float32((vortex.size_km / EARTH_RADIUS_KM) ** 2)
            envelope = np.where(depth > -0.5 * _REACH**2, np.exp(depth), np.float32(0))  # whatever the box's size
            envelope *= (spin * np.float32(500 * EARTH_RADIUS_KM))[:, None, None]
            eastward, northward = envelope * _along(centre, north), envelope * _along(centre, east)
            for part, u, v in levels:
                u[:, *box] += np.float32(part) * eastward
                v[:, *box] -= np.float32(part) * northward

    def _boxes(self, centre: Floats, reach: float) -> list[tuple[slice, slice]]:
        """Rows and columns around all the centres; two boxes where Greenwich lies within."""
        grid = self._grid
        lat = np.degrees(np.arcsin(np.clip(centre[:, 2], -1, 1)))
        reach += 1e-4  # beyond rounding
        south, north = lat.min() - np.degrees(reach), lat.max() + np.degrees(reach)
        rows = slice(*np.searchsorted(grid.lat, [south, north]))
        middle = centre.mean(axis=0)
        lon = np.degrees(np.arctan2(middle[1], middle[0]))
        flat = np.hypot(centre[:, 0], centre[:, 1]).min()
        spread = np.abs(np.angle((centre[:, 0] + 1j * centre[:, 1]) * (middle[0] - 1j * middle[1]))).max()
        if flat <= np.sin(reach) or max(-south, north) >= 90:  # a pole lies within: every longitude does
            return [(rows, slice(0, len(grid.lon)))]
        half = np.degrees(np.arcsin(np.sin(reach) / flat) + spread)
        step = grid.lon[1] - grid.lon[0]
        first, last = np.ceil((lon - half) / step), np.floor((lon + half) / step)
        count = min(int(last - first) + 1, len(grid.lon))
        begin = int(first) % len(grid.lon)
        beyond = begin + count - len(grid.lon)
        if beyond <= 0:
            return [(rows, slice(begin, begin + count))]
        return [(rows, slice(begin, None)), (rows, slice(0, beyond))]


def _along(centre: Floats, vectors: Floats) -> Floats:
    """Scalar products, shape (member, row, column); written out, as a matrix product depends on its shape."""
    x, y, z = (component[:, None, None] for component in centre.T)
    return x * vectors[0] + y * vectors[1] + z * vectors[2]


def least_size_km(grid_degrees: float) -> float:
    """The smallest vortex that a grid can hold: a cell from the centre to the strongest wind."""
    return grid_degrees * KM_PER_DEGREE


def resolution(grid_degrees: float, size_km: float) -> float:
    """What a centred difference over two cells leaves of a vortex's central vorticity."""
    return float(np.exp(-0.5 * (grid_degrees * KM_PER_DEGREE / size_km) ** 2))


def wander(generator: np.random.Generator, steps: int, step_hours: float, shape: tuple[int, ...] = ()) -> Floats:
    """A smooth random course of unit variance, correlated over a day and a half; shape (*shape, steps)."""
    sigma = 18.0 / step_hours
    half = int(np.ceil(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)
    kernel /= np.sqrt((kernel**2).sum())
    draws = generator.standard_normal((*shape, steps + 2 * half))
    return np.apply_along_axis(np.convolve, -1, draws, kernel, mode="valid")


def displaced(centres: Floats, offsets_km: tuple[Floats, Floats]) -> Floats:
    """Points moved along the sphere by small offsets (eastward, northward) in km; unit vectors, shape (..., 3)."""
    north_pole = np.array([0.0, 0.0, 1.0])
    east = np.cross(north_pole, centres)
    east /= np.linalg.norm(east, axis=-1, keepdims=True)
    moved = (
        centres
        + (offsets_km[0][..., None] * east + offsets_km[1][..., None] * np.cross(centres, east)) / EARTH_RADIUS_KM
    )
    return moved / np.linalg.norm(moved, axis=-1, keepdims=True)
