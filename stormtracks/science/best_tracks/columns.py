"""What every reader hands over, by name -> best tracks."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints, Texts
from stormtracks.science.records import BestTracks
from stormtracks.science.sphere import wrap

Window: TypeAlias = tuple[int, int]
"""First and last time of interest, s since 1970."""

Columns: TypeAlias = dict[str, Any]
"""Arrays by name. Per storm: sid, name, track_type, basin (of its first point), season (-1: unknown).
Per point: storm (index), time (s since 1970), lat, lon and winds and pressures in knots and hPa (NaN: missing):
usa_wind, usa_pres, wmo_wind, wmo_pres, or wind and pres where the file has one agency's, which `agency` then calls.
Not an array: remarks, a list of sentences."""

STORM_COLUMNS = ("sid", "name", "track_type", "basin", "season")
NUMBERS = ("usa_wind", "usa_pres", "wmo_wind", "wmo_pres", "wind", "pres")
"""Agencies' winds and pressures, of which a file has some."""

_NAMELESS = ("NOT_NAMED", "NOT NAMED", "UNNAMED", "NAMELESS", "NAN", "NA", "NONE", "NULL")  # v04r00, v04r01, tables
_AGENCIES = {"usa": "the US agencies'", "wmo": "the WMO agency's"}


def by_storm(points: Mapping[str, Any], window: Window) -> Columns:
    """Columns from arrays that have all of it per point, in the file's order of storms; only storms in the window."""
    _, first, storm = np.unique(points["sid"], return_index=True, return_inverse=True)
    order = np.argsort(first)  # the file's order, not the alphabet's
    storm = np.argsort(order)[storm]
    seen = np.bincount(storm, in_window(points["time"], window), len(first)) > 0
    kept = seen[storm]
    columns: Columns = {name: points[name][first[order]][seen] for name in STORM_COLUMNS}
    columns |= {"storm": (np.cumsum(seen) - 1)[storm[kept]]}
    present = [name for name in NUMBERS if name in points]
    columns |= {name: points[name][kept] for name in ("time", "lat", "lon", *present)}
    return columns | {name: points[name] for name in ("agency", "remarks") if name in points}


def in_window(time: Ints, window: Window) -> Bools:
    """Which times lie in the window, both ends included."""
    return (time >= window[0]) & (time <= window[1])


def years(window: Window) -> tuple[int, int]:
    """First and last year that the identifiers of storms in the window may begin with, of four digits each.

    IBTrACS's say when a storm began; a year more at both ends is for those that last, and for what is dated otherwise.
    """
    first, last = (
        1970 + int(np.int64(second).astype("datetime64[s]").astype("datetime64[Y]").astype(int)) for second in window
    )
    return min(max(first, 1001), 9997) - 1, min(max(last, 1001), 9997) + 1


def seasons(time: Ints, lat: Floats) -> Ints:
    """The season of storms that begin at these times: in the south it is that of the year in which it ends."""
    months = time.astype("datetime64[s]").astype("datetime64[M]").astype(int)
    return (1970 + months // 12 + ((lat < 0) & (months % 12 >= 6))).astype(np.int32)


def best_tracks(columns: Columns, wind_source: str, called: str) -> BestTracks:
    """The best tracks of some columns: main tracks only, times ascending, one agency's winds."""
    main = np.array(["spur" not in kind.lower() for kind in columns["track_type"]], dtype=bool)
    points = _points_in_order(columns, main)
    row_size = np.bincount(columns["storm"][points], minlength=len(main))
    kept = row_size > 0
    name = columns["name"][kept]
    wind, agency = _agency(columns, "wind", wind_source)
    pressure, _ = _agency(columns, "pres", wind_source)
    return BestTracks(
        sid=columns["sid"][kept],
        name=np.where(np.isin(np.char.upper(name), _NAMELESS), "", name),
        basin=columns["basin"][kept],
        season=_years(columns["season"][kept]),
        row_size=row_size[kept].astype(np.int32),
        time=columns["time"][points].astype("datetime64[s]"),
        lat=columns["lat"][points],
        lon=wrap(columns["lon"][points]),
        wind_kt=wind[points],
        pressure_hpa=pressure[points],
        remarks=tuple(f"{called}: {remark}" for remark in [*columns.get("remarks", ()), *agency]),
    )


def _years(season: Floats | Ints) -> Ints:
    """Seasons as whole numbers, -1 for what is not a year."""
    with np.errstate(invalid="ignore"):
        return np.where((season > 0) & (season < 10000), season, -1).astype(np.int32)


def _points_in_order(columns: Columns, main: Bools) -> Ints:
    """Indices of the main tracks' points, storm after storm, times strictly ascending."""
    usable = main[columns["storm"]] & np.isfinite(columns["lat"]) & np.isfinite(columns["lon"])
    points = np.flatnonzero(usable)
    # A stable sort: of points at the same time the file's first stays the first.
    points = points[np.lexsort((columns["time"][points], columns["storm"][points]))]
    storm, time = columns["storm"][points], columns["time"][points]
    again = (storm[1:] == storm[:-1]) & (time[1:] == time[:-1])
    return points[np.concatenate([[True], ~again])] if len(points) else points


def _agency(columns: Columns, quantity: str, wind_source: str) -> tuple[Floats, list[str]]:
    """The winds or pressures of an agency, and a remark where there is no choice of agencies."""
    there = {agency: columns[f"{agency}_{quantity}"] for agency in _AGENCIES if f"{agency}_{quantity}" in columns}
    if len(there) == 2:
        usa, wmo = there["usa"], there["wmo"]
        return (wmo if wind_source == "wmo" else np.where(np.isnan(usa), wmo, usa)).astype(np.float32), []
    if there:
        (agency, values), *_ = there.items()
        return values.astype(np.float32), [f"its winds are {_AGENCIES[agency]} only; 'wind_source' has no choice"]
    if quantity in columns:
        of = columns.get("agency", "one agency's, which it does not name, taken as knots")
        return columns[quantity].astype(np.float32), [f"its winds are {of}; 'wind_source' has no choice"]
    return np.full(len(columns["time"]), np.nan, np.float32), ["it has no winds"]


def no_texts(count: int) -> Texts:
    """What a storm's column holds where the file does not have it."""
    return np.full(count, "", dtype="U1")
