"""What is known of one role in one file, whether the file is open or not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from stormtracks.science.arrays import Floats, Times
from stormtracks.science.reanalysis.dimensions.forecasts import Forecasts
from stormtracks.science.reanalysis.fields.field import Field
from stormtracks.science.reanalysis.joined import origin
from stormtracks.science.reanalysis.stored.attributes import attribute
from stormtracks.science.records import Block, Grid


class Opener(Protocol):
    """What opens a file that is read; see `files.Files`."""

    def opened(self, path: Path, role: str) -> Field:
        """A field to read from."""


@dataclass(frozen=True)
class StoredField:
    """What is known of a role in a file, whether the file is open or not; see `Field`.

    Attributes
    ----------
    path : Path
    name, role, calendar : str
    grid : Grid
    times : ndarray of datetime64[s], shape (nt,)
    starts : ndarray of datetime64[s], or None
        See `Field`.
    forecasts : Forecasts or None
        All that the file has.
    members : tuple of str
    names_members : bool
    block : Block
        What one stored chunk holds.
    remarks : tuple of str
    is_mean : bool
        Whether the file says that its values are means over time.
    origin : Stated
        What the file says of its model and run.
    limits : tuple of float
        See `Packing.limits`.
    stored_as : str
        See `Field.stored_as`.
    put_on_grid : dict, or None
        See `Horizontal.put_on_grid`.
    """

    path: Path
    name: str
    role: str
    calendar: str
    grid: Grid
    times: Times
    members: tuple[str, ...]
    names_members: bool
    block: Block
    remarks: tuple[str, ...]
    is_mean: bool
    origin: origin.Stated
    limits: tuple[float, ...]
    put_on_grid: dict[str, Any] | None
    files: Opener | None
    stored_as: str = ""
    starts: Times | None = None
    forecasts: Forecasts | None = None

    def read_file_steps(self, start: int, stop: int, places: list[int]) -> tuple[Floats, bool]:
        """See `Field.read_file_steps`."""
        assert self.files is not None  # of a season
        return self.files.opened(self.path, self.role).read_file_steps(start, stop, places)


def stored_field(field: Field, path: Path) -> StoredField:
    """What is known of a field of an open file, which is of no season yet."""
    return StoredField(
        path=path,
        name=field.name,
        role=field.role,
        calendar=field.calendar,
        grid=field.grid,
        times=field.times,
        members=field.members,
        names_members=field.names_members,
        block=field.block,
        remarks=field.remarks,
        origin=origin.of_file(field.source.root, path),
        limits=field.limits,
        put_on_grid=field.put_on_grid,
        is_mean="time: mean" in str(attribute(field.variable, "cell_methods")),
        files=None,
        stored_as=field.stored_as,
        starts=field.starts,
        forecasts=field.forecasts,
    )
