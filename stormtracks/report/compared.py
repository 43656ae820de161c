"""What a page is compared with: other results, or a file of tracks of another program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stormtracks.report.outline import Outline
from stormtracks.science import comparison as comparisons
from stormtracks.science.comparison import Comparison, ResultsSide, Side


@dataclass(frozen=True)
class Compared:
    """The results that a page shows, A, and what they are compared with, B.

    Attributes
    ----------
    found : Comparison
        Member with member; of a page that asks for a share of the members, consensus with consensus.
    sides : tuple of Side
        A and B.
    remarks : list of str
        What is to be said of it.
    list_name : {'tc', 'etc'} or None
        The list whose storms are compared; None: all tracks.
    """

    found: Comparison
    sides: tuple[Side, Side]
    remarks: list[str]
    list_name: str | None = None

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called: their folders or files, or A and B where these have one name."""
        return comparisons.names(*self.sides)

    @property
    def are_results(self) -> bool:
        """Whether both say how they were made, as a file of tracks does not."""
        return all(isinstance(side, ResultsSide) for side in self.sides)


def compared_of(
    outline: Outline,
    against: str | Path,
    best_tracks: str | Path | None = None,
    progress: Callable[[int, int], object] | None = None,
    mixed: bool = False,
) -> Compared:
    """Compare what a page shows with another folder of results, or with a file of tracks.

    Parameters
    ----------
    outline : Outline
        Its list, years, members and filter are asked of both.
    against : path
    best_tracks : path, optional
        The tracks of a file are matched with them; None: what the file says of storms.
    progress : callable, optional
        ``progress(done, total)`` in pairs of members.
    mixed : bool
        Whether results of one side that were made differently are taken together all the same.

    Raises
    ------
    InputError
        There is nothing at the place, or the two have no year, member or time in common.
    MixedResults
        Results of one side were made differently.
    """
    how = {
        "list_name": outline.storm_list,
        "wanted": outline.chosen_years,
        "chosen_members": outline.chosen_members,
        "best_tracks": best_tracks,
    }
    sides = comparisons.side(outline.folder, **how), comparisons.side(against, **how)
    agreed = outline.asked.min_share is not None
    found = comparisons.compare(*sides, agreed=agreed, asked=outline.asked, progress=progress)
    return Compared(found, sides, comparisons.remarks(found, *sides, mixed=mixed), outline.storm_list)
