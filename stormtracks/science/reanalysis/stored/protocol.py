"""What is asked of an open file or store, whatever its format: groups of variables, as values are stored.

A netCDF file is this already. GRIB messages are grouped to variables with coordinates that CF knows by their
``standard_name`` and ``units``; of a Zarr store the metadata say the same. Whoever asks (`attributes`, `packing`, the
wings `dimensions` and `fields`) knows no format.
"""

from collections.abc import Mapping
from pathlib import Path
from types import EllipsisType
from typing import Any, Literal, Protocol

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.records import InputFile

Kind = Literal["number", "text", "letters", "enumeration", "other"]
"""What an entry of a variable is: `letters` are texts one letter at a time, along the last dimension."""

Key = tuple[int | slice, ...] | EllipsisType
"""One entry for each dimension: a place, or a slice with start < stop and without a step."""


class Group(Protocol):
    """Variables that share dimensions: a file or store, or a group in it."""

    @property
    def path(self) -> str:
        """Its name inside the file: "/" of the file itself."""

    @property
    def place(self) -> Path:
        """The file or store, for messages."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Its own attributes."""

    @property
    def dimensions(self) -> Mapping[str, int]:
        """Name -> length."""

    @property
    def variables(self) -> Mapping[str, "Variable"]:
        """Name -> variable, in stored order."""

    @property
    def groups(self) -> Mapping[str, "Group"]:
        """Name -> group in it."""

    @property
    def reads_groups(self) -> bool:
        """Whether what is in its groups is read as well: `variables` then finds it by its path, without listing it."""


class Variable(Protocol):
    """A named array, its values as they are stored."""

    @property
    def name(self) -> str:
        """Its name in its group."""

    @property
    def group(self) -> Group:
        """What it lies in."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of its dimensions, in stored order."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Their lengths."""

    @property
    def size(self) -> int:
        """How many entries it has."""

    @property
    def dtype(self) -> np.dtype:
        """As stored; object where an entry is a text or nothing that NumPy has."""

    @property
    def kind(self) -> Kind:
        """What an entry is."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Its attributes; what is in them may be read late."""

    @property
    def block(self) -> tuple[int, ...] | None:
        """How many entries one stored chunk holds along each dimension; None where it is stored in one piece."""

    @property
    def fault(self) -> str:
        """Why its values cannot be read, and what to do; "" where nothing is known to be wrong."""

    def stored(self, key: Key = ...) -> np.ndarray:
        """Some entries as they are stored; a place in the key drops its dimension.

        Raises
        ------
        OSError, RuntimeError, IndexError
            They cannot be read; see `Source.refusal`.
        """


class StepReader(Protocol):
    """A way to read whole steps of one variable: faster than `Variable.stored`, and the same bit for bit."""

    def read_chunks(self, start: int, stop: int, members: slice) -> tuple[Floats, bool, int] | None:
        """Values of some steps and members, whether they are sound, and how many chunks were decoded.

        None where that way is not open for these.
        """


class Source(Protocol):
    """An open file or store."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def file(self) -> InputFile:
        """What it was when it was opened."""

    @property
    def root(self) -> Group:
        """All that is in it."""

    def reader(
        self, variable: Variable, roles: tuple[str, ...], level: int, largest: float, start: int = 0
    ) -> StepReader | None:
        """A faster way to a variable, where there is one.

        Parameters
        ----------
        variable : Variable
        roles : tuple of str
            What each of its dimensions stands for: "time", "member", "start", "level", "lat", "lon", "cell" ...
        level : int
            Place on the level axis.
        largest : float
            Values are sound up to this (their absolute value).
        start : int
            Place on the axis of starts of forecasts.
        """

    def keep(self, variable: Variable, chunks: int) -> int:
        """Keep so many decoded chunks of a variable for the next step, 0 for none but what is kept in any case.

        How many bytes that takes at most.
        """

    def refusal(self, variable: str, error: Exception) -> InputError:
        """The `InputError` for a read that failed."""

    def changed(self) -> bool:
        """Whether it differs from what it was when it was opened."""

    def close(self) -> None:
        """Close it; more than once does no harm."""
