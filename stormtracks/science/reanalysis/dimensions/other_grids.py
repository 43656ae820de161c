"""Grids of neither latitudes by longitudes nor cells with places: refused by kind, with the command that helps."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import axes as axes_
from stormtracks.science.reanalysis.dimensions.axes import Axis, one
from stormtracks.science.reanalysis.dimensions.cells import signs
from stormtracks.science.reanalysis.stored import formats
from stormtracks.science.reanalysis.stored.attributes import attribute, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_TILES = re.compile(r"nf|face|tile|ntiles?")
_GRIB = {
    "reduced_gg": "reduced", "reduced_ll": "reduced", "gaussian_reduced": "reduced", "sh": "spectral",
    "rotated_sh": "spectral", "stretched_sh": "spectral", "stretched_rotated_sh": "spectral", "spectral": "spectral",
    "rotated_ll": "rotated", "rotated_gg": "rotated", "stretched_rotated_ll": "rotated",
    "stretched_rotated_gg": "rotated", "reduced_rotated_gg": "rotated", "stretched_ll": "curvilinear",
    "stretched_gg": "curvilinear", "irregular_latlon": "curvilinear", "curvilinear": "curvilinear",
    "unstructured_grid": "unstructured", "triangular_grid": "unstructured", "unstructured": "unstructured",
    "lambert": "projected", "lambert_lam": "projected", "lambert_azimuthal_equal_area": "projected",
    "mercator": "projected", "mercator_lam": "projected", "transverse_mercator": "projected", "albers": "projected",
    "polar_stereographic": "projected", "polar_stereographic_lam": "projected", "space_view": "projected",
    "equatorial_azimuthal_equidistant": "projected",
}  # fmt: skip
_WHAT = {
    "WRF": "is WRF output, on the model's own levels and staggered grid; interpolate u and v to pressure levels "
    "(wrf-python: interplevel), then cdo remapbil,r360x181 {file} {out}",
    "spectral": "holds spectral coefficients, not a grid; transform them: "
    "cdo sp2gpl {file} {out} (or ask for grid=1/1)",
    "reduced": "is on a reduced Gaussian grid, and nothing says where its points lie; fill its rows: "
    "cdo setgridtype,regular {file} {out}",
    "cubed sphere": "is on a cubed sphere; remap it to latitudes and longitudes with the model's own tool (fregrid)",
    "unstructured": "is on an unstructured grid, and the file does not have the latitudes and longitudes of its cells; "
    "add them from the file of the grid: cdo setgrid,GRID.nc {file} {out}",
    "rotated": "is on a rotated grid; turn its winds and remap it: cdo remapbil,r360x181 -rotuvb,u,v {file} {out}",
    "projected": "is on the grid of a map projection ({detail}); turn its winds to east and north if they follow the "
    "grid, and remap it: cdo remapbil,r360x181 {file} {out}",
    "curvilinear": "is on a curvilinear grid, its latitudes and longitudes have two dimensions; remap it: "
    "cdo remapbil,r360x181 {file} {out}",
}


class _Seen(NamedTuple):
    """What decides about the kind of a grid."""

    group: Group
    variable: Variable
    mapping: str
    grib: str


def refuse(group: Group, variable: Variable, axes: list[Axis], where: str) -> None:
    """Refuse a variable that is on a grid of a known other kind.

    Raises
    ------
    InputError
        Which kind, and the command that helps.
    """
    found = kind(group, variable, axes)
    if found:
        seen = _seen(group, variable)
        detail = seen.mapping or next(iter(signs.grid_types(variable)), "x and y")
        raise InputError(f"{where}: {_WHAT[found].format(**_files(group.place), detail=detail)}")


def command(what: str, place: Path) -> str:
    """A command of cdo with the names of what it reads and writes."""
    files = _files(place)
    return f"{what} {files['file']} {files['out']}"


def kind(group: Group, variable: Variable, axes: list[Axis]) -> str:
    """Kind of a grid, a key of the table of remedies; "" for latitudes by longitudes and for what is not known."""
    lat, lon = one(axes, "lat"), one(axes, "lon")
    if one(axes, "cell"):
        return ""
    if lat and lon and lat.coordinate is not None and lon.coordinate is not None:
        return ""
    seen = _seen(group, variable)
    return next((name for name, fits in _KINDS.items() if fits(seen)), "")


def _seen(group: Group, variable: Variable) -> _Seen:
    grib = next((_GRIB[value] for value in signs.grid_types(variable) if value in _GRIB), "")
    return _Seen(group, variable, _mapping(group, variable), grib)


def _files(place: Path) -> dict[str, str]:
    """What a command reads and writes: cdo keeps GRIB as GRIB, and does not read Zarr."""
    kind = formats.kind(place)
    if kind == "Zarr":
        return {"file": "in.nc", "out": f"out.nc (in.nc: xarray.open_zarr({place.name!r}).to_netcdf('in.nc'))"}
    return {"file": place.name, "out": "out.grib" if kind == "GRIB" else "out.nc"}


def _is_wrf(seen: _Seen) -> bool:
    return (
        "wrf" in text(seen.group, "TITLE")
        or {"south_north", "west_east"} & {name.removesuffix("_stag") for name in seen.variable.dimensions} != set()
    )


def _is_spectral(seen: _Seen) -> bool:
    names = " ".join(seen.variable.dimensions).lower()
    return seen.grib == "spectral" or re.search(r"\b(nsp\d*|nc2|\w*spectral\w*)\b", names) is not None


def _is_reduced(seen: _Seen) -> bool:
    names = {name.lower() for name in seen.variable.dimensions}
    return seen.grib == "reduced" or bool(names & {"rgrid", "reduced_points"})


def _is_cubed(seen: _Seen) -> bool:
    return any(_TILES.fullmatch(name.lower()) and seen.group.dimensions[name] == 6 for name in seen.variable.dimensions)


def _is_unstructured(seen: _Seen) -> bool:
    is_other = seen.grib not in ("", "unstructured")  # rows of a rotated grid, one after another, are not cells
    return not is_other and (bool(seen.grib) or attribute(seen.variable, "mesh") != "" or _is_of_cells(seen))


def _is_rotated(seen: _Seen) -> bool:
    names = {name.lower() for name in seen.variable.dimensions}
    return (
        seen.grib == "rotated"
        or seen.mapping == "rotated_latitude_longitude"
        or bool(names & {"rlat", "rlon"})
        or "grid_latitude" in _standard_names(seen)
    )


def _is_projected(seen: _Seen) -> bool:
    return bool(seen.mapping) or seen.grib == "projected" or "projection_x_coordinate" in _standard_names(seen)


def _is_curvilinear(seen: _Seen) -> bool:
    inside = set(seen.variable.dimensions)
    flat = [
        other
        for other in seen.group.variables.values()
        if len(other.dimensions) == 2 and set(other.dimensions) <= inside
    ]
    return seen.grib == "curvilinear" or {"lat", "lon"} <= {axes_.role(other) for other in flat}


_KINDS: dict[str, Callable[[_Seen], bool]] = {
    "WRF": _is_wrf,
    "spectral": _is_spectral,
    "reduced": _is_reduced,
    "cubed sphere": _is_cubed,
    "unstructured": _is_unstructured,
    "rotated": _is_rotated,
    "projected": _is_projected,
    "curvilinear": _is_curvilinear,
}
"""In this order: a rotated or projected grid has latitudes of two dimensions as well."""


def _mapping(group: Group, variable: Variable) -> str:
    """The name of the grid mapping of a variable, "" where it has none or one of latitudes and longitudes."""
    named = str(attribute(variable, "grid_mapping")).split(":")[0].strip()
    found = text(group.variables[named], "grid_mapping_name") if named in group.variables else ""
    return "" if found == "latitude_longitude" else found


def _standard_names(seen: _Seen) -> set[str]:
    return {
        text(seen.group.variables[name], "standard_name")
        for name in seen.variable.dimensions
        if name in seen.group.variables
    }


def _is_of_cells(seen: _Seen) -> bool:
    """Whether both latitude and longitude lie along a dimension, or its name says that it is one of cells."""
    for name in seen.variable.dimensions:
        along = [other for other in seen.group.variables.values() if other.dimensions == (name,)]
        if {"lat", "lon"} <= {axes_.role(other) for other in along} or signs.is_name(name):
            return True
    return False
