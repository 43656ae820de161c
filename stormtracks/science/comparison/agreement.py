"""Two samples of tracks -> what is in both, what in one only, and how the same storms differ."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints, Texts
from stormtracks.science.comparison.clock import Clock
from stormtracks.science.comparison.pairing import Pairing, Rule, pair
from stormtracks.science.filters import Filter
from stormtracks.science.heads import Heads
from stormtracks.science.records import Tracks


@dataclass(frozen=True)
class Sample:
    """What is compared: tracks of a member, of its list, of a consensus, or of a file.

    Attributes
    ----------
    tracks : Tracks
    heads : Heads
        Of the tracks; sid and name tell which observed storms they are.
    clock : Clock
    observed : ndarray of str, or None
        Observed storms that could have been found; None: not known.
    """

    tracks: Tracks
    heads: Heads
    clock: Clock
    observed: Texts | None = None

    def __len__(self) -> int:
        return len(self.tracks)


@dataclass(frozen=True)
class Agreement:
    """How two samples compare.

    Attributes
    ----------
    pairs : Pairing
        Tracks in both.
    only_one, only_other : ndarray of int64
        Numbers of the tracks that are in one sample only.
    left_out : int
        Tracks with some points at times that both samples have, but too few.
    one, other : Heads
    observed : ndarray of str
        Observed storms that both could have found; none where one says nothing of them.
    found_one, found_other : ndarray of bool, shape (nobserved,)
        Which of them were found.
    """

    pairs: Pairing
    only_one: Ints
    only_other: Ints
    left_out: int
    one: Heads
    other: Heads
    observed: Texts
    found_one: Bools
    found_other: Bools

    @property
    def genesis_hours(self) -> Floats:
        """How much later each storm begins in the second sample, hours, shape (npairs,)."""
        later = self.other.first_time[self.pairs.other] - self.one.first_time[self.pairs.one]
        return later / np.timedelta64(1, "h")

    def difference(self, name: str) -> Floats:
        """Of each storm, a value of `Heads` in the second sample minus that in the first; NaN where one is unknown."""
        one, other = getattr(self.one, name)[self.pairs.one], getattr(self.other, name)[self.pairs.other]
        return other.astype(float) - one.astype(float)

    def of_year(self, year: int) -> "Agreement":
        """What begins in a calendar year: of a pair the earlier track decides, of an observed storm its identifier."""
        begin = [heads.first_time.astype("datetime64[Y]").astype(int) + 1970 for heads in (self.one, self.other)]
        both = np.minimum(begin[0][self.pairs.one], begin[1][self.pairs.other])
        named = np.array([str(year) in sid for sid in self.observed.tolist()], bool)
        return dataclasses.replace(
            self,
            pairs=self.pairs.take(both == year),
            only_one=self.only_one[begin[0][self.only_one] == year],
            only_other=self.only_other[begin[1][self.only_other] == year],
            observed=self.observed[named],
            found_one=self.found_one[named],
            found_other=self.found_other[named],
        )


def agreement(one: Sample, other: Sample, rule: Rule | None = None, asked: Filter | None = None) -> Agreement:
    """Compare two samples.

    Parameters
    ----------
    one, other : Sample
    rule : Rule, optional
        When two tracks are the same storm; none: as tracks are matched with best tracks.
    asked : Filter, optional
        A storm is looked at if the track of either sample is kept: one at the edge of a region is not "only in A".

    Returns
    -------
    Agreement
        Swapped samples give the same, swapped.

    Raises
    ------
    InputError
        Samples without a common time.

    Notes
    -----
    Only points at times that both have are looked at: at 00, 06, 12 and 18 UTC of six-hourly and three-hourly data, in
    August to October of a season and a year. A track with fewer of them than two tracks must share is left out, since
    it could not be in both.
    """
    rule = rule or Rule()
    clock = one.clock.common(other.clock)
    kept = [_at(sample.tracks, clock, rule.min_common_times) for sample in (one, other)]
    found = pair(kept[0][0], kept[1][0], rule)
    pairs = Pairing(kept[0][1][found.one], kept[1][1][found.other], found.common, found.distance_km)
    only = [
        np.setdiff1d(numbers, paired) for (_, numbers, _), paired in zip(kept, (pairs.one, pairs.other), strict=True)
    ]
    left_out = sum(short for *_, short in kept)
    if asked:
        keeps = [asked.keeps(sample.heads, sample.tracks) for sample in (one, other)]
        pairs = pairs.take(keeps[0][pairs.one] | keeps[1][pairs.other])
        only = [numbers[keep[numbers]] for numbers, keep in zip(only, keeps, strict=True)]
    observed = _observed(one, other)
    found_by = [np.isin(observed, sample.heads.sid) for sample in (one, other)]
    return Agreement(
        pairs=pairs,
        only_one=only[0],
        only_other=only[1],
        left_out=left_out,
        one=one.heads,
        other=other.heads,
        observed=observed,
        found_one=found_by[0],
        found_other=found_by[1],
    )


def _at(tracks: Tracks, clock: Clock, least: int) -> tuple[Tracks, Ints, int]:
    """Points of tracks at some times, of those that have enough of them; their numbers; how many have too few."""
    there = clock.holds(tracks.time)
    size = np.bincount(tracks.track[there], minlength=len(tracks))
    numbers = np.flatnonzero(size >= least)
    points = there & tracks.of_rows(numbers)
    columns = {name: getattr(tracks, name)[points] for name in ("time", "lat", "lon", "vorticity", "maximum")}
    taken = dataclasses.replace(tracks, row_size=size[numbers].astype(np.int32), **columns)
    return taken, numbers, int(((size > 0) & (size < least)).sum())


def _observed(one: Sample, other: Sample) -> Texts:
    """Observed storms that both could have found."""
    if one.observed is None or other.observed is None:
        return np.zeros(0, "U1")
    return np.intersect1d(one.observed, other.observed)
