"""Where the cells of a variable lie, from its file: latitudes and longitudes, points of rows, or HEALPix numbers."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions.cells import healpix, orders, signs
from stormtracks.science.reanalysis.stored import packing
from stormtracks.science.reanalysis.stored.attributes import attribute, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

RADIANS = {"radian", "radians", "rad", "radian_north", "radians_north", "radian_east", "radians_east"}
Coordinates = tuple[Variable, Variable] | None
"""Latitudes and longitudes along the dimension of cells, where a file has them."""


@dataclass(frozen=True)
class Places:
    """Where cells lie.

    Attributes
    ----------
    kind : str
        Of their grid, for messages; "" where only their places say it.
    cells : int
    key : str
        The same for the same places.
    find : callable
        Latitudes and longitudes in degrees, each an array of float64, shape (cells,); asked for only where weights have
        to be made.
    remark : str
        What was assumed; "" where nothing was.
    """

    kind: str
    cells: int
    key: str
    find: Callable[[], tuple[Floats, Floats]]
    remark: str = ""


def of_variable(group: Group, variable: Variable, dimension: str, coordinates: Coordinates, where: str) -> Places:
    """Where the cells of a variable lie.

    Parameters
    ----------
    group : Group
    variable : Variable
    dimension : str
        That of cells.
    coordinates : tuple of Variable, or None
        Latitudes and longitudes along it, where there are any.
    where : str
        For messages.

    Raises
    ------
    InputError
        They are edges; nothing, or nothing that is understood, says where they lie.
    """
    if signs.is_of_edges(variable, dimension):
        raise InputError(
            f"{where}: lies on the edges of cells ({dimension!r}), as the wind across each edge, which is neither u "
            "nor v; name winds at the cells in 'variables' of a dataset description (MPAS: uReconstructZonal and "
            "uReconstructMeridional)"
        )
    if coordinates is not None:
        return _of_coordinates(variable, coordinates, where)
    points = signs.reduced_points(group, variable, dimension)
    if points is not None:
        return _of_rows(group, variable, dimension, points, where)
    return _of_healpix(orders.of_variable(group, variable, dimension, where), group.dimensions[dimension])


def _of_coordinates(variable: Variable, coordinates: tuple[Variable, Variable], where: str) -> Places:
    lat, lon = _values(coordinates[0], where), _values(coordinates[1], where)
    said = {text(one, "units") for one in coordinates}
    is_silent = not said - {"", "1"} and 1.5 < abs(lat).max() < 1.571 and np.ptp(lon) > 6
    if said & RADIANS or is_silent:
        lat, lon = np.degrees(lat), np.degrees(lon)
    if abs(lat).max() > 90.001 or abs(lon).max() > 1000:
        raise InputError(
            f"{where}: latitudes must lie between -90 and 90 degrees, and those of its cells are {lat.min():g} to "
            f"{lat.max():g}; correct the coordinate"
        )
    lat = np.clip(lat, -90, 90)
    remark = "latitudes and longitudes without units, up to pi, taken as radians" if is_silent else ""
    kind = {
        "reduced_gg": "a reduced Gaussian grid",
        "gaussian_reduced": "a reduced Gaussian grid",
        "healpix": "a HEALPix grid",
    }
    stated = next((kind[one] for one in signs.grid_types(variable) if one in kind), "")
    return Places(stated, len(lat), _hash(lat, lon), lambda: (lat, lon), remark)


def _of_rows(group: Group, variable: Variable, dimension: str, points: Variable, where: str) -> Places:
    """The cells of a reduced Gaussian grid as CDO stores it: latitudes of the rows, and how many points each has."""
    counts = packing.stored(points).astype(np.int64)
    named = str(attribute(variable, "CDI_grid_latitudes")) or "lat"
    rows = group.variables.get(named)
    cells = group.dimensions[dimension]
    if rows is None or rows.shape != counts.shape or counts.min() < 1 or counts.sum() != cells:
        raise InputError(
            f"{where}: {points.name!r} must have the points of each row of its reduced Gaussian grid, {cells} "
            f"together, and {named!r} their latitudes; correct them, or fill the rows: cdo setgridtype,regular "
            f"{group.place.name} out.nc"
        )
    lat = np.repeat(_values(rows, where), counts)
    along = np.arange(cells, dtype=float) - np.repeat(np.cumsum(counts) - counts, counts)
    lon: Floats = along * np.repeat(360 / counts, counts)
    return Places("a reduced Gaussian grid", cells, _hash(lat, lon), lambda: (lat, lon))


def _of_healpix(order: orders.Order, cells: int) -> Places:
    def find() -> tuple[Floats, Floats]:
        lat, lon = healpix.places(order.side, order.name)
        return (lat, lon) if order.numbers is None else (lat[order.numbers], lon[order.numbers])

    key = f"healpix {order.side} {order.name}"
    if order.numbers is not None:
        key += hashlib.sha256(order.numbers.tobytes()).hexdigest()
    return Places(f"a HEALPix grid ({order.name} order)", cells, key, find)


def _values(coordinate: Variable, where: str) -> Floats:
    """The numbers of a coordinate of many cells; single precision is not made decimals of, which would take seconds."""
    packed = packing.Packing(coordinate)
    values: Floats = packing.stored(coordinate).astype(np.float64) * packed.scale + packed.offset
    if not np.isfinite(values).all() or abs(values).max() > packing.MISSING_ABOVE:
        raise InputError(f"{where}: {coordinate.name!r} has no value for some cells; give each cell its place")
    return values


def _hash(*arrays: Floats) -> str:
    found = hashlib.sha256()
    for one in arrays:
        found.update(np.ascontiguousarray(one).data)
    return found.hexdigest()
