"""In which order the cells of a HEALPix grid are stored, from what a file says; an order is never guessed."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np

from stormtracks.science.arrays import Ints
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions.cells import healpix, signs
from stormtracks.science.reanalysis.stored import packing
from stormtracks.science.reanalysis.stored.attributes import attribute, names, number
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_SAY_ORDER = {
    "order", "ordering", "healpix_order", "healpix_ordering", "healpix_scheme", "indexing_scheme", "healpix_nest",
    "nest",
    "orderingconvention", "grib_orderingconvention", "ordering_convention", "pixel_ordering", "pixel_order", "scheme",
}  # fmt: skip
OF_VARIABLE = (
    "healpix_order", "healpix_ordering", "healpix_scheme", "healpix_nest", "indexing_scheme", "orderingconvention",
    "orderingConvention", "GRIB_orderingConvention", "grib_orderingconvention", "ordering_convention",
)  # fmt: skip
"""What says it of a variable itself, where "order" may be that of anything."""
_ORDERS = {
    "ring": "ring", "nest": "nested", "nested": "nested", "nestedordering": "nested", "ringordering": "ring",
    "true": "nested", "false": "ring",
}  # fmt: skip
_SAY_SIDE = {"nside", "healpix_nside", "n_side", "grib_nside"}
_SAY_LEVEL = {"healpix_level", "refinement_level", "healpix_refinement_level", "level", "zoom", "healpix_zoom", "depth"}


class Order(NamedTuple):
    """How the cells of a HEALPix grid are stored: cells along the side of a base cell, order, and numbers of them."""

    side: int
    name: str
    numbers: Ints | None


def of_variable(group: Group, variable: Variable, dimension: str, where: str) -> Order:
    """How the cells of a variable are stored.

    Raises
    ------
    InputError
        Nothing says in which order; not all cells of the Earth are there.
    """
    cells = group.dimensions[dimension]
    side, stated = healpix.nside(cells), _stated_side(group, variable, dimension)
    numbers, are_whole = _numbers(group, dimension)
    if not side or stated not in (0, side) or not are_whole:
        raise InputError(
            f"{where}: the dimension {dimension!r} of its HEALPix grid has {cells} cells"
            + (f" of the {12 * stated * stated} of nside {stated}" if stated else "")
            + ", not all that go round the Earth, each once; give the whole field"
        )
    order = _order(group, variable, dimension, where)
    if order == "nested" and side & (side - 1):
        raise InputError(f"{where}: nside {side} is not a power of 2, so nested order cannot be right; correct it")
    return Order(side, order, numbers)


def _order(group: Group, variable: Variable, dimension: str, where: str) -> str:
    said = {value for _, value in _stated(group, variable, dimension, _SAY_ORDER, OF_VARIABLE)}
    found = {_ORDERS.get(value, value) for value in said}
    if len(found) == 1 and found <= set(healpix.ORDERS):
        return found.pop()
    state = f"state it: ncatted -a healpix_order,{variable.name},o,c,nested {group.place.name} (or ring)"
    if not found:
        raise InputError(
            f"{where}: is on a HEALPix grid, and nothing says whether its cells are in ring or nested order; {state}"
        )
    what = " and ".join(repr(value) for value in sorted(said))
    raise InputError(f"{where}: the order of its HEALPix cells is said to be {what}; ring and nested are read; {state}")


def _stated_side(group: Group, variable: Variable, dimension: str) -> int:
    """Cells along the side of a base cell, as a file says; 0 where it does not."""
    for source in _sources(group, variable, dimension):
        for name in names(source):
            value = number(source, name)
            if value is None or not value.is_integer():  # a fill value may be NaN
                continue
            if name.lower() in _SAY_SIDE:
                return int(value)
            if name.lower() in _SAY_LEVEL and source not in (variable, group):
                return 2 ** int(min(max(value, 0), 30))
    return 0


def _numbers(group: Group, dimension: str) -> tuple[Ints | None, bool]:
    """The numbers of the cells from 0, None where they count up; and whether each of a grid is there once."""
    named = [group.variables[name] for name in (dimension, "cell_ids") if name in group.variables]
    coordinate = next((one for one in named if one.dimensions == (dimension,) and one.kind == "number"), None)
    if coordinate is None:
        return None, True
    stored = packing.stored(coordinate)
    numbers = stored.astype(np.int64)
    numbers -= min(max(numbers.min(), 0), 1)  # some count from 1
    counted = np.arange(len(numbers))
    if np.array_equal(numbers, counted):
        return None, True
    return numbers, bool((stored == np.floor(stored)).all() and np.array_equal(np.sort(numbers), counted))


def _stated(
    group: Group, variable: Variable, dimension: str, say: Collection[str], of_variable: Collection[str]
) -> Iterator[tuple[str, str]]:
    for source in _sources(group, variable, dimension):
        allowed = of_variable if source in (variable, group) else say
        for name in names(source):
            value = str(attribute(source, name)).strip("\0 ").lower()
            if name.lower() in allowed and value:
                yield name, value


def _sources(group: Group, variable: Variable, dimension: str) -> Iterator[Variable | Group]:
    """What may say how cells are stored: the description of the grid, the variable, the cells' numbers, the file."""
    described = signs.mapping(group, variable)
    ids = [group.variables[name] for name in (dimension, "cell_ids") if name in group.variables]
    yield from (one for one in (described, variable, *ids, group) if one is not None)
