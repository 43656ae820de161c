"""What is known of a variable before any of its values is read: axes, levels, grid, times, members; or a refusal."""

from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from stormtracks.science.arrays import Times
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import axes as axes_
from stormtracks.science.reanalysis import columns, levels, packing, valid_times, variables
from stormtracks.science.reanalysis.attributes import attribute
from stormtracks.science.reanalysis.axes import Axis, one
from stormtracks.science.reanalysis.columns import Columns
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.levels import Levels
from stormtracks.science.records import Grid

_KNOWN = ("time", "start", "lead", "member", "level", "lat", "lon", "expver")


@dataclass(frozen=True)
class Structure:
    """What the dimensions and coordinates of a variable say.

    Attributes
    ----------
    axes : list of Axis
        In stored order; one at most of each role is longer than 1.
    levels : Levels
    grid : Grid
    columns : Columns
        The way from stored rows and columns to those of the grid.
    times : ndarray of datetime64[s], shape (nt,)
    calendar : str
    members : tuple of str
        Labels of the member axis; one label where there is none.
    remarks : tuple of str
        What was assumed, a sentence each without the file's name.
    """

    axes: list[Axis]
    levels: Levels
    grid: Grid
    columns: Columns
    times: Times
    calendar: str
    members: tuple[str, ...]
    remarks: tuple[str, ...]


def of_variable(source_path: Path, variable: netCDF4.Variable, level: float, described: Dataset) -> Structure:
    """The structure of a variable that is to be read at a level (hPa).

    Raises
    ------
    InputError
        A dimension, its coordinate or the level is not understood, or cannot be used.
    """
    nc, where = variable.group(), f"{source_path}: {variable.name}"
    axes = axes_.of_variable(nc, variable, described.member)
    found = variables.levels_of(nc, variable, source_path)
    by_user = variable.name in described.variables.values()
    is_said = described.level is not None
    grid, columns_ = columns.grid(nc, variable, axes, source_path)
    if not (by_user and found.height_m is not None):
        levels.refuse_others(found, axes, where)
    clock = valid_times.of_variable(nc, variable, axes, source_path)
    _refuse_axes(clock.axes, where)
    remarks = (_level_remark(found, level, is_said), clock.remark, *_unknown(clock.axes))
    return Structure(
        axes=clock.axes,
        levels=found,
        grid=grid,
        columns=columns_,
        times=clock.times,
        calendar=clock.calendar,
        members=_labels(nc, variable, clock.axes),
        remarks=tuple(f"{variable.name}: {remark}" for remark in remarks if remark),
    )


def _level_remark(found: Levels, level: float, is_said: bool) -> str:
    if found.height_m is not None and found.hpa is None:
        return f"is at a height of {found.height_m:g} m, as the description names it, not at {level:g} hPa"
    if found.hpa is None and not is_said:
        return f"no level is stated; taken to be at {level:g} hPa"
    return found.remark


def _unknown(axes: list[Axis]) -> list[str]:
    return [
        f"the dimension {axis.dimension!r} of length 1 is not understood; left out of account"
        for axis in axes
        if axis.role not in _KNOWN
    ]


def _refuse_axes(axes: list[Axis], where: str) -> None:
    long = [axis for axis in axes if axis.size != 1]
    strange = next((axis for axis in long if axis.role not in _KNOWN), None)
    if strange:
        raise InputError(
            f"{where}: the dimension {strange.dimension!r} of length {strange.size} is not understood; only time, "
            "member, level, latitude and longitude may be longer than 1: extract one of its entries, or name it as "
            "'member' in a dataset description where it is that of members"
        )
    roles = [axis.role for axis in long]
    twice = {role for role in roles if roles.count(role) > 1}
    if twice:
        names = ", ".join(axis.dimension for axis in axes)
        raise InputError(
            f"{where}: two of the dimensions {names} are both {twice.pop()}; extract one entry of one of them"
        )


def _labels(nc: netCDF4.Dataset, variable: netCDF4.Variable, axes: list[Axis]) -> tuple[str, ...]:
    """Labels of the members: numbers or texts as the file has them, else counted from 1."""
    axis = one(axes, "member")
    if axis is None:
        scalar = axes_.scalar(nc, variable, "member")
        variant = str(attribute(nc, "variant_label"))  # CMIP6: r1i1p1f1
        return (_texts(scalar)[0] if scalar is not None else variant or "1",)
    if axis.coordinate is None or axis.size > packing.LONGEST_AXIS:
        return tuple(str(number) for number in range(1, min(axis.size, packing.LONGEST_AXIS) + 1))
    return _texts(axis.coordinate)


def _texts(coordinate: netCDF4.Variable) -> tuple[str, ...]:
    values = np.ma.getdata(coordinate[...])
    if values.dtype.kind == "S" and coordinate.ndim:  # single letters: the last dimension is the length of the text
        values = netCDF4.chartostring(values)
    values = np.ravel(values)
    if values.dtype.kind in "iuf":
        return tuple(f"{value:.15g}" for value in values)
    return tuple(str(value).strip("\0 ") for value in values)
