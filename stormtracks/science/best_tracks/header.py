"""The line of column names of a table -> which of its columns are wanted, and how its rows are split."""

import contextlib
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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
    "usa_wind": ("usa_wind",),
    "usa_pres": ("usa_pres",),
    "wmo_wind": ("wmo_wind",),
    "wmo_pres": ("wmo_pres",),
    "wind": ("wind", "max_wind", "maximum_wind", "vmax"),
    "pres": ("slp", "pres", "pressure", "mslp", "minimum_pressure"),
}
"""Our name -> names that a table may have for it, the first before the others; without regard to case and marks."""

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
    places : dict of str to int
        Our name -> number of the column, of those that are wanted and there.
    """

    lines: int
    delimiter: str
    names: tuple[str, ...]
    places: dict[str, int]

    def __contains__(self, name: str) -> bool:
        return name in self.places

    def theirs(self, name: str) -> str:
        """The table's name of one of our columns."""
        return self.names[self.places[name]]

    def split(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The fields of each line."""
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True)


def find(lines: Sequence[str]) -> Header | None:
    """The header that a file's first lines begin with; None where they are no table of storms."""
    before = 1 if lines and lines[0].lower().startswith("sep=") else 0  # Excel's line about the delimiter
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
    names = tuple(re.sub(r"[^a-z0-9]+", "_", bare(name).lower()).strip("_") for name in fields)
    found = {ours: [names.index(name) for name in theirs if name in names] for ours, theirs in _NAMES.items()}
    return Header(number, delimiter, names, {ours: places[0] for ours, places in found.items() if places})


def _with_row_names(header: Header, lines: Sequence[str]) -> Header:
    """R's write.table gives its rows names, and their column none: then each row has a field more than the header."""
    for row in _split_so_far(header, lines):
        if len(row) == len(header.names) + 1 and is_identifier(bare(row[header.places["sid"] + 1])):
            moved = {name: column + 1 for name, column in header.places.items()}
            return Header(header.lines, header.delimiter, ("", *header.names), moved)
    return header


def _split_so_far(header: Header, lines: Sequence[str]) -> Iterator[list[str]]:
    """The fields of lines; ends where a line cannot be split, which `rows` then names."""
    with contextlib.suppress(csv.Error):
        yield from header.split(lines)
