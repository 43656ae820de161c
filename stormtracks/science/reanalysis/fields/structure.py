"""What is known of a variable before any of its values is read: axes, levels, grid, times, members; or a refusal."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from stormtracks.science.arrays import Times
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import axes as axes_
from stormtracks.science.reanalysis.dimensions import horizontal, valid_times
from stormtracks.science.reanalysis.dimensions.axes import Axis, one
from stormtracks.science.reanalysis.dimensions.cells import orders, signs
from stormtracks.science.reanalysis.dimensions.forecasts import Forecasts
from stormtracks.science.reanalysis.dimensions.horizontal import Horizontal, Way
from stormtracks.science.reanalysis.dimensions.levels import Levels
from stormtracks.science.reanalysis.stated import Stated
from stormtracks.science.reanalysis.stored import packing, texts
from stormtracks.science.reanalysis.stored.attributes import attribute
from stormtracks.science.reanalysis.stored.protocol import Group, Variable
from stormtracks.science.records import Grid

_KNOWN = ("time", "start", "lead", "member", "level", "lat", "lon", "cell", "expver")


@dataclass(frozen=True)
class Structure:
    """What the dimensions and coordinates of a variable say.

    Attributes
    ----------
    axes : tuple of Axis
        In stored order, without their coordinates; one at most of each role is longer than 1.
    levels : Levels
    horizontal : Horizontal
        The grid, and the way there from what is stored.
    times : ndarray of datetime64[s], shape (nt,)
    calendar : str
    members : tuple of str
        Labels of the member axis; one label where there is none.
    names_members : bool
        Whether the file itself says which members they are.
    assumed : tuple of str
        What was assumed of all but the level.
    statistic : str
        What is said of a statistic that is tracked; "" for a wind.
    forecasts : Forecasts or None
        Starts of forecasts and the times of each; None where the fields are not forecasts.
    only_starts : str
        Why it can be read by one of its starts, but not by a year; "" where it can.
    """

    axes: tuple[Axis, ...]
    levels: Levels
    horizontal: Horizontal
    times: Times
    calendar: str
    members: tuple[str, ...]
    names_members: bool
    assumed: tuple[str, ...]
    statistic: str = ""
    forecasts: Forecasts | None = None
    only_starts: str = ""

    @property
    def grid(self) -> Grid:
        """The grid that it is read on."""
        return self.horizontal.grid

    @property
    def columns(self) -> Way:
        """The way from stored values to the grid."""
        return self.horizontal.way

    def remarks(self, level: float, is_said: bool) -> tuple[str, ...]:
        """What is assumed where it is read at a level (hPa), a sentence each; `is_said`: the user states the level."""
        return tuple(filter(None, (self._on_level(level, is_said), self.statistic, *self.assumed)))

    def _on_level(self, level: float, is_said: bool) -> str:
        if self.levels.hpa is not None:
            return self.levels.remark
        if self.levels.near:
            return f"is {self.levels.near}, as the description names it, not at {level:g} hPa"
        return "" if is_said else f"no level is stated; taken to be at {level:g} hPa"


def of_variable(
    path: Path,
    variable: Variable,
    axes: list[Axis],
    found: Levels,
    like: Structure | None = None,
    said: Stated | None = None,
    step: float | None = None,
) -> Structure:
    """The structure of a variable.

    Parameters
    ----------
    path : Path
        Of its file, for messages.
    variable : Variable
    axes : list of Axis
        Of the variable.
    found : Levels
        Of the variable.
    like : Structure, optional
        That of a variable on the same dimensions and coordinates: then they are not read once more.
    said : Stated, optional
        What is said of its forecast beside the file.
    step : float, optional
        Degrees of the grid that cells are put on.

    Raises
    ------
    InputError
        A dimension or its coordinate is not understood, or cannot be used.
    """
    if like is not None:
        return replace(like, levels=found)
    group, where = variable.group, f"{path}: {variable.name}"
    on_grid = horizontal.of_variable(group, variable, axes, path, step)
    clock = valid_times.of_variable(group, variable, axes, path, said)
    labels = _labels(group, variable, clock.axes, where)
    _refuse_axes(clock.axes, where)
    if not len(clock.times):
        raise InputError(f"{where}: the time axis is empty (length 0); write or download the file again, or remove it")
    remark = str(attribute(variable, "GRIB_remark"))
    return Structure(
        axes=tuple(replace(axis, coordinate=None, role=_role(axis, clock.axes)) for axis in clock.axes),
        levels=found,
        horizontal=on_grid,
        times=clock.times,
        calendar=clock.calendar,
        forecasts=clock.forecasts,
        only_starts=clock.only_starts,
        members=labels or ("1",),
        names_members=bool(labels),
        assumed=tuple(filter(None, (remark, clock.remark, *on_grid.remarks, *_unknown(clock.axes)))),
    )


def shared(variable: Variable) -> tuple[object, ...]:
    """What two variables of a file must have alike to have dimensions and coordinates in common."""
    names = (
        "coordinates",
        "grid_mapping",
        "forecast_time",
        "GRIB_remark",
        "location",
        *signs.GRID_TYPES,
        *orders.OF_VARIABLE,
    )
    return (variable.group.path, variable.dimensions, *(str(attribute(variable, name)) for name in names))


def _role(axis: Axis, axes: list[Axis]) -> str:
    """The role of an axis; none for one of length 1 beside that of the same role, of which nothing is to be chosen."""
    return axis.role if axis is one(axes, axis.role) else ""


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


def _labels(group: Group, variable: Variable, axes: list[Axis], where: str) -> tuple[str, ...]:
    """Labels of the members: numbers or texts as the file has them, else counted from 1; none for one that has none."""
    axis = one(axes, "member")
    if axis is None:
        scalar = axes_.scalar(group, variable, "member")
        own = "" if scalar is None else _texts(scalar)[0]
        own = own or str(attribute(group, "variant_label")).strip()  # CMIP6: r1i1p1f1
        return (own,) if own else ()
    if axis.coordinate is None or axis.size > packing.LONGEST_AXIS:
        return tuple(str(number) for number in range(1, min(axis.size, packing.LONGEST_AXIS) + 1))
    labels = _texts(axis.coordinate)
    if "" in labels or len(set(labels)) < len(labels):
        raise _bad_labels(labels, axis.coordinate.name, where)
    return labels


def _bad_labels(labels: tuple[str, ...], name: str, where: str) -> InputError:
    again = next((label for label, times in Counter(labels).items() if times > 1), "")
    fault = f"has no label for member {labels.index('') + 1}" if "" in labels else f"has {again!r} twice"
    return InputError(f"{where}: the coordinate of members {name!r} {fault}; give each member a label of its own")


def _texts(coordinate: Variable) -> tuple[str, ...]:
    """The labels in a coordinate; "" for one that is missing."""
    if coordinate.kind in ("number", "enumeration"):
        values = coordinate.stored().ravel()
        absent = packing.Packing(coordinate).absent(values)
        return tuple("" if none else f"{value:.15g}" for value, none in zip(values, absent, strict=True))
    return texts.of_variable(coordinate)
