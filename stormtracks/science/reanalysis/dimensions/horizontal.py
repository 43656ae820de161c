"""The grid that a variable is read on, and the way there: from stored rows and columns, or from cells by weights."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import axes as axes_
from stormtracks.science.reanalysis.dimensions import columns, other_grids
from stormtracks.science.reanalysis.dimensions.axes import Axis, one
from stormtracks.science.reanalysis.dimensions.cells import cost, kept, places
from stormtracks.science.reanalysis.dimensions.cells import weights as weights_
from stormtracks.science.reanalysis.stored.protocol import Group, Variable
from stormtracks.science.records import Grid


class Way(Protocol):
    """From values as they are stored to those on a grid: `Columns` or `Weights`."""

    def normalised(self, values: Floats) -> Floats:
        """Values (..., lat, lon), of stored rows and columns (..., lat, lon) or of cells (..., cell)."""


@dataclass(frozen=True)
class Horizontal:
    """The grid that a variable is read on.

    Attributes
    ----------
    grid : Grid
    way : Way
    put_on_grid : dict, or None
        Of values that do not lie on the grid in the file: what they are put there by, in plain values.
    remarks : tuple of str
    """

    grid: Grid
    way: Way
    put_on_grid: dict[str, Any] | None
    remarks: tuple[str, ...]


def of_variable(group: Group, variable: Variable, axes: list[Axis], path: Path, step: float | None) -> Horizontal:
    """The grid of a variable; `step` is the degrees of the grid that cells are put on, where the user gives them.

    Raises
    ------
    InputError
        It is on another kind of grid, or nothing says where its values lie.
    """
    cells = one(axes, "cell")
    if cells is not None:
        return _of_cells(group, variable, cells, f"{path}: {variable.name}", step)
    grid, way = columns.grid(group, variable, axes, path)
    return Horizontal(grid, way, None, (columns.short_of_round(grid), "" if step is None else _needless(step)))


def _needless(step: float) -> str:
    return f"the grid of {step:g} degrees in the description is for cells, not for rows and columns; read as stored"


def _of_cells(group: Group, variable: Variable, cells: Axis, where: str, step: float | None) -> Horizontal:
    coordinates = axes_.places_of_cells(group, variable, cells.dimension)
    found = places.of_variable(group, variable, cells.dimension, coordinates, where)
    try:
        way = kept.weights(found, step or weights_.finest_step(found.cells))
    except InputError as error:
        raise InputError(
            f"{where}: is on {found.kind or 'an unstructured grid'}, which {error}; only cells round the whole Earth "
            f"are put on a grid; remap it: {other_grids.command('cdo remapdis,r360x181', group.place)}"
        ) from error
    put = {
        "cells": found.cells,
        "places": found.key[:32],
        "grid_degrees": way.step,
        "weights": f"{way.method} {weights_.FORMAT}",
    }
    return Horizontal(way.grid, way, put, (found.remark, cost.remark(found.kind, way)))
