"""An open GRIB file as a group of variables, and the way to its fields."""

import functools
import os
from pathlib import Path

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored import refusals
from stormtracks.science.reanalysis.stored.grib import attributes, catalogue, grouping, index, library
from stormtracks.science.reanalysis.stored.grib.coordinates import Coordinates, free_name
from stormtracks.science.reanalysis.stored.grib.field_reader import FieldReader, Unread
from stormtracks.science.reanalysis.stored.grib.grouping import Found
from stormtracks.science.reanalysis.stored.grib.scan.window import Broken, located
from stormtracks.science.reanalysis.stored.grib.values import decode, message
from stormtracks.science.reanalysis.stored.grib.variables import Group, Variable
from stormtracks.science.reanalysis.stored.protocol import Variable as AnyVariable
from stormtracks.science.records import InputFile


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
            self.root = self._group()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise refusals.not_opened(self.path, error, "GRIB") from error
            raise

    def reader(
        self, variable: AnyVariable, roles: tuple[str, ...], level: int, largest: float, start: int = 0
    ) -> FieldReader | None:
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
        group = Group(self.path, attributes.of_run(found))
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
            *coordinates.grid(one.grid, functools.partial(self._positions, one.first)),
        )
        plain, taken = _name(one), (*group.dimensions, *group.variables)
        if type_ != "isobaric" and plain in {*of_pressures, *taken}:
            plain = f"{plain}_{type_}"
        name = free_name(plain, taken)
        said = attributes.of_variable(one, type_, beside)
        group.variables[name] = Variable(name, group, dimensions, said, one.rows, self.read)

    def _positions(self, row: int) -> tuple[Floats, Floats]:
        headers = self._catalogue.headers
        field = headers.fields[row]
        try:
            return catalogue.positions(headers.grids[field["grid"]], message.read(self._descriptor, field).data)
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


def _name(one: Found) -> str:
    return str(one.names.get("shortName", f"param_{one.product.parameter.replace('/', '_')}"))
