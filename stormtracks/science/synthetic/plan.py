"""What is to be planted: year, members, grid, times, layout, strength of the noise."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science.arrays import Times
from stormtracks.science.records import Grid

LAYOUTS = (
    "20crv2c", "20crv3", "era5", "seas5", "lens2",
    "grib1", "grib2", "grib2-ccsds", "grib2-complex", "grib1-reduced", "gefs",
    "zarr2", "zarr3", "zarr3-long", "arco", "weatherbench2", "zarr-forecasts", "healpix",
)  # fmt: skip
"""Layouts of files, as `synthetic.layouts` has them: netCDF, GRIB, Zarr."""
FORECASTS = ("seas5", "gefs", "zarr-forecasts")
"""Layouts whose files are forecasts, of one start at least: the first time of the plan."""
LIKE = ("20crv2c", "era5")


@dataclass(frozen=True)
class Plan:
    """An artificial season; the same plan gives the same arrays.

    Attributes
    ----------
    year : int
        The year in the files' names.
    members : int
        Size of the ensemble; a member does not depend on how many others there are.
    grid : float
        Grid spacing, degrees; 180 is a multiple of it.
    start, stop : str or None
        First and last day ("2005-06-01"), 00 UTC of both included; none: all of the year.
    step_hours : int
        Time step; a day is a multiple of it.
    layout : str or None
        One of `LAYOUTS`: '20crv2c' (a file per variable, all members in each chunk), '20crv3' (a file per variable
        and member), 'era5' (a file per variable, as the Climate Data Store has them) ... None: 'era5' where the
        season is like ERA5, otherwise '20crv2c'.
    noise : float
        Strength of the lows and the noise; 1 is what ERA5's winds show on a grid like this (see `background`).
    extra_storms : bool
        Whether storms across Greenwich, across the date line and in the southern hemisphere are planted as well.
    seed : int
        What makes one season different from another.
    complevel : int
        zlib level, 0 to 9; the archive has 6.
    like : str or None
        What the season is like (see `nature`): '20crv2c', 'era5', or none: winds at 850 hPa only, of ERA5's strength.
        Where it is like an archive, files of pressure and heights are written as well.
    """

    year: int
    members: int = 56
    grid: float = 2.0
    start: str | None = None
    stop: str | None = None
    step_hours: int = 6
    layout: str | None = None
    noise: float = 1.0
    extra_storms: bool = True
    seed: int = 2005
    complevel: int = 6
    like: str | None = None

    def __post_init__(self) -> None:
        if self.layout is None:
            object.__setattr__(self, "layout", "era5" if self.like == "era5" else LAYOUTS[0])
        if self.layout not in LAYOUTS:
            raise BadValue(f"'layout' must be {', '.join(LAYOUTS[:-1])} or {LAYOUTS[-1]}, not {self.layout!r}")
        if self.layout == "arco" and self.members != 1:
            raise BadValue(f"the layout arco has no members: 'members' must be 1, not {self.members}")
        if self.like is not None and self.like not in LIKE:
            raise BadValue(f"'like' must be {' or '.join(LIKE)}, not {self.like!r}")
        if not 0.25 <= self.grid <= 10 or 180 % self.grid:
            raise BadValue(
                f"'grid' must be a spacing of 0.25 to 10 degrees that divides 180, such as 2, not {self.grid}"
            )
        if self.step_hours < 1 or 24 % self.step_hours:
            raise BadValue(f"'step_hours' must divide a day, such as 6 or 3, not {self.step_hours}")
        for name, least, most in _RANGES:
            if not least <= getattr(self, name) <= most:
                raise BadValue(f"'{name}' must be {least} to {most}, not {getattr(self, name)}")
        first, last = self._day("start", f"{self.year}-01-01"), self._day("stop", f"{self.year}-12-31")
        if last < first:
            raise BadValue(f"'stop' ({last}) must not be before 'start' ({first})")

    def _day(self, name: str, default: str) -> date:
        try:
            return date.fromisoformat(getattr(self, name) or default)
        except ValueError as error:
            raise BadValue(f"'{name}' must be a day such as 2005-06-01, not {getattr(self, name)!r}") from error

    @property
    def times(self) -> Times:
        """The times, datetime64[s], shape (nt,)."""
        first = np.datetime64(self.start or f"{self.year}-01-01", "s")
        last = np.datetime64(self.stop or f"{self.year + 1}-01-01", "s")
        times = np.arange(first, last + np.timedelta64(1, "s"), np.timedelta64(self.step_hours, "h"))
        return times if self.stop else times[:-1]

    @property
    def axes(self) -> Grid:
        """The grid: rows S->N with both poles, columns eastward from Greenwich."""
        lat = np.linspace(-90.0, 90.0, round(180 / self.grid) + 1)
        return Grid(lat, np.arange(round(360 / self.grid)) * float(self.grid), periodic=True)


_RANGES = (
    ("year", 1583, 9000), ("members", 1, 999), ("noise", 0, 100), ("seed", 0, 2**31), ("complevel", 0, 9),
)  # fmt: skip
