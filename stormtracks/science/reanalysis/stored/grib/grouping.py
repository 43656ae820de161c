"""Fields grouped to variables: those of one parameter, kind of level, grid and statistic, along their axes.

The axes are the sets of values that the fields have: members, starts, leads, levels. All combinations must be there,
each once.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from stormtracks.science.arrays import Ints
from stormtracks.science.reanalysis.stored.grib.catalogue import Catalogue
from stormtracks.science.reanalysis.stored.grib.grids import GridOf
from stormtracks.science.reanalysis.stored.grib.naming import Names
from stormtracks.science.reanalysis.stored.grib.product import HOUR, Product

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
_LARGEST_TABLE = 1 << 26
"""Combinations of members, times and levels: more than there can be in a file that is meant to be whole."""
_NAMED = 2
"""Fields that are named where some are lacking."""

Equal = Callable[[int, int], bool]
"""Whether two fields (numbers of rows) are the same message."""


class Along(NamedTuple):
    """A coordinate: along a dimension of its own, or beside it along that of another.

    Attributes
    ----------
    kind : str
        "number", "time", "start", "lead", "pressure" or "level".
    values : ndarray, shape (n,)
        Numbers, seconds since 1970 or of a lead, Pa or the unit of the levels.
    along : str
        The kind of its dimension.
    """

    kind: str
    values: np.ndarray
    along: str


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


class _Fields(NamedTuple):
    """The fields of one variable, an entry each."""

    row: Ints
    number: Ints
    start: Ints
    lead: Ints
    level: np.ndarray


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
        found.append(_variable(names, first, grid, _columns(fields, products, rows), equal))
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


def _columns(fields: np.ndarray, products: list[Product], rows: Ints) -> _Fields:
    own = fields[rows]
    places, inverse = np.unique(own["product"], return_inverse=True)
    of = [products[place] for place in places]
    return _Fields(
        rows,
        np.array([one.number for one in of], np.int64)[inverse],
        own["start"],
        np.array([one.lead for one in of], np.int64)[inverse],
        np.array([one.level for one in of])[inverse],
    )


def _variable(names: Names, product: Product, grid: GridOf, own: _Fields, equal: Equal) -> Found:
    level = _level_kind(product, names, own)
    own, remark, doubled = _once(own, equal, level)
    issued = names.get("dataType", "") in _ISSUED
    axes, beside, rows = _laid_out(own, level, issued)
    fault = grid.fault or doubled or _hole(axes, rows)
    return Found(names, product, grid, axes, beside, rows, fault, remark, int(own.row.min()))


def _level_kind(product: Product, names: Names, own: _Fields) -> str:
    """What a level is: "pressure", "level", or "" where there is one only and its kind says all."""
    if product.is_layer:
        return ""
    type_ = level_type(product, names)
    if type_ == "isobaric":
        return "pressure"
    return "level" if type_ in LEVELS or len(np.unique(own.level)) > 1 else ""


def _once(own: _Fields, equal: Equal, level: str) -> tuple[_Fields, str, str]:
    """The fields without those that are there again, what is said of these, and why they cannot be used."""
    levels = np.where(np.isnan(own.level), -1.0, own.level)
    order = np.lexsort((own.row, levels, own.lead, own.start, own.number))
    same = np.ones(max(len(order) - 1, 0), bool)
    for values in (own.number, own.start, own.lead, levels):
        same &= values[order][1:] == values[order][:-1]
    again = np.flatnonzero(same)
    if not len(again):
        return own, "", ""
    for place in again:
        if not equal(int(own.row[order[place]]), int(own.row[order[place + 1]])):
            where = _at(own, int(order[place]), level)
            return own, "", f"two different fields are of {where}; keep one of them: grib_copy -w KEY=VALUE IN OUT"
    kept = np.sort(order[np.concatenate([[True], ~same])])
    fields = "1 field is" if len(again) == 1 else f"{len(again):,} fields are"
    said = f"{fields} in the file more than once, equal byte for byte, and read once"
    return _Fields(*(values[kept] for values in own)), said, ""


def _laid_out(own: _Fields, level: str, issued: bool) -> tuple[list[Along], list[Along], Ints]:
    """Axes, coordinates beside them, and the table of rows (-1 where there is no field): the first way that is whole,
    else the fullest one."""
    best: tuple[list[Along], list[Along], Ints] | None = None
    for axes, beside, columns in _ways(own, level, issued):
        rows = _table(own, axes, columns)
        if (rows >= 0).all():
            return axes, beside, rows
        if best is None or (rows >= 0).mean() > (best[2] >= 0).mean():
            best = axes, beside, rows
    assert best is not None  # start by lead is always a way
    return best


def _ways(own: _Fields, level: str, issued: bool) -> Iterable[tuple[list[Along], list[Along], list[np.ndarray]]]:
    """Ways to lay fields out: by time, by start and lead, by members that each have a start of their own.

    Last by valid time, for what is a series although starts and leads are not a table: analyses of 00 and 12 with
    forecasts for the times between (ERA-Interim), lagged members with the same valid times.
    """
    numbers, starts, leads = np.unique(own.number), np.unique(own.start), np.unique(own.lead)
    members = [Along("number", numbers, "number")] if numbers[-1] >= 0 else []
    levels = _levels(own, level)
    tail = [own.level] if levels else []
    head = [own.number] if members else []
    pairs = np.unique(np.stack([own.start, own.lead]), axis=1)
    if len(pairs[0]) == len(starts):
        times = pairs.sum(axis=0)
        # two pairs may have one time: the starts tell them apart, and the times are refused where they are asked for
        # the first field of a forecast, in a file of its own, may be called an analysis
        is_forecast = leads.any() or issued or len(starts) == 1
        beside = [Along("start", pairs[0], "time"), Along("lead", pairs[1], "time")] if is_forecast else []
        if len(np.unique(times)) == len(times):
            yield [*members, Along("time", times, "time"), *levels], beside, [*head, own.start + own.lead, *tail]
    axes = [Along("start", starts, "start"), Along("lead", leads, "lead")]
    yield [*members, *axes, *levels], [], [*head, own.start, own.lead, *tail]
    if len(starts) > 1 and len(np.unique(np.stack([own.number, own.start]), axis=1)[0]) == len(numbers) > 1:
        own_starts = np.array([own.start[np.argmax(own.number == number)] for number in numbers])
        beside = [Along("start", own_starts, "number")]
        yield [*members, Along("lead", leads, "lead"), *levels], beside, [*head, own.lead, *tail]
    valid = own.start + own.lead
    if len(starts) > 1 and len(leads) > 1 and len(np.unique(np.stack([*head, valid, *tail]), axis=1)[0]) == len(valid):
        yield [*members, Along("time", np.unique(valid), "time"), *levels], [], [*head, valid, *tail]


def _levels(own: _Fields, level: str) -> list[Along]:
    return [] if not level or np.isnan(own.level).all() else [Along(level, np.unique(own.level), level)]


def _table(own: _Fields, axes: list[Along], columns: Sequence[np.ndarray]) -> Ints:
    shape = [len(axis.values) for axis in axes]
    if math.prod(shape) > _LARGEST_TABLE:
        return np.broadcast_to(np.int64(-1), shape)
    places = [np.searchsorted(axis.values, column) for axis, column in zip(axes, columns, strict=True)]
    rows = np.full(shape, -1, np.int64)
    rows[tuple(places)] = own.row
    return rows


def _hole(axes: list[Along], rows: Ints) -> str:
    """Which fields are lacking; "" where none is."""
    if rows.size > _LARGEST_TABLE:
        return f"its fields are a few of {rows.size:,} combinations; make files of a few members, starts or leads each"
    lacking = np.argwhere(rows < 0)
    if not len(lacking):
        return ""
    named = " and ".join(_place(axes, place) for place in lacking[:_NAMED].tolist())
    more = len(lacking) - _NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    return (
        f"there is no field of {named}{rest}; of {rows.size:,} combinations {rows.size - len(lacking):,} are there: "
        "fetch what is lacking, or leave out what is not whole (grib_copy -w KEY=VALUE IN OUT)"
    )


def _place(axes: list[Along], place: list[int]) -> str:
    return ", ".join(_said(axis.kind, axis.values[at]) for axis, at in zip(axes, place, strict=True))


def _at(own: _Fields, place: int, level: str) -> str:
    said = [_said("number", own.number[place])] if own.number[place] >= 0 else []
    said.append(_said("start", own.start[place]))
    if own.lead[place]:
        said.append(_said("lead", own.lead[place]))
    if level and not math.isnan(own.level[place]):
        said.append(_said(level, own.level[place]))
    return ", ".join(said)


def _said(kind: str, value: Any) -> str:
    if kind in ("time", "start"):
        time = str(np.datetime64(int(value), "s")).replace("T", " ")[:16]
        return time if kind == "time" else f"start {time}"
    if kind == "lead":
        return f"lead {value / HOUR:g} h"
    if kind == "number":
        return f"member {value}"
    return f"{value / 100:g} hPa" if kind == "pressure" else f"level {value:g}"


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
