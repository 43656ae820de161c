"""What all sets of tracks have in common: a line, a card, tables, data sets and shapes."""

import abc
from collections.abc import Iterable
from typing import Any

from stormtracks.notebook.tables import datasets, frames, shapes
from stormtracks.notebook.tables.columns import TrackColumns
from stormtracks.science.shown import Rows, card, line_of


class HeadTable:
    """What is known of each track without its points: a row per track."""

    def __init__(self, tracks: "TrackSet") -> None:
        self._tracks = tracks

    def __repr__(self) -> str:
        return f"<HeadTable: a row for each of {line_of(self._tracks)}>"

    def __len__(self) -> int:
        return len(self._tracks)

    def to_dataframe(self) -> Any:
        """A row per track: when and where it begins, ends and is strongest, how strong, which storm it is.

        Returns
        -------
        pandas.DataFrame
            Units are in its ``attrs["units"]``.
        """
        made = self._tracks.as_columns(points=False)
        return frames.rows(made.per_track, made.calendar)


class TrackSet(abc.ABC):
    """Tracks of several years and members, read when they are asked for."""

    @abc.abstractmethod
    def __len__(self) -> int:
        """How many tracks there are."""

    @abc.abstractmethod
    def as_columns(self, points: bool = True) -> TrackColumns:
        """The tracks as columns of numbers; without `points` those of their heads, which need no result to be read."""

    @abc.abstractmethod
    def years_shown(self) -> tuple[tuple[str, ...], Rows]:
        """Headings and rows of the card: a row per year."""

    @property
    def heads(self) -> HeadTable:
        """What is known of each track without its points."""
        return HeadTable(self)

    def to_dataframe(self) -> Any:
        """A row per point of the tracks; `heads` has one per track.

        Returns
        -------
        pandas.DataFrame
            Identifiers and names are categories; units are in its ``attrs["units"]``.
        """
        return frames.points(self.as_columns())

    def to_xarray(self) -> Any:
        """One data set of CF trajectories over all years and members, a contiguous ragged array.

        Returns
        -------
        xarray.Dataset
            Year and member of each trajectory are variables of it; `row_size` says how many points of ``obs`` it has.
        """
        return datasets.dataset(self.as_columns())

    def to_geodataframe(self) -> Any:
        """A line per track, cut at the date line, with what its head says.

        Returns
        -------
        geopandas.GeoDataFrame
        """
        heads, made = self.as_columns(points=False), self.as_columns()
        return shapes.lines(TrackColumns(made.row_size, heads.per_track, made.per_point, made.calendar, made.title))

    def _repr_html_(self) -> str:
        columns, rows = self.years_shown()
        return card(
            line_of(self), columns, rows, ".heads .to_dataframe() .to_xarray() .to_geodataframe()", is_open=True
        )


def figures(numbers: Iterable[float]) -> tuple[str, ...]:
    """Counts as a card shows them."""
    return tuple(f"{number:,}" for number in numbers)
