"""One filter, asked of many results one after another: what counts of each, and what is to be said in the end."""

import os
from collections.abc import Iterable
from pathlib import Path

from stormtracks.label import Label
from stormtracks.science.arrays import Ints
from stormtracks.science.filters.filter import Filter
from stormtracks.science.filters.observations import Observations
from stormtracks.science.filters.scope import Scope
from stormtracks.science.filters.tally import Tally
from stormtracks.science.heads import Heads
from stormtracks.science.records import Matches, Tracks
from stormtracks.science.remarks import Remark
from stormtracks.science.results.header import Header


class Sieve:
    """A filter with the storms that it is about and the counts of what it leaves.

    Parameters
    ----------
    asked : Filter, optional
        None: everything.
    years : iterable of int or str
        Years, or starts of forecasts, of the results.
    best_tracks : path_like, optional
        File of best tracks; none: the one that each result was matched with.
    """

    def __init__(
        self,
        asked: Filter | None = None,
        years: Iterable[Label] = (),
        best_tracks: str | os.PathLike[str] | None = None,
    ) -> None:
        self.asked = asked or Filter()
        self.tally = Tally(self.asked)
        self.results = 0
        self._observations = Observations(self.asked, years, best_tracks)

    def scope(self, header: Header, tracks: Tracks, matches: Matches, heads: Heads | None = None) -> Scope:
        """What counts of one result.

        Parameters
        ----------
        header : Header
        tracks : Tracks
        matches : Matches
            Of these tracks.
        heads : Heads, optional
            Of these tracks, where they are known better than tracks say, as of a list's storms.
        """
        return self._counted(
            Scope.of(self.asked, tracks, matches, self._observations.rows(header.best_tracks, matches), heads)
        )

    def scope_of_heads(
        self, best_tracks: str, heads: Heads, row_size: Ints, matches: Matches, tracks: Tracks | None = None
    ) -> Scope:
        """The same of tracks that are known by their heads, as the index of the results has them.

        Parameters
        ----------
        best_tracks : str
            The file that the result was matched with; '' for none.
        heads, row_size, matches, tracks
            As of `Scope.of_heads`.
        """
        observed = self._observations.rows(Path(best_tracks) if best_tracks else None, matches)
        return self._counted(Scope.of_heads(self.asked, heads, row_size, matches, observed, tracks))

    def _counted(self, scope: Scope) -> Scope:
        self.results += 1
        self.tally.add(scope.left)
        return scope

    def remarks(self) -> tuple[Remark, ...]:
        """What the figures are of, a sentence each; refuses where no track is left.

        Raises
        ------
        NothingLeft
            No track of any result fulfils what is asked.
        """
        self.tally.check()
        lacking = (
            Remark(f"POD is left out: the best tracks are not there any more ({path}); give their file", number)
            for path, number in self._observations.lacking.items()
        )
        return (*(Remark(text, self.results) for text in _about_skill(self.asked)), *lacking)


def _about_skill(asked: Filter) -> list[str]:
    """What POD and FAR are of under a filter."""
    if asked.matched is False:
        return ["only tracks that are not observed storms are asked for: there is no POD, and no FAR"]
    texts = []
    if asked.of_place:
        texts.append(f"observed storms are those that {asked.of_place.describe()}, by their best tracks")
    if asked.of_strength:
        texts.append(f"an observed storm is found where one track of it does this: {asked.of_strength.describe()}")
    if asked.matched:
        texts.append("only observed storms are asked for: FAR says nothing")
    return texts
