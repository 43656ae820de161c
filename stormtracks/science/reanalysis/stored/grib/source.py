"""An open GRIB file as a group of variables, and the way to its fields."""

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored import refusals
from stormtracks.science.reanalysis.stored.grib import decode, grids, grouping, index, library, message
from stormtracks.science.reanalysis.stored.grib.coordinates import Coordinates, free_name
from stormtracks.science.reanalysis.stored.grib.grouping import LEVELS, Found
from stormtracks.science.reanalysis.stored.grib.variables import Group, Variable
from stormtracks.science.reanalysis.stored.grib.window import Broken, located
from stormtracks.science.reanalysis.stored.packing import within
from stormtracks.science.reanalysis.stored.protocol import Variable as AnyVariable
from stormtracks.science.records import InputFile

_COPIED = (
    "shortName", "typeOfLevel", "stepType", "dataType", "edition", "totalNumber", "referenceDate",
    "modelVersionDate",
)  # fmt: skip
_OF_RUN = ("centre", "subCentre", "class", "stream", "system", "method")
_MEANS = {"moda", "mnth", "edmo"}
"""Streams of monthly means (ECMWF)."""


class Unread(RuntimeError):
    """A field that cannot be read; `refusal` says why."""

    def __init__(self, refusal: InputError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Source:
    """One GRIB file, open for reading; see `protocol.Source`.

    Parameters
    ----------
    path : path
    whole : InputFile, optional
        Is not needed: what was found in the file is kept.

    Attributes
    ----------
    path : Path
    file : InputFile
        Size and time of last change when it was opened.
    root : Group

    Raises
    ------
    InputError
        There is no such file, a message in it is cut or damaged, or eccodes is not installed.
    """

    def __init__(self, path: str | Path, whole: InputFile | None = None) -> None:
        self.path = Path(path)
        try:
            self.file = InputFile.of(self.path)
            self._descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except (OSError, InputError) as error:
            raise refusals.not_opened(self.path, error, "GRIB") from error
        try:
            self._catalogue = index.of_file(self.path, self.file, self._descriptor)
            self._grid_of = [self._catalogue.grids[place] for place in range(len(self._catalogue.grids))]
            self.root = self._group()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise refusals.not_opened(self.path, error, "GRIB") from error
            raise

    def reader(
        self, variable: AnyVariable, roles: tuple[str, ...], level: int, largest: float, start: int = 0
    ) -> "FieldReader | None":
        """A `FieldReader` for a variable of this file."""
        if not isinstance(variable, Variable) or not set(roles) >= {"time"}:
            return None
        order = [role for role in roles[: variable.rows.ndim] if role in ("time", "member")]
        if sorted(order) != sorted(set(order)):
            return None
        return FieldReader(variable, roles, {"level": level, "start": start}, largest, self.read)

    def keep(self, variable: AnyVariable, chunks: int) -> int:
        """Nothing is kept: each message has one field."""
        return 0

    def refusal(self, variable: str, error: Exception) -> InputError:
        """The `InputError` for a read that failed."""
        if self.changed():
            return refusals.not_read(self.file, variable, error)
        return error.refusal if isinstance(error, Unread) else refusals.not_read(self.file, variable, error)

    def changed(self) -> bool:
        """Whether the file differs from what it was when it was opened."""
        return refusals.changed(self.file)

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def read(self, row: int, out: Floats) -> None:
        """Decode the field of a row.

        Parameters
        ----------
        row : int
        out : ndarray of float32, of the shape of its grid

        Raises
        ------
        Unread
        """
        field = self._catalogue.headers.fields[row]
        try:
            decode.field(self._descriptor, field, self._catalogue.grids[field["grid"]], out)
        except Broken as broken:
            kind = PassingInputError if self.changed() else InputError
            raise Unread(kind(str(located(self.path, int(field["message"]), broken)))) from None

    def _group(self) -> Group:
        found, left_out = grouping.group(self._catalogue, self._equal)
        group = Group(self.path, _run(found))
        coordinates = Coordinates(group)
        of_pressures = {_name(one) for one in found if grouping.level_type(one.product, one.names) == "isobaric"}
        for one in found:
            self._add(group, coordinates, one, of_pressures)
        if left_out:
            group.attributes = {**group.attributes, "GRIB_remark": "; ".join(left_out)}
        return group

    def _add(self, group: Group, coordinates: Coordinates, one: Found, of_pressures: set[str]) -> None:
        type_ = grouping.level_type(one.product, one.names)
        by_kind = {axis.kind: coordinates.axis(axis, type_) for axis in one.axes}
        beside = [coordinates.beside(axis, by_kind[axis.along]) for axis in one.beside]
        dimensions = (
            *by_kind.values(),
            *coordinates.grid(self._shared(one.grid), functools.partial(self._positions, one.first)),
        )
        plain, taken = _name(one), (*group.dimensions, *group.variables)
        if type_ != "isobaric" and plain in {*of_pressures, *taken}:
            plain = f"{plain}_{type_}"
        name = free_name(plain, taken)
        attributes = _attributes(one, type_, beside)
        group.variables[name] = Variable(name, group, dimensions, attributes, one.rows, self.read)

    def _shared(self, grid: Any) -> Any:
        """The first grid that is the same."""
        return next((one for one in self._grid_of if one is grid or (one.lat and one == grid)), grid)

    def _positions(self, row: int) -> tuple[Floats, Floats]:
        try:
            return grids.positions(message.read(self._descriptor, self._catalogue.headers.fields[row]).data)
        except (Broken, library.Unreadable) as error:
            raise InputError(
                f"{self.path}: eccodes does not know where the cells of its grid lie ({error}); remap it with the file "
                f"of its grid: cdo remapdis,r360x181 -setgrid,GRID.nc {self.path.name} out.grib; if it has one, copy "
                "it again"
            ) from error

    def _equal(self, one: int, other: int) -> bool:
        rows = (self._catalogue.headers.fields[row] for row in (one, other))
        first, second = (message.read(self._descriptor, row).data for row in rows)
        return first == second


class FieldReader:
    """Whole steps of a variable, a message per field; see `protocol.StepReader`.

    Parameters
    ----------
    variable : Variable
    roles : tuple of str
        Of its dimensions.
    places : dict of str to int
        Places on the axes of levels and of starts of forecasts.
    largest : float
        Values are sound up to this.
    read : callable
        See `Source.read`.
    """

    def __init__(
        self, variable: Variable, roles: tuple[str, ...], places: Mapping[str, int], largest: float, read: Any
    ) -> None:
        own = roles[: variable.rows.ndim]
        table = variable.rows[tuple(_place(role, places) for role in own)]
        kept = [role for role in own if role in ("time", "member")]
        self._rows = np.transpose(table, [kept.index("time"), *(kept.index(role) for role in kept if role == "member")])
        self._rows = self._rows.reshape(len(self._rows), -1)
        self._shape = variable.field_shape
        self._largest = largest
        self._read = read

    def read_chunks(self, start: int, stop: int, members: slice) -> tuple[Floats, bool, int] | None:
        """Values of some steps and members, whether they are sound, and how many messages were decoded.

        None where one cannot be read: `Variable.stored` then says which.
        """
        rows = self._rows[start:stop, members]
        values = np.empty((*rows.shape, *self._shape), np.float32)
        sound = True
        try:
            for place, row in np.ndenumerate(rows):
                self._read(row, values[place])
                sound &= within(values[place], self._largest)
        except Unread:
            return None
        return values, sound, rows.size


def _place(role: str, places: Mapping[str, int]) -> int | slice:
    return slice(None) if role in ("time", "member") else places.get(role, 0)


def _name(one: Found) -> str:
    return str(one.names.get("shortName", f"param_{one.product.parameter.replace('/', '_')}"))


def _run(found: list[Found]) -> dict[str, Any]:
    """What all fields say of their model and run."""
    attributes: dict[str, Any] = {"Conventions": "CF-1.7"}
    for key in _OF_RUN:
        said = {one.names.get(key, "") for one in found}
        if len(said) == 1 and "" not in said:
            attributes[f"GRIB_{key}"] = said.pop()
    return attributes


def _attributes(one: Found, type_: str, beside: list[str]) -> dict[str, Any]:
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
    if product.is_layer and product.level_type == 100:
        return f"{product.level / 100:g}-{product.second_level / 100:g} hPa"
    if product.is_layer:
        return f"{type_} {product.level:g} to {product.second_level:g}"
    return "" if type_ in LEVELS or type_ == "surface" else type_
