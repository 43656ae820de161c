"""vorticity -> maxima: where it peaks, between grid points, and how strong it is there."""

import itertools
from functools import lru_cache

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.components import components
from stormtracks.science.errors import InputError
from stormtracks.science.kernel import finding
from stormtracks.science.records import Grid, Maxima
from stormtracks.science.settings import Settings

_AROUND = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
"""Rows and columns to the eight neighbours."""

_LEAST_CURVATURE = 1e-9
"""Curvature along a ridge, as a share of that across it squared, below which the ridge has no top."""

_CROWDED = 700
"""With more maxima per step than this, thinning them in batches is faster."""


def find(
    fields: Floats,
    grid: Grid,
    *,
    threshold_s1: float = Settings.threshold_s1,
    min_separation_km: float = Settings.min_separation_km,
    region: sphere.Region | None = None,
) -> Maxima:
    """The maxima of some fields of cyclonic vorticity.

    Parameters
    ----------
    fields : ndarray of float, shape (n, nlat, nlon)
        Cyclonic vorticity, s-1, positive for cyclones in both hemispheres; NaN where there is none.
    grid : Grid
    threshold_s1 : float
        Weakest vorticity of a maximum, s-1.
    min_separation_km : float
        A maximum this close to a stronger one gives way to it, see `thin`; 0: none does.
    region : tuple of float, optional
        South, north, west, east, in degrees: only maxima of grid points in it; none: the globe.

    Returns
    -------
    Maxima
        `step` is the index along the first axis.

    Raises
    ------
    InputError
        Fields that do not fit the grid.
    BadValue
        A threshold, distance or region out of its range.

    Notes
    -----
    A maximum is a grid point at or above the threshold that none of its eight neighbours exceeds (none of them
    missing), across the date line and Greenwich. A pole is one point, whose neighbours are the whole row next to it.
    Connected points of one value with nothing higher around them, a plateau, are one maximum, at the first point in
    row order. The outer rows and columns of a regional grid have no maxima.

    The centre is the top of the quadratic surface fitted to the 3 x 3 points in the plane that touches the sphere
    there, at most half a cell away. Uneven rows and converging meridians are exact in that plane. Then weaker maxima
    give way: see `thin`.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.maxima import find
    >>> from stormtracks.science.records import Grid
    >>> grid = Grid(np.arange(-10.0, 11.0, 2.0), np.arange(0.0, 360.0, 2.0), periodic=True)
    >>> fields = np.zeros((1, *grid.shape))
    >>> fields[0, 7, 89:92] = 4e-5, 6e-5, 5e-5  # a cyclone at 4 degrees north, near the date line
    >>> found = find(fields, grid, threshold_s1=5e-5)
    >>> found.lat.round(1).tolist(), found.lon.round(1).tolist()
    ([4.0], [-179.7])
    """
    check_shape(fields, grid)
    # Refuses what these must not be.
    Settings(threshold_s1=threshold_s1, min_separation_km=min_separation_km, region=region)
    limits = {"threshold_s1": float(threshold_s1), "min_separation_km": float(min_separation_km)}
    found = None
    if finding.takes([fields], grid):
        found = finding.find("cyclonic", [fields], tables(grid, region), None, **limits)
    return _find(fields, grid, **limits, region=region) if found is None else found


def thin(maxima: Maxima, min_separation_km: float) -> Maxima:
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
    itself removed removes no other. Of two equally strong ones the earlier in the table stays.
    """
    if min_separation_km <= 0 or len(maxima) < 2:
        return maxima
    crowded = len(maxima) > _CROWDED * (maxima.step.max() - maxima.step.min() + 1)
    thinned = _thin_in_batches if crowded else _thin_at_once
    return maxima.take(thinned(maxima, min_separation_km))


def check_shape(fields: Floats, grid: Grid) -> None:
    """Refuse fields that do not fit a grid."""
    shape = np.shape(fields)
    if len(shape) == 3 and shape[1:] == grid.shape:
        return
    nlat, nlon = grid.shape
    remedy = "check that the fields and the grid belong together"
    if shape[-2:] == grid.shape and len(shape) == 4:  # as `Season.read` gives them
        remedy = "take one member: fields[:, 0]"
    elif shape == grid.shape:
        remedy = "add an axis for the time: fields[np.newaxis]"
    raise InputError(f"fields of shape {shape} do not fit the grid, which needs (n, {nlat}, {nlon}); {remedy}")


def tables(grid: Grid, region: sphere.Region | None) -> finding.Tables:
    """What the kernel has to know of a grid, and of the region in which maxima are looked for."""
    return _tables(grid, None if region is None else tuple(region))


@lru_cache(maxsize=16)
def _tables(grid: Grid, region: sphere.Region | None) -> finding.Tables:
    return finding.Tables.of(grid, *_fits(grid), region)


def _find(
    fields: Floats, grid: Grid, *, threshold_s1: float, min_separation_km: float, region: sphere.Region | None
) -> Maxima:
    """Maxima by NumPy."""
    wrapped = _wrapped(fields, grid)
    index, tied = _peaks(wrapped, threshold_s1)
    if tied.any():
        index = _one_per_plateau(wrapped, index, tied)
    index = np.sort(np.concatenate([index, _poles(wrapped, grid, threshold_s1)]))
    step, row, column = np.unravel_index(index, wrapped.shape)
    inside = sphere.in_region(grid.lat[row], grid.lon[column - 1], region)
    index, step, row, column = index[inside], step[inside], row[inside], column[inside] - 1
    lat, lon = _centres(wrapped, index, row, column, grid)
    maxima = Maxima(step.astype(np.int32), lat, lon, wrapped.reshape(-1)[index].astype(np.float32))
    return thin(maxima, min_separation_km)


def _wrapped(fields: Floats, grid: Grid) -> Floats:
    """The fields with one more column on either side: the one from round the globe, or, on a regional grid, NaN.

    A neighbour is then a fixed distance away in memory, so that whole fields can be compared with themselves, shifted.
    """
    wrapped = np.empty((*fields.shape[:2], fields.shape[2] + 2), fields.dtype)
    wrapped[..., 1:-1] = fields
    wrapped[..., 0] = fields[..., -1] if grid.periodic else np.nan
    wrapped[..., -1] = fields[..., 0] if grid.periodic else np.nan
    return wrapped


def _peaks(wrapped: Floats, threshold_s1: float) -> tuple[Ints, Bools]:
    """Flat indices of the points that no neighbour exceeds, and which have an equal neighbour; without outer rows."""
    # Whole fields are compared with four neighbours, which leaves few points; only those with the other four.
    flat, (_, nlat, width) = wrapped.reshape(-1), wrapped.shape
    mask = np.zeros(len(flat), bool)
    inner = slice(width, len(flat) - width)
    np.greater_equal(flat[inner], threshold_s1, out=mask[inner])
    for apart in (1, -1, width, -width):
        mask[inner] &= flat[inner] >= flat[inner.start + apart : inner.stop + apart]
    cells = mask.reshape(-1, nlat, width)
    cells[:, [0, -1]] = False
    cells[..., [0, -1]] = False
    index = np.flatnonzero(mask)
    for direction in _AROUND[4:]:
        index = index[flat[index] >= flat[index + _apart(direction, width)]]
    here, tied = flat[index], np.zeros(len(index), bool)
    for direction in _AROUND:
        tied |= here == flat[index + _apart(direction, width)]
    return index, tied


def _apart(direction: tuple[int, int], width: int) -> int:
    """Distance to a neighbour in memory, in values."""
    rows, columns = direction
    return rows * width + columns


def _one_per_plateau(wrapped: Floats, index: Ints, tied: Bools) -> Ints:
    """`index` with the first point of each plateau in place of all of them; without those next to a higher point."""
    flat, width, plateau = wrapped.reshape(-1), wrapped.shape[2], index[tied]
    links, spoiled = [], np.zeros(len(plateau), bool)
    for direction in _AROUND:
        there = plateau + _apart(direction, width)
        column = there % width
        there += (width - 2) * ((column == 0).astype(int) - (column == width - 1))  # the same point round the globe
        equal = flat[there] == flat[plateau]
        place = np.minimum(np.searchsorted(plateau, there), len(plateau) - 1)
        member = equal & (plateau[place] == there)
        spoiled |= equal & ~member  # an equal neighbour that a higher one exceeds: the plateau is none
        links.append(np.stack([np.flatnonzero(member), place[member]]))
    pairs = np.concatenate(links, axis=1)
    first = components(len(plateau), *pairs)
    good = first == np.arange(len(plateau))
    good[first[spoiled]] = False
    return np.sort(np.concatenate([index[~tied], plateau[good]]))


def _poles(wrapped: Floats, grid: Grid, threshold_s1: float) -> Ints:
    """Flat indices of the poles that exceed the whole row next to them."""
    _, nlat, width = wrapped.shape
    found = []
    for row, near in ((0, 1), (nlat - 1, nlat - 2)):
        if grid.periodic and sphere.is_pole(grid.lat[row]):
            value = wrapped[:, row, 1]
            peak = (value >= threshold_s1) & (value > wrapped[:, near].max(axis=1))
            found.append((np.flatnonzero(peak) * nlat + row) * width + 1)
    return np.concatenate(found) if found else np.zeros(0, np.intp)


def _centres(wrapped: Floats, index: Ints, row: Ints, column: Ints, grid: Grid) -> tuple[Floats, Floats]:
    """Latitude and longitude of the top of the surface through the 3 x 3 values around each maximum."""
    lat, lon = grid.lat[row].astype(float), grid.lon[column].astype(float)
    inner = (row > 0) & (row < grid.shape[0] - 1)
    flat, at = wrapped.reshape(-1), index[inner]
    offsets = np.array([0] + [_apart(direction, wrapped.shape[2]) for direction in _AROUND])
    values = flat[at[:, np.newaxis] + offsets].astype(float)
    fits, reach = _fits(grid)
    slope_x, slope_y, bend_xx, bend_xy, bend_yy = np.einsum("nkp,np->kn", fits[row[inner]], values)
    determinant = bend_xx * bend_yy - bend_xy**2
    # Far above rounding errors: whether a nearly flat ridge has a top must not hang on the processor.
    peaked = (determinant > _LEAST_CURVATURE * (bend_xx**2 + bend_yy**2)) & (bend_xx < 0)
    safe = np.where(peaked, determinant, 1.0)
    # Newton's step: at the top both slopes vanish. A saddle or a ridge has no top, and stays at its grid point, as does
    # what lies beside an infinite value, of which a surface is not a number.
    step = np.stack([bend_xy * slope_y - bend_yy * slope_x, bend_xy * slope_x - bend_xx * slope_y]) / safe
    shift = np.where(peaked, step, 0.0)
    # Shortened in proportion to half a cell, so that the direction stays; 1e-30 where there is no shift to divide by.
    limit = reach[:, row[inner]]
    shift *= np.minimum(1.0, (limit / np.maximum(np.abs(shift), 1e-30)).min(axis=0))
    lat[inner], lon[inner] = _moved(lat[inner], lon[inner], *shift)
    lat, lon = sphere.on_grid(lat), sphere.on_grid(sphere.wrap(lon))
    return lat, np.where(lon == 180.0, -180.0, lon)


def _moved(lat: Floats, lon: Floats, east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Points moved along the plane that touches the unit sphere at them."""
    phi, lam = np.radians(lat), np.radians(lon)
    out = np.cos(phi) - north * np.sin(phi)
    new_lat = np.degrees(np.arctan2(np.sin(phi) + north * np.cos(phi), np.hypot(out, east)))
    return new_lat, np.degrees(lam + np.arctan2(east, out))


@lru_cache(maxsize=16)
def _fits(grid: Grid) -> tuple[Floats, Floats]:
    """Weights that turn nine values into slopes and bends, (nlat, 5, 9), and half a cell east and north, (2, nlat).

    Lengths are in Earth radii on the gnomonic plane, which touches the sphere at the maximum's grid point.
    """
    phi, step = np.radians(grid.lat), np.radians(grid.lon[1] - grid.lon[0])
    fits = np.zeros((len(phi), 5, 9))
    reach = np.zeros((2, len(phi)))
    inner = np.arange(1, len(phi) - 1)
    here = phi[inner, np.newaxis]
    there = phi[inner[:, np.newaxis] + np.array([0] + [rows for rows, _ in _AROUND])]
    turn = np.array([0.0] + [columns * step for _, columns in _AROUND])
    depth = np.sin(here) * np.sin(there) + np.cos(here) * np.cos(there) * np.cos(turn)
    x = np.cos(there) * np.sin(turn) / depth
    y = (np.cos(here) * np.sin(there) - np.sin(here) * np.cos(there) * np.cos(turn)) / depth
    surface = np.stack([np.ones_like(x), x, y, x * x / 2, x * y, y * y / 2], axis=-1)
    # All rows at once: of 0.25 degrees, row after row takes as long as reading two fields.
    fits[inner] = np.linalg.pinv(surface)[:, 1:]  # the least squares; the height itself, the first row, is not used
    reach[:, inner] = np.cos(phi[inner]) * step / 2, (phi[inner + 1] - phi[inner - 1]) / 4
    return fits, reach


def _thin_at_once(maxima: Maxima, min_separation_km: float) -> Ints:
    """Indices of the maxima that stay, from all pairs of near ones."""
    strong, weak = _near_pairs(maxima, min_separation_km)
    undecided = np.zeros(len(maxima), bool)
    undecided[strong] = undecided[weak] = True
    stays = ~undecided
    # In rounds: a maximum that no undecided stronger one is near stays, and those near it go.
    while undecided.any():
        threatened = np.zeros(len(maxima), bool)
        threatened[weak[undecided[strong]]] = True
        stays |= undecided & ~threatened
        undecided &= threatened
        undecided[weak[stays[strong]]] = False
    return np.flatnonzero(stays)


def _thin_in_batches(maxima: Maxima, min_separation_km: float) -> Ints:
    """The same, the strongest first: what lies near one that stays is gone before its pairs are looked for.

    Rounded winds have thousands of maxima around the poles of a fine grid, and millions of pairs.
    """
    from scipy.spatial import cKDTree  # half of a worker's start-up time, and coarse grids do without

    order = np.argsort(-maxima.vorticity, kind="stable")
    # The step as a fourth coordinate: points of different steps are never near each other.
    points = np.column_stack([sphere.unit_vectors(maxima.lat, maxima.lon), 4.0 * maxima.step])
    reach, alive, kept = float(sphere.chord(min_separation_km)), np.ones(len(maxima), bool), []
    # A few strong maxima remove most of the others, so the first batch is small.
    cuts = [0, len(order) // 16, len(order) // 4, len(order)]
    for begin, end in itertools.pairwise(cuts):
        batch = np.sort(order[begin:end][alive[order[begin:end]]])
        if not len(batch):
            continue
        stay = batch[_thin_at_once(maxima.take(batch), min_separation_km)]
        kept.append(stay)
        left = order[end:][alive[order[end:]]]
        # Only the nearest of those that stay is asked for, where `sphere.pairs_within` would list every pair.
        nearest, _ = cKDTree(points[stay]).query(points[left], distance_upper_bound=reach * (1 + 1e-9))
        alive[left[nearest <= reach]] = False
    return np.sort(np.concatenate(kept))


def _near_pairs(maxima: Maxima, min_separation_km: float) -> tuple[Ints, Ints]:
    """Indices (stronger, weaker) of maxima of the same step within the distance; of equals the earlier is stronger."""
    one, other, _ = sphere.pairs_within(maxima.lat, maxima.lon, maxima.step, min_separation_km)
    first, second = np.minimum(one, other), np.maximum(one, other)
    first_weaker = maxima.vorticity[first] < maxima.vorticity[second]
    return np.where(first_weaker, second, first), np.where(first_weaker, first, second)
