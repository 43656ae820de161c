"""How many tracks each thing that is asked has left: what to say where none is."""

from collections.abc import Sequence

from stormtracks.readable import counted
from stormtracks.science.arrays import Bools
from stormtracks.science.errors import InputError
from stormtracks.science.filters.conditions import Points
from stormtracks.science.filters.filter import Filter
from stormtracks.science.heads import Heads


class NothingLeft(InputError):
    """A filter that no track fulfils; the message says how many each thing that is asked has left."""


class Tally:
    """Counts over all members and years that one filter is asked of.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science import heads
    >>> from stormtracks.science.filters import Filter, Tally
    >>> from stormtracks.science.records import Tracks
    >>> time = np.datetime64("2005-08-01", "s") + np.arange(2) * np.timedelta64(6, "h")
    >>> tracks = Tracks(np.array([2]), time, np.array([60.0, 61.0]), np.zeros(2), np.full(2, 1e-4), np.arange(2))
    >>> tally = Tally(Filter(min_hours=6, genesis_region=(0, 30, 0, 360)))
    >>> tally.keeps(heads.of(tracks), tracks).tolist()
    [False]
    >>> tally.describe()
    '1 track in all, 0 that begin in 0N-30N, 0 of these that last 6 h or more'
    """

    def __init__(self, asked: Filter) -> None:
        self.asked = asked
        self.left = [0] * (1 + len(asked.conditions))
        """Tracks in all, and after each condition."""

    def keeps(self, heads: Heads, tracks: Points = None) -> Bools:
        """As `Filter.keeps`; and counts."""
        steps = self.asked.steps(heads, tracks)
        self.add([int(step.sum()) for step in steps])
        return steps[-1]

    def add(self, left: Sequence[int]) -> None:
        """Count what `left` counts of one more result."""
        self.left = [so_far + more for so_far, more in zip(self.left, left, strict=True)]

    @property
    def kept(self) -> int:
        """Tracks that fulfil all that is asked."""
        return self.left[-1]

    def describe(self) -> str:
        """How many each thing that is asked has left, in plain words."""
        texts = [condition.text for condition in self.asked.conditions]
        total, *others = self.left
        first = f"{counted(total, 'track')} in all"
        steps = (
            f"{left:,} {'that' if number == 0 else 'of these that'} {text}"
            for number, (left, text) in enumerate(zip(others, texts, strict=True))
        )
        return ", ".join([first, *steps])

    def check(self) -> None:
        """Refuse to continue with nothing.

        Raises
        ------
        NothingLeft
            No track fulfils what is asked.
        """
        if self.asked and not self.kept:
            raise NothingLeft(f"no track is left: {self.describe()}; ask for less")
