"""What says that a dimension is one of cells: its name, what is said of HEALPix, how many points a row has."""

import re

from stormtracks.science.reanalysis.dimensions.cells import healpix as healpix_
from stormtracks.science.reanalysis.stored.attributes import attribute, names, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

_CELLS = re.compile(
    r"n?_?(cell|col|point|pnt|node|nod|elem|ele|face|vert\w*|mesh\w*|value|pix\w*)s?(_?\d+)?|.*ncells?.*|.*cells?|.*mesh.*|lndgrid|values"
)
_EDGES = re.compile(r"n?_?edges?\d*|.*_edges?")
_REDUCED = {"rgrid", "reduced_points"}
GRID_TYPES = ("GRIB_gridType", "gridType", "CDI_grid_type")


def is_name(dimension: str) -> bool:
    """Whether a dimension is called as those of cells are."""
    return _CELLS.fullmatch(dimension.lower()) is not None


def is_of_edges(variable: Variable, dimension: str) -> bool:
    """Whether a variable lies on the edges of cells, where models keep the wind across each edge."""
    return _EDGES.fullmatch(dimension.lower()) is not None or text(variable, "location") == "edge"


def grid_types(variable: Variable) -> list[str]:
    """What a variable says of the type of its grid, as GRIB and CDO name it."""
    return [found for name in GRID_TYPES if (found := text(variable, name))]


def mapping(group: Group, variable: Variable) -> Variable | None:
    """The variable that describes the grid of another one."""
    return group.variables.get(str(attribute(variable, "grid_mapping")).split(":")[0].strip())


def is_healpix(group: Group, variable: Variable, dimension: str) -> bool:
    """Whether a dimension is one of HEALPix cells; so is one called as cells are whose length no other grid has."""
    types = grid_types(variable)
    if "healpix" in dimension.lower() or "healpix" in types:
        return True
    if not is_name(dimension) or (types and "unstructured" not in types):
        return False
    if any("healpix" in name.lower() for one in (variable, group) for name in names(one)):
        return True
    described = mapping(group, variable)
    if described is not None and any("healpix" in text(described, name) for name in names(described)):
        return True
    ids = group.variables.get(dimension)
    if ids is not None and "healpix" in (text(ids, "grid_name"), text(ids, "standard_name").split("_")[0]):
        return True
    return _is_twelve_times_four(group.dimensions[dimension])


def reduced_points(group: Group, variable: Variable, dimension: str) -> Variable | None:
    """The variable with the points of each row of a reduced Gaussian grid (CDO); None where there is none."""
    if dimension.lower() not in _REDUCED and "gaussian_reduced" not in grid_types(variable):
        return None
    named = (str(attribute(variable, "CDI_grid_reduced_points")), "reduced_points")
    return next((group.variables[name] for name in named if name in group.variables), None)


def _is_twelve_times_four(size: int) -> bool:
    """Whether a number of cells is 12 times a power of 4, from 16 on."""
    side = healpix_.nside(size)
    return side >= 4 and side & (side - 1) == 0
