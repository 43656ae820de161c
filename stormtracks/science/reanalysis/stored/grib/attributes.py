"""What is said of GRIB variables and their run, as attributes: in the words of CF, and as cfgrib writes them."""

from typing import Any

from stormtracks.science.reanalysis.stored.grib.grouping import LEVELS, Found
from stormtracks.science.reanalysis.stored.grib.scan.product import ISOBARIC

_COPIED = (
    "shortName", "typeOfLevel", "stepType", "dataType", "edition", "totalNumber", "referenceDate",
    "modelVersionDate",
)  # fmt: skip
_OF_RUN = ("centre", "subCentre", "class", "stream", "system", "method")
_MEANS = {"moda", "mnth", "edmo"}
"""Streams of monthly means (ECMWF)."""


def of_run(found: list[Found]) -> dict[str, Any]:
    """What all fields say of their model and run."""
    attributes: dict[str, Any] = {"Conventions": "CF-1.7"}
    for key in _OF_RUN:
        said = {one.names.get(key, "") for one in found}
        if len(said) == 1 and "" not in said:
            attributes[f"GRIB_{key}"] = said.pop()
    return attributes


def of_variable(one: Found, type_: str, beside: list[str]) -> dict[str, Any]:
    """What one variable says of itself; what is not known is left out.

    Parameters
    ----------
    one : Found
    type_ : str
        Kind of its levels, as eccodes calls it (``typeOfLevel``).
    beside : list of str
        Names of the scalar coordinates that belong to it.
    """
    names = one.names
    found = {
        "standard_name": names.get("cfName", ""),
        "long_name": names.get("name", f"parameter {one.product.parameter}"),
        "units": names.get("units", ""),
        "cell_methods": _methods(one),
        "coordinates": " ".join(beside),
        "level": _level_words(one, type_),
        "GRIB_level": _height(one, type_),
        "GRIB_gridType": one.grid.kind,
        **{f"GRIB_{key}": names.get(key, "") for key in _COPIED},
        "GRIB_run": ", ".join(f"{key} {names[key]}" for key in _OF_RUN if names.get(key)),
        **one.grid.attributes,
        "GRIB_fault": one.fault,
        "GRIB_remark": one.remark,
    }
    return {name: value for name, value in found.items() if value != ""}


def _methods(one: Found) -> str:
    statistic = one.product.statistic or ("mean" if one.names.get("stream") in _MEANS else "")
    over_members = one.product.derived
    said = [f"time: {statistic.replace(' ', '_')}"] if statistic else []
    return " ".join([*said, *([f"realization: {over_members.replace(' ', '_')}"] if over_members else [])])


def _height(one: Found, type_: str) -> float | str:
    """The only height, for the refusal of what is near the surface; "" where it is not at one."""
    heights = [axis.values for axis in one.axes if axis.kind == "level" and type_.startswith("height")]
    return float(heights[0][0]) if heights and len(heights[0]) == 1 else ""


def _level_words(one: Found, type_: str) -> str:
    """The level in words, where it is none of those that have a coordinate."""
    product = one.product
    if product.is_layer and product.level_type == ISOBARIC:
        return f"{product.level / 100:g}-{product.second_level / 100:g} hPa"
    if product.is_layer:
        return f"{type_} {product.level:g} to {product.second_level:g}"
    return "" if type_ in LEVELS or type_ == "surface" else type_
