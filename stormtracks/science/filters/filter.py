"""What is asked of tracks, and which of them it keeps."""

import dataclasses
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science.arrays import Bools
from stormtracks.science.climatology.basins import BASINS
from stormtracks.science.filters import regions
from stormtracks.science.filters.conditions import PLACE, STRENGTH, Condition, Points, conditions_of
from stormtracks.science.filters.kept_matches import of_kept
from stormtracks.science.heads import Heads, of
from stormtracks.science.records import Matches, Tracks
from stormtracks.science.region import Region, check_region
from stormtracks.strict_dataclass import unknown


@dataclass(frozen=True)
class Filter:
    """What a track must be to be looked at; all that is asked must hold. None: not asked.

    Attributes
    ----------
    region : tuple of float
        South, north, west, east, degrees (west > east goes through 180 or 0): a point of the track lies in it.
    basins : tuple of str
        Of `climatology.basins.BASINS`: the track begins in one of them.
    months : tuple of int
        1 to 12: the track begins in one of them.
    genesis_region : tuple of float
        As `region`: the track begins in it.
    min_peak_s1 : float
        It reaches this cyclonic vorticity at least once, s-1.
    min_hours : float
        It lasts so long.
    min_distance_km : float
        Its first and last point are so far apart.
    matched : bool
        True: it is an observed storm, or a piece of one; False: it is none.
    min_share : float
        So many of the members hold it, as a fraction; of consensus tracks only.

    Notes
    -----
    A list's storm begins where the list says. Years, members and the list choose results and are not in a filter.

    Examples
    --------
    >>> from stormtracks.science.filters import Filter
    >>> tropics = Filter(basins=("NA", "EP"), months=(8, 9), min_hours=48)
    >>> tropics.describe()
    'begin in NA or EP and in Aug-Sep and last 48 h or more'
    >>> bool(tropics), bool(Filter())
    (True, False)
    """

    region: Region | None = None
    basins: tuple[str, ...] | None = None
    months: tuple[int, ...] | None = None
    genesis_region: Region | None = None
    min_peak_s1: float | None = None
    min_hours: float | None = None
    min_distance_km: float | None = None
    matched: bool | None = None
    min_share: float | None = None

    def __post_init__(self) -> None:
        check_region(self.region, "the region")
        check_region(self.genesis_region, "the region of genesis")
        for basin in self.basins or ():
            if basin not in BASINS:
                raise BadValue(unknown(basin, BASINS, "basin"))
        for month in self.months or ():
            if month not in range(1, 13):
                raise BadValue(f"a month must be a number from 1 to 12, not {month}")
        for name in ("basins", "months"):
            if getattr(self, name) == ():
                raise BadValue(f"{name}: none is given; leave it out, or give one")
        for name in ("min_peak_s1", "min_hours", "min_distance_km"):
            limit = getattr(self, name)
            if limit is not None and not 0 <= limit < np.inf:
                raise BadValue(f"{name} must be a number that is not negative, not {limit}")
        if self.min_share is not None and not 0 <= self.min_share <= 1:
            raise BadValue(f"min_share must be a fraction from 0 to 1, not {self.min_share}")

    def __bool__(self) -> bool:
        """Whether anything is asked."""
        return self != Filter()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What is asked, one after another."""
        return conditions_of(vars(self))

    @property
    def of_place(self) -> "Filter":
        """What is asked of where and when: this can be asked of observed storms too."""
        return self._only(PLACE)

    @property
    def of_strength(self) -> "Filter":
        """What is asked of strength, duration and distance, which a track may fail of a storm that is there."""
        return self._only(STRENGTH)

    def keeps(self, heads: Heads, tracks: Points = None) -> Bools:
        """Which tracks are kept, shape (ntracks,).

        Parameters
        ----------
        heads : Heads
        tracks : Tracks or BestTracks, optional
            The same tracks with their points, which only `region` asks for, and only where the heads leave it open.

        Raises
        ------
        BadValue
            A region that needs the points, without tracks; a share of the members that the tracks do not have.
        """
        return self.steps(heads, tracks)[-1]

    def steps(self, heads: Heads, tracks: Points = None) -> list[Bools]:
        """Which tracks are left before anything is asked, and after each of the conditions.

        Parameters
        ----------
        heads, tracks
            As of `keeps`.
        """
        steps = [np.ones(len(heads), bool)]
        for condition in self.conditions:
            steps.append(steps[-1] & condition.holds(heads, tracks))
        return steps

    def asks_points(self, heads: Heads) -> bool:
        """Whether heads alone cannot tell which tracks are kept: a region that some of them may pass or not."""
        if self.region is None:
            return False
        return bool(np.any(regions.may_pass(heads, self.region) & ~regions.surely_passes(heads, self.region)))

    def may_keep(self, heads: Heads) -> Bools:
        """Which tracks could be kept, as far as heads tell without points: at least those of `keeps`."""
        kept = np.ones(len(heads), bool)
        for condition in self.conditions:
            kept &= condition.may_hold(heads)
        return kept

    def take(self, tracks: Tracks, matches: Matches) -> tuple[Tracks, Matches]:
        """The tracks that are kept, and the matches by their new numbers.

        A best track keeps its row. Where the track that it matched is left out, the longest piece that is kept takes
        its place; where none is kept it becomes a miss. `Scope` says which best tracks a filter is about.
        """
        kept = self.keeps(of(tracks, matches), tracks)
        return tracks.take(kept), of_kept(tracks.row_size, matches, kept)

    def describe(self) -> str:
        """In plain words, for titles, notes and files: what the tracks do; '' where nothing is asked."""
        texts = [condition.text for condition in self.conditions]
        begin = "begin "
        again = (text.removeprefix(begin) if before.startswith(begin) else text for before, text in pairwise(texts))
        return " and ".join([*texts[:1], *again])

    def to_json(self) -> dict[str, Any]:
        """What is asked, in plain values, for a file's own account of itself."""
        asked = {name: value for name, value in dataclasses.asdict(self).items() if value is not None}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}

    def _only(self, kind: str) -> "Filter":
        return Filter(**{one.name: getattr(self, one.name) for one in self.conditions if one.kind == kind})
