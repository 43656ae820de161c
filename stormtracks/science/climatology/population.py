"""The tracks of all seasons without their points, whose each of them is, and the best tracks of the same seasons."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from stormtracks.readable import counted
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.climatology.bands import Band, beside, over_years
from stormtracks.science.climatology.census import Cells, Census, census, edges_of, medians
from stormtracks.science.climatology.coverage import Coverage
from stormtracks.science.climatology.density import track_density
from stormtracks.science.climatology.quantities import Quantity
from stormtracks.science.heads import Heads
from stormtracks.science.records import Grid, Tracks
from stormtracks.science.region import Region


@dataclass(frozen=True)
class Population:
    """Tracks, or storms of a list, of all members and years.

    Attributes
    ----------
    cells : Cells
    heads : Heads
        Of all of them, n.
    member, year : ndarray of int64, shape (n,)
        Places in ``cells.members`` and ``cells.years``.
    observed : Heads
        The best tracks that the seasons could have seen, m; each year's once.
    observed_year : ndarray of int64, shape (m,)
        Places in ``cells.years``.
    asked : str
        Which of all tracks these are, as a filter describes it.
    data : str
        What the data are called, for titles; '' where nobody says it.
    remarks : tuple of str
    coverage : Coverage or None
        Which months the seasons cover; None where months are not asked for, and then each counts in all.
    """

    cells: Cells
    heads: Heads
    member: Ints
    year: Ints
    observed: Heads
    observed_year: Ints
    asked: str = ""
    data: str = ""
    remarks: tuple[str, ...] = ()
    coverage: Coverage | None = None

    @property
    def each(self) -> str:
        """What a column of `cells` is: a season, or a forecast."""
        return "forecast" if any(isinstance(year, str) for year in self.cells.years) else "season"

    @property
    def matched(self) -> Bools:
        """Which of the tracks are an observed storm or a piece of one, shape (n,)."""
        return np.asarray(self.heads.sid != "")

    def edges(self, quantity: Quantity) -> Floats:
        """Edges of bins for the tracks and the best tracks."""
        if quantity.key == "month":
            return np.arange(13.0)
        return edges_of([quantity.of(self.heads), quantity.of(self.observed)], quantity.width)

    def counted(self, quantity: Quantity, edges: Floats, matched_only: bool = False) -> Census:
        """The tracks in bins.

        Parameters
        ----------
        quantity : Quantity
            What of a track is counted, such as `quantities.VORTICITY`.
        edges : ndarray of float64, shape (nbins + 1,)
            In the quantity's unit.
        matched_only : bool
            Whether only tracks that are observed storms are counted.
        """
        kept = self.matched if matched_only else np.ones(len(self.heads), bool)
        made = census(self.cells, quantity.of(self.heads)[kept], self.member[kept], self.year[kept], edges)
        if quantity.key != "month" or self.coverage is None:
            return made
        return dataclasses.replace(made, covered=self.coverage.counted)

    def medians(self, quantity: Quantity, matched_only: bool = False) -> Floats:
        """Each member's median, shape (nmembers,).

        Parameters
        ----------
        quantity : Quantity
        matched_only : bool
            Of observed storms only.
        """
        kept = self.matched if matched_only else np.ones(len(self.heads), bool)
        return medians(self.cells, quantity.of(self.heads)[kept], self.member[kept], self.year[kept])

    def observed_band(self, quantity: Quantity, edges: Floats) -> Band:
        """Best tracks per season in each bin: their mean over the years that are compared, and an interval of it.

        Parameters
        ----------
        quantity : Quantity
        edges : ndarray of float64, shape (nbins + 1,)
        """
        seen = Cells((0,), self.cells.years, np.ones((1, len(self.cells.years)), bool))
        nobody = np.zeros(len(self.observed), int)
        counts = census(seen, quantity.of(self.observed), nobody, self.observed_year, edges).counts[0]
        if quantity.key != "month" or self.coverage is None:
            return over_years(counts[self.cells.compared])
        years = self.coverage.counted.any(axis=0) & self.cells.compared[:, None]
        return beside([over_years(counts[years[:, month], month : month + 1]) for month in range(12)])

    def observed_median(self, quantity: Quantity) -> float:
        """Median of the best tracks of the years that are compared; NaN where none has a value."""
        values = quantity.of(self.observed)[self.cells.compared[self.observed_year]]
        known = values[np.isfinite(values)]
        return float(np.median(known)) if len(known) else float("nan")

    def ends(self, which: str) -> Tracks:
        """Where the tracks of the compared seasons begin ("genesis") or end ("lysis"), each as a track of one point.

        Of a list's storm the beginning is where it is first of its class.
        """
        mine = np.flatnonzero(self.cells.seen[self.member, self.year])
        lat, lon = (getattr(self.heads, f"{which}_{axis}")[mine] for axis in ("lat", "lon"))
        times, strength = self.heads.genesis_time[mine], self.heads.peak_s1[mine]
        return Tracks(np.ones(len(mine), np.int64), times, lat, lon, strength, mine, self.heads.calendar)

    def density(self, which: str, region: Region | None = None, spacing_deg: float = 2.0) -> tuple[Floats, Grid]:
        """How many tracks begin or end near a place, per 10^6 km2 and season.

        Parameters
        ----------
        which : {'genesis', 'lysis'}
        region : tuple of float, optional
            South, north, west, east, degrees; None: the globe.
        spacing_deg : float
            Of the grid.
        """
        values, grid = track_density([self.ends(which)], spacing_deg=spacing_deg, region=region)
        return values / self.number_of_seasons, grid

    @property
    def number_of_seasons(self) -> int:
        """How many seasons of a member are compared."""
        return int(self.cells.seen.sum())

    def observed_ends(self, which: str) -> tuple[Floats, Floats]:
        """Latitudes and longitudes at which the best tracks of the compared years begin or end."""
        seen = self.cells.compared[self.observed_year]
        lat, lon = (getattr(self.observed, f"{which}_{axis}")[seen] for axis in ("lat", "lon"))
        return lat, lon

    @property
    def seasons(self) -> str:
        """The data, the years that are compared, how many members, what is asked: such as ERA5, 2005, 8 members."""
        years = [str(year) for year, kept in zip(self.cells.years, self.cells.compared, strict=True) if kept]
        number = int(self.cells.seen.any(axis=1).sum())
        members = counted(number, "member")
        when = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]} ({len(years)}\u00a0{self.each}s)"
        first = ", ".join(text for text in (self.data, when, members) if text)
        return "; ".join(text for text in (first, self.asked) if text)
