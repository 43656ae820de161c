"""Fields grouped to variables: those of one parameter, kind of level, grid and statistic, laid out by `table`."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from stormtracks.science.arrays import Ints
from stormtracks.science.reanalysis.stored.grib import table
from stormtracks.science.reanalysis.stored.grib.catalogue import Catalogue
from stormtracks.science.reanalysis.stored.grib.grids import GridOf
from stormtracks.science.reanalysis.stored.grib.naming import Names
from stormtracks.science.reanalysis.stored.grib.scan.product import Product
from stormtracks.science.reanalysis.stored.grib.table import Along, Equal, Fields

_ONE_FORECAST = {"an", "af", "fc", "cf", "pf", "4v", "fa", "ff", "of", "oi", "3v", ""}
"""Types of fields that are the field itself, not a statistic of members."""
_ISSUED = {"fc", "cf", "pf"}
"""Types of fields that are of a forecast, whatever their lead."""
_HYBRID = {"standard_name": "atmosphere_hybrid_sigma_pressure_coordinate", "units": "1", "positive": "down"}
LEVELS: dict[str, dict[str, str]] = {
    "isobaric": {"standard_name": "air_pressure", "units": "hPa", "positive": "down"},
    "heightAboveGround": {"standard_name": "height", "units": "m", "positive": "up"},
    "heightAboveSea": {"standard_name": "altitude", "units": "m", "positive": "up"},
    "hybrid": _HYBRID,
    "hybridPressure": _HYBRID,
    "sigma": {"standard_name": "atmosphere_sigma_coordinate", "units": "1", "positive": "down"},
    "theta": {"standard_name": "air_potential_temperature", "units": "K", "positive": "up"},
    "potentialVorticity": {"standard_name": "ertel_potential_vorticity", "units": "K m2 kg-1 s-1"},
    "depthBelowLand": {"standard_name": "depth", "units": "m", "positive": "down"},
}
"""Kinds of level, as eccodes calls them, that have values, and what CF says of them."""


class Found(NamedTuple):
    """A variable.

    Attributes
    ----------
    names : Names
        What eccodes calls it.
    product : Product
        Of its first field.
    grid : GridOf
    axes : list of Along
        Its dimensions but for those of the grid, in order.
    beside : list of Along
        Further coordinates.
    rows : ndarray of int
        The number of each field, in the shape of the axes.
    fault : str
        Why it cannot be used; "" where it can.
    remark : str
        What is said of it.
    first : int
        Number of its first field in the file.
    """

    names: Names
    product: Product
    grid: GridOf
    axes: list[Along]
    beside: list[Along]
    rows: Ints
    fault: str
    remark: str
    first: int


def group(catalogue: Catalogue, equal: Equal) -> tuple[list[Found], list[str]]:
    """The variables of a file, in the order of their first fields, and what is left out and why.

    Parameters
    ----------
    catalogue : Catalogue
    equal : callable
        Asked about fields of the same place.
    """
    fields, products = catalogue.headers.fields, catalogue.products
    same_grid = _same(catalogue.grids)
    found: list[Found] = []
    for rows in _variables(catalogue, products, same_grid):
        first = products[fields["product"][rows[0]]]
        grid = catalogue.grids[fields["grid"][rows[0]]]
        names = catalogue.names[fields["product"][rows[0]]]
        one = _variable(names, first, grid, _columns(fields, products, rows), equal)
        found.append(one if grid.fault or table.share(one.rows) in (0, 1) else _of_one_type(catalogue, one))
    return sorted(found, key=lambda one: one.first), _left_out(fields, products)


def _variables(catalogue: Catalogue, products: list[Product], same_grid: list[int]) -> Iterable[Ints]:
    """The rows of each variable."""
    fields = catalogue.headers.fields
    keys: dict[tuple[object, ...], int] = {}
    of_product = [
        -1 if one.fault else keys.setdefault(_key(one, names), len(keys))
        for one, names in zip(products, catalogue.names, strict=True)
    ]
    spans = _spans(products, of_product)
    kind = np.array(of_product, np.int64)[fields["product"]]
    whole = (kind * (len(spans) + 1) + np.array(spans)[fields["product"]]) * len(same_grid)
    whole += np.array(same_grid, np.int64)[fields["grid"]]
    order = np.argsort(whole, kind="stable")
    order = order[kind[order] >= 0]
    for rows in np.split(order, np.flatnonzero(np.diff(whole[order])) + 1):
        if len(rows):
            yield rows


def _key(product: Product, names: Names) -> tuple[object, ...]:
    """What tells variables from one another, but for the grid and how long a statistic is over."""
    type_ = names.get("dataType", "")
    dates = (names.get(name, "0") for name in ("referenceDate", "modelVersionDate"))
    layer = (product.level, product.second_level) if product.is_layer else ()
    run = (names.get(name, "") for name in ("centre", "subCentre", "class", "stream", "system", "method"))
    of_members = product.rest if product.derived in ("probability", "percentile") else b""
    return (
        names.get("shortName", product.parameter),
        names.get("name", product.parameter),
        level_type(product, names),
        *layer,
        product.statistic or names.get("stepType", ""),
        product.derived,
        product.number >= 0,
        "" if type_ in _ONE_FORECAST else type_,
        *dates,
        *run,
        of_members,
    )


def level_type(product: Product, names: Names) -> str:
    """The kind of level as eccodes calls it; one word for pressures in hPa and Pa."""
    found = names.get("typeOfLevel", f"type {product.level_type}")
    return "isobaric" if found in ("isobaricInhPa", "isobaricInPa") and not product.is_layer else found


def _spans(products: list[Product], of_product: list[int]) -> list[int]:
    """A number for each product: the same where statistics belong together by the time that they are over.

    They do where all are over the same time, or all from the start on.
    """
    by_kind: dict[int, set[tuple[int, bool]]] = {}
    for product, kind in zip(products, of_product, strict=True):
        by_kind.setdefault(kind, set()).add((product.span, product.span == product.lead))
    known: dict[object, int] = {}
    return [
        known.setdefault(product.span if _is_split(by_kind[kind]) else "", len(known))
        for product, kind in zip(products, of_product, strict=True)
    ]


def _is_split(spans: set[tuple[int, bool]]) -> bool:
    return len({span for span, _ in spans}) > 1 and not all(from_start for _, from_start in spans)


def _same(grids: list[GridOf]) -> list[int]:
    """The place of the first grid that is the same: GRIB 1 and 2 write it in other bytes."""
    return [next(place for place, other in enumerate(grids) if other is grid or _alike(grid, other)) for grid in grids]


def _alike(one: GridOf, other: GridOf) -> bool:
    own = one.kind, one.shape, one.lat, one.lon, one.attributes.get("pl")
    return own == (other.kind, other.shape, other.lat, other.lon, other.attributes.get("pl")) and bool(one.lat)


def _columns(fields: np.ndarray, products: list[Product], rows: Ints) -> Fields:
    own = fields[rows]
    places, inverse = np.unique(own["product"], return_inverse=True)
    of = [products[place] for place in places]
    return Fields(
        rows,
        np.array([one.number for one in of], np.int64)[inverse],
        own["start"],
        np.array([one.lead for one in of], np.int64)[inverse],
        np.array([one.level for one in of])[inverse],
    )


def _variable(names: Names, product: Product, grid: GridOf, own: Fields, equal: Equal) -> Found:
    level = _level_kind(product, names, own)
    own, remark, doubled = table.once(own, equal, level)
    issued = names.get("dataType", "") in _ISSUED
    axes, beside, rows = table.laid_out(own, level, issued)
    fault = grid.fault or doubled or table.hole(axes, rows)
    return Found(names, product, grid, axes, beside, rows, fault, remark, int(own.row.min()))


def _level_kind(product: Product, names: Names, own: Fields) -> str:
    """What a level is: "pressure", "level", or "" where there is one only and its kind says all."""
    if product.is_layer:
        return ""
    type_ = level_type(product, names)
    if type_ == "isobaric":
        return "pressure"
    return "level" if type_ in LEVELS or len(np.unique(own.level)) > 1 else ""


def _of_one_type(catalogue: Catalogue, found: Found) -> Found:
    """A variable that is not whole; where analyses and forecasts are in it, that is why."""
    numbers = np.unique(catalogue.headers.fields["product"][found.rows[found.rows >= 0]])
    types = sorted({catalogue.names[number].get("dataType", "") for number in numbers} - {""})
    if "an" not in types or _ISSUED.isdisjoint(types):
        return found
    fault = (
        f"its fields are of the types {' and '.join(types)}, which do not make a series together; keep one: grib_copy "
        "-w dataType=an IN OUT"
    )
    return found._replace(fault=fault)


def _left_out(fields: np.ndarray, products: list[Product]) -> list[str]:
    """Fields whose product is not understood: a sentence for each reason."""
    counts = np.bincount(fields["product"], minlength=len(products))
    by_fault: dict[str, int] = {}
    for product, count in zip(products, counts.tolist(), strict=True):
        if product.fault:
            by_fault[product.fault] = by_fault.get(product.fault, 0) + count
    return [
        f"{count:,} {'field was' if count == 1 else 'fields were'} left out: {fault.removeprefix('its ')}"
        for fault, count in by_fault.items()
    ]
