"""What every format of an export is: a file that pieces are added to."""

import abc
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

from stormtracks.science.export import list_columns
from stormtracks.science.export.selection import Piece

About = dict[str, Any]
"""Plain values that say what is exported: format, selection, software and, once all pieces are added, remarks."""


class Writer(abc.ABC):
    """A file that is open for writing, between ``with`` and its end.

    Attributes
    ----------
    suffix : str
        Usual end of the file's name.
    has_members : bool
        Whether a file says of each track which member it is of; else one member is all that it can hold.
    units : dict of str
        Unit of each column, for a second file; empty where the format has a place for units.
    """

    suffix: ClassVar[str] = ".txt"
    has_members: ClassVar[bool] = True
    units: ClassVar[dict[str, str]] = {}

    def __init__(self, path: Path, about: About) -> None:
        self.path = path
        self.about = about

    @classmethod
    def check(cls) -> None:
        """Refuse, before any work is done, a format whose library is not installed; most formats need none."""
        return

    @abc.abstractmethod
    def open(self) -> None:
        """Create the file, with whatever stands before the tracks."""

    @abc.abstractmethod
    def add(self, piece: Piece) -> None:
        """Write the tracks of a piece behind those that are there."""

    def finish(self) -> None:  # noqa: B027 - most formats have nothing to write there
        """Write whatever stands after the tracks; left out where something failed."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close the file."""

    @property
    def is_consensus(self) -> bool:
        """Whether the tracks are means of members."""
        return self.about["selection"]["tracks"] == "consensus tracks"

    @property
    def is_list(self) -> bool:
        """Whether they are the storms of a list."""
        return "list" in self.about["selection"]

    @property
    def of_tracks(self) -> list_columns.Columns:
        """Further columns of the tracks: lists and forecasts have some."""
        return list_columns.columns(self.about["selection"], self.is_consensus)[0]

    @property
    def meanings(self) -> dict[str, str]:
        """What a person must know to read the further columns, for the file of units; a format may have none."""
        return {}

    @property
    def of_points(self) -> list_columns.Columns:
        """Further columns of the points."""
        return list_columns.columns(self.about["selection"], self.is_consensus)[1]

    def __enter__(self) -> "Writer":
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self.close()
