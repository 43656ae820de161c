"""Two folders of results, or a folder and a file of tracks, compared: what both have, what one has only."""

import dataclasses
import functools
from typing import Any

import numpy as np

from stormtracks import paths
from stormtracks.errors import BadValue
from stormtracks.label import spans
from stormtracks.notebook.chosen.choice import Choice
from stormtracks.notebook.figures.picture import Figure, pictured
from stormtracks.notebook.progress import Progress
from stormtracks.notebook.tables import compared_columns, frames
from stormtracks.notebook.tables.columns import Arrays
from stormtracks.science import comparison as comparisons
from stormtracks.science.comparison import Comparison, ResultsSide, Side
from stormtracks.science.shown import Rows, card, line_of

_MOST_ROWS = 10


class Compared:
    """What two sets of tracks have in common: A, the results that were asked, and B, what they are compared with.

    It is worked out once, when it is first asked for. Members are compared by their numbers; a single member, as of
    another tracker, with each of the other side's.

    Attributes
    ----------
    only : ComparedTable
        Tracks that are on one side only, a row per track; `only_in` is "A" or "B".
    pairs : ComparedTable
        Tracks that are the same storm, a row per pair: how far apart, how much later, stronger and deeper in B.
    observed : ComparedTable
        Observed storms that both could have found, a row per storm and member: by which they were. A filter does not
        choose them: they are all of the years.
    """

    def __init__(self, one: Side, other: Side, choice: Choice, consensus: bool = False) -> None:
        self._sides = one, other
        self._choice = choice
        self._consensus = consensus

    @functools.cached_property
    def comparison(self) -> Comparison:
        """As `science.comparison` has it, with the tracks' numbers.

        Raises
        ------
        InputError
            The two have no year, member or time in common.
        MixedResults
            The results of a side were made differently.
        """
        with Progress("comparing") as progress:
            found = comparisons.compare(
                *self._sides, agreed=self._consensus, asked=self._choice.asked, progress=progress
            )
        comparisons.remarks(found, *self._sides)
        return found

    @property
    def remarks(self) -> list[str]:
        """What is to be said of it: what is left out, what results note."""
        return comparisons.remarks(self.comparison, *self._sides)

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """Settings and data in which the two differ, as far as both say: name -> (of A, of B)."""
        return dict(self.comparison.differences)

    def __repr__(self) -> str:
        both, ours, theirs = self.comparison.mean_counts
        single = len(self.comparison.cells) == 1
        of = "" if single else "of a member and year, on average, "
        form = ",.0f" if single else ",.1f"
        counts = f"{of}{both:{form}} tracks in both, {ours:{form}} only in A, {theirs:{form}} only in B"
        asked = self._choice.describe()
        what = f"{self._named}, {spans(self.comparison.years)}{' (' * bool(asked)}{asked}{')' * bool(asked)}"
        return f"<Compared: {what}: {counts}>"

    def to_dataframe(self) -> Any:
        """A row per year and member: how many tracks are in both, in A only, in B only; how the same ones differ.

        Returns
        -------
        pandas.DataFrame
            Differences are B minus A, means over the storms in both; units are in its ``attrs["units"]``.
        """
        return frames.rows(compared_columns.counts(self.comparison))

    @property
    def only(self) -> "ComparedTable":
        """Tracks that are on one side only."""
        made = compared_columns.only(self.comparison, self._have_ids)
        return ComparedTable("tracks that are on one side only", made, self._calendar)

    @property
    def pairs(self) -> "ComparedTable":
        """Tracks that are the same storm."""
        made = compared_columns.pairs(self.comparison, self._have_ids)
        return ComparedTable("pairs of tracks", made, self._calendar)

    @property
    def observed(self) -> "ComparedTable":
        """Observed storms that both could have found."""
        made = compared_columns.observed(self.comparison)
        return ComparedTable("observed storms, once per member", made, self._calendar)

    def plot(self, **printed: Any) -> Figure:
        """Map of the tracks in both, in A only and in B only: of the consensus, or of the first pair of members.

        Parameters
        ----------
        **printed
            Fields of `science.plots.Print`.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from stormtracks.science import plots

        found = self.comparison.first_pairs()
        tracks, title = comparisons.drawn(found, *self._sides), comparisons.title(found, self._choice.list_name)
        names, region = comparisons.names(*self._sides), found.asked.region
        return pictured(plots.compared_tracks(*tracks, names, region, title, printed=plots.Print(**printed)))

    @property
    def _named(self) -> str:
        names = comparisons.names(*self._sides)
        return "A and B" if names == ("A", "B") else f"A {names[0]}, B {names[1]}"

    @property
    def _have_ids(self) -> tuple[bool, bool]:
        """Whether a track's number on a side is that among all tracks of a result, by which it is called."""
        all_tracks = not self._consensus and self._choice.list_name is None
        one, other = (all_tracks and isinstance(side, ResultsSide) for side in self._sides)
        return one, other

    @property
    def _calendar(self) -> str:
        return next(iter(self.comparison.cells.values())).one.calendar

    def _repr_html_(self) -> str:
        made = comparisons.table(self.comparison)
        told = [f"{name}: {ours} / {theirs}" for name, (ours, theirs) in self.differences.items()]
        note = "; ".join([made.legend, *(["made differently: " + ", ".join(told)] if told else [])])
        note += ".  .to_dataframe()  .only  .pairs  .observed  .differences  .remarks  .plot()"
        return card(line_of(self), made.headings, made.texts(), note, is_open=True)


class ComparedTable:
    """A part of a comparison as a table."""

    def __init__(self, what: str, columns: Arrays, calendar: str) -> None:
        self._what = what
        self._columns = columns
        self._calendar = calendar

    def __repr__(self) -> str:
        return f"<ComparedTable: {len(self):,} {self._what}>"

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def to_dataframe(self) -> Any:
        """A row for each of them.

        Returns
        -------
        pandas.DataFrame
            Units are in its ``attrs["units"]``.
        """
        return frames.rows(self._columns, self._calendar)

    def _repr_html_(self) -> str:
        rows: Rows = list(zip(*(_texts(values[:_MOST_ROWS]) for values in self._columns.values()), strict=True))
        more = f"the first {_MOST_ROWS};  " if len(self) > _MOST_ROWS else ""
        return card(line_of(self), tuple(self._columns), rows, f"{more}.to_dataframe()")


def check(choice: Choice, consensus: bool) -> None:
    """Refuse to compare what cannot be.

    Raises
    ------
    BadValue
        One storm is chosen, or a share of the members without the consensus.
    """
    if choice.storm is not None:
        raise BadValue(f"{choice.storm} alone is chosen, but all storms of two sides are compared; leave the storm out")
    if choice.asked.min_share is not None and not consensus:
        raise BadValue("min_share is asked of consensus tracks; compare(..., consensus=True)")


def same_tracks(ours: Choice, theirs: Choice) -> Choice:
    """The choice of the other side: its own years and members, if any; all else is that of this one.

    Raises
    ------
    BadValue
        It has a list, a filter or a storm of its own.
    """
    for name in ("list_name", "asked", "storm"):
        if getattr(theirs, name) not in (getattr(ours, name), getattr(Choice(), name)):
            raise BadValue(
                f"the other results are chosen otherwise ({theirs.describe()}); choose the list and the filter in the "
                "results that you compare, they are asked of both"
            )
    years, members = theirs.years or ours.years, theirs.members or ours.members
    return dataclasses.replace(ours, years=years, members=members)


def side_of(place: Any, choice: Choice, best_tracks: Any = None) -> Side:
    """One of the two that are compared."""
    observed = None if best_tracks is None else paths.expand(best_tracks, where="best_tracks")
    return comparisons.side(
        paths.expand(place, where="what is compared"),
        list_name=choice.list_name,
        wanted=choice.years,
        chosen_members=choice.members,
        best_tracks=observed,
    )


def _texts(values: np.ndarray) -> list[str]:
    return [f"{one:.6g}" if values.dtype.kind == "f" else str(one) for one in values]
