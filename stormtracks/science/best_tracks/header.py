"""The line of column names of a table -> which of its columns are wanted, and how its rows are split."""

import contextlib
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from stormtracks.science.best_tracks import units
from stormtracks.science.best_tracks.columns import NUMBERS
from stormtracks.science.best_tracks.values import bare, is_identifier

_NAMES = {
    "sid": ("sid", "track_id", "storm_id", "id"),
    "time": ("iso_time", "time", "datetime", "date_and_time"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude", "long"),
    "lat_letter": ("lat_hemi", "lat_hemisphere", "latitude_hemisphere", "lat_dir", "lat_ns", "hemi_ns", "ns", "n_s"),
    "lon_letter": ("lon_hemi", "lon_hemisphere", "longitude_hemisphere", "lon_dir", "lon_ew", "hemi_ew", "ew", "e_w"),
    "name": ("name",),
    "basin": ("basin",),
    "season": ("season",),
    "track_type": ("track_type",),
    "date": ("date",),
    "year": ("year",),
    "month": ("month",),
    "day": ("day",),
    "hour": ("hour",),
    "minute": ("minute",),
    "usa_wind": ("usa_wind",),
    "usa_pres": ("usa_pres",),
    "wmo_wind": ("wmo_wind",),
    "wmo_pres": ("wmo_pres",),
    "wind": ("wind", "max_wind", "maximum_wind", "vmax"),
    "pres": ("slp", "pres", "pressure", "mslp", "minimum_pressure"),
}
"""Our name -> names that a table may have for it, the first before the others; without regard to case and marks."""

_WINDS = (
    *("wind", "winds", "wind_speed", "windspeed", "max_wind", "maxwind", "max_winds", "max_wind_speed", "maximum_wind"),
    *("maximum_winds", "maximum_wind_speed", "max_sustained_wind", "max_sustained_winds", "maximum_sustained_wind"),
    *("maximum_sustained_winds", "maximum_sustained_wind_speed", "sustained_wind", "vmax", "v_max", "msw"),
)
_WITH_UNITS = {
    "usa_wind": ("usa_wind",),
    "usa_pres": ("usa_pres",),
    "wmo_wind": ("wmo_wind",),
    "wmo_pres": ("wmo_pres",),
    "wind": _WINDS,
    "pres": (
        *("slp", "pres", "pressure", "mslp", "minimum_pressure", "min_pressure", "central_pressure", "pc", "mcp"),
        *("minimum_central_pressure", "min_central_pressure", "sea_level_pressure", "min_slp", "pmin"),
    ),
}
"""Our name -> names that a column may have before its unit: wind_ms, vmax (km/h)."""
_OTHER_THINGS = re.compile(r"radi|dir|gust|qual|flag|source|src|agency|method|time|shear|\d|.{13}")
"""In what follows a name, where it is no unit: max_wind_radius."""

_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Header:
    """The line of column names.

    Attributes
    ----------
    lines : int
        Lines that it takes, with what is before it.
    delimiter : str
    names : tuple of str
        As in the file, but small letters and underscores.
    titles : tuple of str
        The same as the file writes them.
    places : dict of str to int
        Our name -> number of the column, of those that are wanted and there.
    factors : dict of str to float
        Our name -> what values are multiplied by for knots or hPa, of columns whose name has a unit.
    unknown : tuple of str
        Titles of winds or pressures that are not read, since no known unit is in them.
    """

    lines: int
    delimiter: str
    names: tuple[str, ...]
    titles: tuple[str, ...]
    places: dict[str, int]
    factors: dict[str, float]
    unknown: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.places

    def theirs(self, name: str) -> str:
        """The table's name of one of our columns."""
        return self.names[self.places[name]]

    def title(self, name: str) -> str:
        """The same as the file writes it."""
        return self.titles[self.places[name]]

    def split(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The fields of each line."""
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True)


def find(lines: Sequence[str]) -> Header | None:
    """The header that a file's first lines begin with; None where they are no table of storms."""
    is_before = [not line.strip() or line.lower().startswith(("sep=", "#")) for line in lines]  # sep=: Excel's
    before = is_before.index(False) if False in is_before else 0
    for delimiter in _DELIMITERS:
        header = _header(lines[before:], before + 1, delimiter)
        if "sid" in header.names or all(name in header for name in ("sid", "lat", "lon")):
            return _with_row_names(header, lines[before + 1 :])
    return None


def _header(lines: Sequence[str], number: int, delimiter: str) -> Header:
    try:
        fields = next(csv.reader(lines[:1], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:  # binary rubbish
        fields = []
    titles = tuple(bare(name) for name in fields)
    names = tuple(units.bare(title) for title in titles)
    found = {ours: [names.index(name) for name in theirs if name in names] for ours, theirs in _NAMES.items()}
    places = {ours: places[0] for ours, places in found.items() if places}
    factors, unknown = _with_units(names)
    places |= {ours: place for ours, (place, _) in factors.items()}  # what says its unit goes before what does not
    return Header(
        number,
        delimiter,
        names,
        titles,
        places,
        {ours: factor for ours, (_, factor) in factors.items()},
        tuple(titles[place] for place, ours in unknown.items() if ours not in places),
    )


def _with_units(names: Sequence[str]) -> tuple[dict[str, tuple[int, float]], dict[int, str]]:
    """By our names the columns whose names have a known unit, with its factor; and those whose unit is not known."""
    known: dict[str, tuple[int, float]] = {}
    unknown: dict[int, str] = {}
    for place, name in enumerate(names):
        for ours in NUMBERS:
            of_pressure = ours.endswith("pres")
            rests = [name.removeprefix(f"{base}_") for base in _WITH_UNITS[ours] if name.startswith(f"{base}_")]
            there = [factor for rest in rests if (factor := units.factor(rest, of_pressure)) is not None]
            if there and (ours not in known or there[0] == 1.0):  # of several, that in our unit
                known[ours] = place, there[0]
            elif not there and ((rests and not _OTHER_THINGS.search(min(rests, key=len))) or _is_bare(name, ours)):
                unknown[place] = ours
    return known, unknown


def _is_bare(name: str, ours: str) -> bool:
    """Whether a column is called by one of the names that are read with a unit only: wind_speed."""
    return name in _WITH_UNITS[ours] and name not in _NAMES[ours]


def _with_row_names(header: Header, lines: Sequence[str]) -> Header:
    """R's write.table gives its rows names, and their column none: then each row has a field more than the header."""
    for row in _split_so_far(header, lines):
        if len(row) == len(header.names) + 1 and is_identifier(bare(row[header.places["sid"] + 1])):
            moved = {name: column + 1 for name, column in header.places.items()}
            return replace(header, names=("", *header.names), titles=("", *header.titles), places=moved)
    return header


def _split_so_far(header: Header, lines: Sequence[str]) -> Iterator[list[str]]:
    """The fields of lines; ends where a line cannot be split, which `rows` then names."""
    with contextlib.suppress(csv.Error):
        yield from header.split(lines)
