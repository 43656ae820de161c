"""vorticity -> maxima: where, between grid points, it peaks, and how strong it is."""

from functools import lru_cache

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from stormtracks.science import sphere
from stormtracks.science.records import Maxima

_AROUND = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
"""Rows and columns to the eight neighbours."""


def find(fields, grid, settings):
    """The maxima of some fields of cyclonic vorticity.

    Parameters
    ----------
    fields : ndarray of float, shape (n, nlat, nlon)
        Cyclonic vorticity, s-1, positive for cyclones in both hemispheres; NaN where there is none.
    grid : Grid
    settings : Settings
        `threshold`, `region` and `min_separation_km` are used.

    Returns
    -------
    Maxima
        `step` is the index along the first axis.

    Notes
    -----
    A maximum is a grid point at or above the threshold that none of its eight neighbours exceeds (none of them
    missing), across the date line and Greenwich; a pole is one point whose neighbours are the whole row next to it.
    Of a plateau, connected points of one value with nothing higher around, the first in row order stands for all; the
    outer rows and columns of a regional grid have no maxima. The centre is the top of the quadratic surface fitted to
    the 3 x 3 points in the plane that touches the sphere there (a row's nine positions lie as the sphere has them, so
    uneven rows and converging meridians are exact), at most half a cell away. Then weaker maxima give way: see
    `thin`.
    """
    index, tied = _peaks(fields, grid, settings.threshold)
    if tied.any():
        index = _one_per_plateau(fields, index, tied, grid)
    index = np.sort(np.concatenate([index, _poles(fields, grid, settings.threshold)]))
    step, row, column = np.unravel_index(index, fields.shape)
    inside = sphere.in_region(grid.lat[row], grid.lon[column], settings.region)
    index, step, row, column = index[inside], step[inside], row[inside], column[inside]
    lat, lon = _centres(fields, index, row, column, grid)
    maxima = Maxima(step.astype(np.int32), lat, lon, fields.reshape(-1)[index].astype(np.float32))
    return thin(maxima, settings.min_separation_km)


def thin(maxima, min_separation_km):
    """Maxima without the weaker ones near a stronger one of the same step.

    Parameters
    ----------
    maxima : Maxima
    min_separation_km : float
        Distance up to which the weaker gives way.

    Returns
    -------
    Maxima

    Notes
    -----
    The strongest stays and removes those near it, then the strongest of what is left, and so on: a maximum that was
    itself removed removes nobody. Of two equally strong the earlier in the table stays.
    """
    if min_separation_km <= 0 or len(maxima) < 2:
        return maxima
    strong, weak = _near_pairs(maxima, min_separation_km)
    if not len(strong):
        return maxima
    undecided = np.zeros(len(maxima), bool)
    undecided[strong] = undecided[weak] = True
    stays = ~undecided
    while undecided.any():
        threatened = np.zeros(len(maxima), bool)
        threatened[weak[undecided[strong]]] = True
        stays |= undecided & ~threatened
        undecided &= threatened
        undecided[weak[stays[strong]]] = False
    return maxima.take(stays)


def _peaks(fields, grid, threshold):
    """Flat indices of points not exceeded by a neighbour, and which of them have an equal one; without outer rows."""
    flat = fields.reshape(-1)
    index = np.flatnonzero(flat >= threshold)
    row = index // grid.shape[1] % grid.shape[0]
    inner = (row > 0) & (row < grid.shape[0] - 1)
    if not grid.periodic:
        column = index % grid.shape[1]
        inner &= (column > 0) & (column < grid.shape[1] - 1)
    index = index[inner]
    tied = np.zeros(len(index), bool)
    for direction in _AROUND:
        here, there = flat[index], flat[_neighbour(index, direction, grid)]
        tied = tied | (here == there)
        kept = here >= there
        index, tied = index[kept], tied[kept]
    return index, tied


def _neighbour(index, direction, grid):
    """Flat indices of the neighbours in one direction, round the globe in longitude."""
    rows, columns = direction
    nlon = grid.shape[1]
    there = index + (rows * nlon + columns)
    if columns:
        edge = nlon - 1 if columns > 0 else 0
        there[index % nlon == edge] -= columns * nlon
    return there


def _one_per_plateau(fields, index, tied, grid):
    """`index` with, for each plateau, its first point, or none if something next to the plateau is higher."""
    flat, plateau = fields.reshape(-1), index[tied]
    links, spoiled = [], np.zeros(len(plateau), bool)
    for direction in _AROUND:
        there = _neighbour(plateau, direction, grid)
        equal = flat[there] == flat[plateau]
        place = np.minimum(np.searchsorted(plateau, there), len(plateau) - 1)
        member = equal & (plateau[place] == there)
        spoiled |= equal & ~member  # an equal neighbour that is exceeded: the plateau climbs on
        links.append(np.stack([np.flatnonzero(member), place[member]]))
    pairs = np.concatenate(links, axis=1)
    graph = coo_array((np.ones(pairs.shape[1]), tuple(pairs)), shape=(len(plateau),) * 2)
    count, group = connected_components(graph, directed=False)
    good = np.ones(count, bool)
    good[group[spoiled]] = False
    first = np.unique(group, return_index=True)[1]
    return np.sort(np.concatenate([index[~tied], plateau[first[good]]]))


def _poles(fields, grid, threshold):
    """Flat indices of the poles that exceed the whole row next to them."""
    nlat, nlon = grid.shape
    found = []
    for row, near in ((0, 1), (nlat - 1, nlat - 2)):
        if grid.periodic and 90.0 - abs(grid.lat[row]) < 1e-4:
            value = fields[:, row, 0]
            peak = (value >= threshold) & (value > fields[:, near].max(axis=1))
            found.append((np.flatnonzero(peak) * nlat + row) * nlon)
    return np.concatenate(found) if found else np.zeros(0, np.intp)


def _centres(fields, index, row, column, grid):
    """Latitude and longitude of the top of the surface through the 3 x 3 values around each maximum."""
    lat, lon = grid.lat[row].astype(float), grid.lon[column].astype(float)
    inner = (row > 0) & (row < grid.shape[0] - 1)
    flat, at = fields.reshape(-1), index[inner]
    values = np.stack([flat[at]] + [flat[_neighbour(at, d, grid)] for d in _AROUND], axis=1).astype(float)
    fits, reach = _fits(grid)
    slope_x, slope_y, bend_xx, bend_xy, bend_yy = np.einsum("nkp,np->kn", fits[row[inner]], values)
    determinant = bend_xx * bend_yy - bend_xy**2
    peaked = (determinant > 0) & (bend_xx < 0)
    safe = np.where(peaked, determinant, 1.0)
    shift = np.stack([bend_xy * slope_y - bend_yy * slope_x, bend_xy * slope_x - bend_xx * slope_y]) / safe
    limit = reach[:, row[inner]]
    shift *= peaked * np.minimum(1.0, (limit / np.maximum(np.abs(shift), 1e-30)).min(axis=0))
    lat[inner], lon[inner] = _moved(lat[inner], lon[inner], *shift)
    return lat, sphere.wrap(lon)


def _moved(lat, lon, east, north):
    """Points moved along the plane that touches the unit sphere at them."""
    phi, lam = np.radians(lat), np.radians(lon)
    out = np.cos(phi) - north * np.sin(phi)
    return np.degrees(np.arctan2(np.sin(phi) + north * np.cos(phi), np.hypot(out, east))), np.degrees(
        lam + np.arctan2(east, out)
    )


@lru_cache(maxsize=16)
def _fits(grid):
    """What turns nine values into slopes and bends, (nlat, 5, 9), and half a cell east and north, (2, nlat).

    Lengths are in Earth radii on the gnomonic plane, which touches the sphere at the maximum's grid point.
    """
    phi, step = np.radians(grid.lat), np.radians(grid.lon[1] - grid.lon[0])
    fits = np.zeros((len(phi), 5, 9))
    reach = np.zeros((2, len(phi)))
    for row in range(1, len(phi) - 1):
        there = np.array([phi[row]] + [phi[row + rows] for rows, _ in _AROUND])
        turn = np.array([0.0] + [columns * step for _, columns in _AROUND])
        depth = np.sin(phi[row]) * np.sin(there) + np.cos(phi[row]) * np.cos(there) * np.cos(turn)
        x = np.cos(there) * np.sin(turn) / depth
        y = (np.cos(phi[row]) * np.sin(there) - np.sin(phi[row]) * np.cos(there) * np.cos(turn)) / depth
        surface = np.stack([np.ones(9), x, y, x * x / 2, x * y, y * y / 2], axis=1)
        fits[row] = np.linalg.pinv(surface)[1:]
        reach[:, row] = np.cos(phi[row]) * step / 2, (phi[row + 1] - phi[row - 1]) / 4
    return fits, reach


def _near_pairs(maxima, min_separation_km):
    """Indices (stronger, weaker) of maxima of the same step within the distance."""
    points = np.column_stack(
        [sphere.unit_vectors(maxima.lat, maxima.lon), 4.0 * maxima.step]
    )  # steps lie further apart than any chord
    pairs = cKDTree(points, balanced_tree=False, compact_nodes=False).query_pairs(
        sphere.chord(min_separation_km), output_type="ndarray"
    )
    first_weaker = maxima.vorticity[pairs[:, 0]] < maxima.vorticity[pairs[:, 1]]
    return np.where(first_weaker, pairs[:, 1], pairs[:, 0]), np.where(first_weaker, pairs[:, 0], pairs[:, 1])
