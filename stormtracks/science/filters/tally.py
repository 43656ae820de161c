"""How many tracks each thing that is asked has left: what to say where none is."""

import numpy as np

from stormtracks.science.arrays import Bools
from stormtracks.science.errors import InputError
from stormtracks.science.filters.filter import Filter
from stormtracks.science.heads import Heads
from stormtracks.science.records import Tracks


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
        self.total = 0
        self.left = [0] * len(asked.conditions)

    def keeps(self, heads: Heads, tracks: Tracks | None = None) -> Bools:
        """As `Filter.keeps`; and counts."""
        kept = np.ones(len(heads), bool)
        self.total += len(heads)
        for number, condition in enumerate(self.asked.conditions):
            kept &= condition.holds(heads, tracks)
            self.left[number] += int(kept.sum())
        return kept

    @property
    def kept(self) -> int:
        """Tracks that fulfil all that is asked."""
        return self.left[-1] if self.left else self.total

    def describe(self) -> str:
        """How many each thing that is asked has left, in plain words."""
        texts = [condition.text for condition in self.asked.conditions]
        first = f"{self.total:,} track{'' if self.total == 1 else 's'} in all"
        steps = (
            f"{left:,} {'that' if number == 0 else 'of these that'} {text}"
            for number, (left, text) in enumerate(zip(self.left, texts, strict=True))
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
