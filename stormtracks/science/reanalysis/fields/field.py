"""One variable of one file, read as the science wants it: float32, (step, member, lat, lon), S to N, W to E."""

import functools
import math

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError, ManyStarts
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.dimensions import axes, levels
from stormtracks.science.reanalysis.dimensions.cells.weights import Weights
from stormtracks.science.reanalysis.fields import contents, units, variables
from stormtracks.science.reanalysis.fields.structure import Structure
from stormtracks.science.reanalysis.fields.variables import Candidate
from stormtracks.science.reanalysis.roles import FURTHER, ROLES, TRACKED
from stormtracks.science.reanalysis.stored import marks
from stormtracks.science.reanalysis.stored.packing import Packing, within
from stormtracks.science.reanalysis.stored.protocol import Source, StepReader
from stormtracks.science.records import Block

LARGEST_STEP_BYTES = 2**30
"""A file of which one step needs more than this is damaged, or not for this machine."""

_WINDS = ("u", "v")
_OF_STEP = ("member", "lat", "lon", "cell")


class Field:
    """A wind component, vorticity or a further field in one open file.

    Parameters
    ----------
    source : Source
        The open file.
    role : str
        A key of `roles.ROLES`.
    level : float
        hPa, where the variable has several.
    described : Dataset, optional
        The user's description: names of variables and of the dimension of members.
    start : str, optional
        Of the forecast that is read; none: times of a year.

    Attributes
    ----------
    grid : Grid
    times : ndarray of datetime64[s], shape (nt,)
    starts : ndarray of datetime64[s], shape (1,) or (nmembers,), or None
        Of the forecast, one for all members or of each: then the times are those of the last one.
    forecasts : Forecasts or None
        All that the file has.
    calendar : str
    members : tuple of str
        Labels of the member axis; one label where there is none.
    names_members : bool
        Whether the file itself says which members they are.
    put_on_grid : dict, or None
        See `Horizontal.put_on_grid`.
    block : Block
        What one stored chunk holds.
    remarks : tuple of str
        What was guessed about it, one sentence each, without the file's name (see `Members.remarks`).
    limits : tuple of float
        See `Packing.limits`.
    chunks_read : int
        Stored chunks inflated so far.

    Raises
    ------
    InputError
        The file or the variable cannot be understood.
    """

    def __init__(
        self, source: Source, role: str, level: float, described: Dataset | None = None, start: str | None = None
    ) -> None:
        described = described or Dataset()
        chosen = _chosen(source, role, level, described)
        found = chosen.structure
        assert found is not None  # of a candidate that can be used
        self.source = source
        self.role = role
        self.name = chosen.name
        self.variable = source.root.variables[chosen.name]
        self.axes = list(found.axes)
        self.grid, self._way = found.grid, found.columns
        self.put_on_grid = found.horizontal.put_on_grid
        self.calendar = found.calendar
        self._take_times(found, start)
        self.members, self.names_members = found.members, found.names_members
        is_said = described.level is not None if role in TRACKED else not ROLES[role].levels
        said = found.remarks(level, is_said)
        self.remarks = tuple(f"{chosen.name}: {remark}" for remark in said)
        if self._axis("level"):
            levels.refuse_twice(found.levels, level, f"{source.path}: {chosen.name}")
        self._level = found.levels.place(level) if self._axis("level") else 0
        self._check_size()
        self._packing = Packing(self.variable)
        self._unit = units.of_variable(self.variable, role, source.path)
        self._largest = self._unit.largest(role)
        self.limits = self._packing.limits
        self._prepare_chunks()
        self.chunks_read = 0

    def _take_times(self, found: Structure, start: str | None) -> None:
        """Take the times of a year, or those of one forecast."""
        where = f"{self.source.path}: {self.name}"
        self.times, self.starts, self._start = found.times, None, 0
        self.forecasts = found.forecasts
        if start is None and found.only_starts:
            raise ManyStarts(found.only_starts)
        if start is not None:
            if found.forecasts is None:
                raise InputError(
                    f"{where}: does not say when a forecast began; give a year, or 'start' in a description"
                )
            self.times, self._start, self.starts = found.forecasts.one(start, where)
            self.axes = found.forecasts.renamed(self.axes)

    @property
    def stored_as(self) -> str:
        """What its values are stored as: "float32", "int16 with scale and offset"."""
        kind = str(self.variable.dtype)
        return f"{kind} with scale and offset" if self._packing.packed else kind

    def close(self) -> None:
        """Let go of the file, which is closed; what is known of the field stays, and `reopen` takes it up."""
        del self.source, self.variable
        self.__dict__.pop("_reader", None)  # is made when it is first used

    def reopen(self, source: Source) -> None:
        """Go on with the same file, opened again."""
        self.source = source
        self.variable = source.root.variables[self.name]
        self._prepare_chunks()
        self.chunks_read = 0

    def read_file_steps(self, start: int, stop: int, places: list[int]) -> tuple[Floats, bool]:
        """Values of some steps and members of this file.

        Parameters
        ----------
        start, stop : int
            Steps of this file.
        places : list of int
            Where the members lie on the member axis; [0] where there is none.

        Returns
        -------
        values : ndarray of float32, shape (stop - start, len(places), lat, lon)
            Contiguous; missing values are NaN.
        sound : bool
            Whether all are finite and no larger than a real one can be (`roles.Role.largest`).
        """
        if stop == start:
            return np.empty((0, len(places), *self.grid.shape), np.float32), True
        span = slice(min(places), max(places) + 1)
        values, sound = self._direct(start, stop, span) or self._decoded(start, stop, span)
        is_of_cells = isinstance(self._way, Weights)
        values = values.reshape((stop - start, -1, *values.shape[-1 if is_of_cells else -2 :]))
        if isinstance(self._way, Weights):
            values, sound = self._from_cells(values, sound, self._way)
        else:
            values = np.ascontiguousarray(self._way.normalised(values))
        values = self._unit.convert(values)
        return (values if _is_run(places) else values[:, np.asarray(places) - span.start]), sound

    def _from_cells(self, values: Floats, sound: bool, way: Weights) -> tuple[Floats, bool]:
        """Values on the grid, and whether they are sound: one that cannot be is not hidden among its neighbours."""
        on_grid = way.normalised(values)
        wrong = np.zeros(values.shape, bool) if sound else np.abs(values) > self._largest
        mark = marks.unsaid(values, self.limits) if self.role in _WINDS else None
        if mark is not None:
            wrong |= values == np.float32(mark)
        if wrong.any():
            on_grid[way.reached(wrong)] = values[wrong][0]
        return on_grid, sound or within(on_grid, self._largest)

    @functools.cached_property
    def _reader(self) -> StepReader | None:
        """The faster way to whole steps, or None where there is none, or values have to be compared with marks."""
        sure = self._packing.sure(self._largest)
        if self._packing.packed or sure <= 0 or self._packing.marks_among_values(sure):
            return None
        return self.source.reader(self.variable, tuple(axis.role for axis in self.axes), self._level, sure, self._start)

    def _direct(self, start: int, stop: int, span: slice) -> tuple[Floats, bool] | None:
        """Values and whether they are sound by the faster way; None where that is not open."""
        found = self._reader.read_chunks(start, stop, span) if self._reader else None
        if found is None:
            return None
        values, sound, inflated = found
        self.chunks_read += inflated
        return (values, True) if sound else self._packing.decoded(values, self._largest)

    def _decoded(self, start: int, stop: int, span: slice) -> tuple[Floats, bool]:
        """Values and whether they are sound, from what is stored."""
        index: dict[str, int | slice] = {
            "time": slice(start, stop), "member": span, "level": self._level, "start": self._start,
        }  # fmt: skip
        values, sound = self._packing.decoded(self._stored(index, 0), self._largest)
        for version in range(1, self._size("expver")):  # ERA5 and its preliminary values: each fills the other's gaps
            other, _ = self._packing.decoded(self._stored(index, version), self._largest)
            values = np.where(np.isnan(values), other, values)
            sound = within(values, self._largest)
        return values, sound

    def _stored(self, index: dict[str, int | slice], version: int) -> np.ndarray:
        """Values as stored, axes in the order time, member, lat, lon or cell (those of them that there are)."""
        key = tuple(version if axis.role == "expver" else index.get(axis.role, _whole(axis)) for axis in self.axes)
        self.chunks_read += self._chunks_touched(key)
        try:
            values = self.variable.stored(key)
        except (OSError, RuntimeError, IndexError) as error:
            raise self.source.refusal(self.name, error) from error
        kept = [axis.role for axis, one in zip(self.axes, key, strict=True) if isinstance(one, slice)]
        order = [kept.index(role) for role in ("time", "member", "lat", "lon", "cell") if role in kept]
        return np.transpose(values, order)

    def _chunks_touched(self, key: tuple[int | slice, ...]) -> int:
        if self._chunks is None:
            return 0
        touched = 1
        for one, chunk, axis in zip(key, self._chunks, self.axes, strict=True):
            if isinstance(one, slice):
                first, last, _ = one.indices(axis.size)
                touched *= math.ceil(last / chunk) - first // chunk if last > first else 0
        return touched

    def _axis(self, role: str) -> axes.Axis | None:
        return axes.one(self.axes, role)

    def _size(self, role: str) -> int:
        axis = self._axis(role)
        return axis.size if axis else 0

    def _check_size(self) -> None:
        cells = math.prod(axis.size for axis in self.axes if axis.role in _OF_STEP)
        if cells * 4 > LARGEST_STEP_BYTES:
            shape = ", ".join(f"{axis.dimension} {axis.size}" for axis in self.axes)
            raise InputError(
                f"{self.source.path}: {self.name}: one step would need {cells * 4 / 2**30:.1f} GiB ({shape}), "
                f"and the limit is {LARGEST_STEP_BYTES // 2**30}; copy the file again if its header is damaged, or "
                "coarsen its grid"
            )

    def _prepare_chunks(self) -> None:
        """Have the chunks kept that one step touches, so that none is decoded again for the next step."""
        self._chunks = self.variable.block
        by_role = dict(zip((axis.role for axis in self.axes), self._chunks or (), strict=False))
        steps, members = (min(by_role.get(role, 1), max(1, self._size(role))) for role in ("time", "member"))
        touched = self._chunks_per_step() if steps > 1 else 0
        needed = min(touched * math.prod(self._chunks or ()), self.variable.size) * self.variable.dtype.itemsize
        self.kept_bytes = self.source.keep(self.variable, touched)
        self.block = Block(steps, members, self.kept_bytes >= needed)

    def _chunks_per_step(self) -> int:
        return math.prod(
            math.ceil(axis.size / chunk)
            for axis, chunk in zip(self.axes, self._chunks or (), strict=True)
            if axis.role in _OF_STEP
        )


def _is_run(places: list[int]) -> bool:
    return places == list(range(places[0], places[0] + len(places)))


def _whole(axis: axes.Axis) -> int | slice:
    return slice(None) if axis.role in ("lat", "lon", "cell") else 0


def _chosen(source: Source, role: str, level: float, described: Dataset) -> Candidate:
    """The variable of an open file that holds what a role asks for, at a level (hPa)."""
    named = described.variables.get(role)
    found = contents.of_source(source, described, TRACKED if role in TRACKED else FURTHER).found
    names = {part for one in found for part in (one.name, one.name.rpartition("/")[2])}
    if named is not None and named not in source.root.variables and named not in names:
        choice = ", ".join(name for name, _ in variables.named(source.root))
        raise InputError(f"{source.path}: there is no variable {named!r}; choose one of {choice}")
    chosen = variables.choose(found, role, level, source.path)
    if chosen is None:
        chosen = variables.only_field(source.root, role, source.path, described)
        variables.choose([chosen], role, level, source.path)  # refuses another level
    return chosen
