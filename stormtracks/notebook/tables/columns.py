"""Columns of tables and variables of data sets: names, units, meaning; and tracks as columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science.arrays import Ints, Texts
from stormtracks.science.heads import Heads
from stormtracks.science.lists import CLASSES
from stormtracks.science.results import layout, list_layout

Arrays = dict[str, npt.NDArray[Any]]

_PLACES = {"lat": layout.LAT, "lon": layout.LON, "time": layout.TIME}
_OF = {"genesis": "where it begins", "lysis": "where it ends", "peak": "where it is strongest"}

MEANING: dict[str, dict[str, Any]] = {
    "track_id": {"cf_role": "trajectory_id", "long_name": "year, member and number of the track, or name of the storm"},
    "row_size": {"sample_dimension": "obs", "long_name": "points of the track"},
    "year": {"long_name": "year in which the season began"},
    "start": {"long_name": "start of the forecast"},
    "ensemble_member": {"long_name": "ensemble member, counted from 0"},
    "members": {"long_name": "members that have the storm", "units": "1"},
    "share": {"long_name": "share of the members that have the storm", "units": "1"},
    "sid": {"long_name": "identifier of the best track; empty if it is none"},
    "name": {"long_name": "name of the observed storm; empty if it has none"},
    "candidate": {"long_name": "name of a storm that no best track knows"},
    "vorticity": layout.VORTICITY,
    "vorticity_std": {"long_name": "standard deviation of the members' vorticity", "units": "s-1"},
    "spread_km": {"long_name": "root mean square distance of the members", "units": "km"},
    "number": {"long_name": "members that have the storm at the time", "units": "1"},
    "points": {"long_name": "points of the track", "units": "1"},
    "peak_s1": {"long_name": "highest cyclonic vorticity", "units": "s-1"},
    "hours": {"long_name": "from the first point to the last", "units": "h"},
    "distance_km": {"long_name": "from the first point to the last, along the great circle", "units": "km"},
    "wind_m_s": {"long_name": "highest wind while it is of its class", "units": "m s-1"},
    "pressure_pa": {"long_name": "lowest pressure at mean sea level while it is of its class", "units": "Pa"},
    "storm_class": {"long_name": f"class of the storm: {', '.join(CLASSES[1:])}"},
    "genesis_difference_hours": {"long_name": "first time in B minus that in A", "units": "h"},
    "peak_difference_s1": {"long_name": "highest vorticity in B minus that in A", "units": "s-1"},
    "wind_difference_m_s": {"long_name": "highest wind in B minus that in A", "units": "m s-1"},
    "pressure_difference_pa": {"long_name": "lowest pressure in B minus that in A", "units": "Pa"},
    "first_time": {"long_name": "time of the first point"},
    "last_time": {"long_name": "time of the last point"},
    "lead": layout.FORECAST["lead"].attributes,
    **{name: _PLACES[name] for name in _PLACES},
    **{f"{of}_{name}": _PLACES[name] | {"long_name": said} for of, said in _OF.items() for name in _PLACES},
    **{name: column.attributes for name, column in {**layout.MATCHES, **layout.FIELDS}.items() if name != "sid"},
    **{name: list_layout.STORMS[name].attributes for name in ("probability", "tc_first", "tc_last", "tropical")},
}
"""Name -> CF attributes; units of a number without them are those of its name, or none."""


@dataclass(frozen=True)
class TrackColumns:
    """Tracks as columns: what tables, data sets and shapes are made of.

    Attributes
    ----------
    row_size : ndarray of int, shape (ntracks,)
        Points of each; in `per_point` track follows track.
    per_track, per_point : dict of str to ndarray, shapes (ntracks,) and (npoints,)
    calendar : str
        CF calendar of the times.
    title : str
    """

    row_size: Ints
    per_track: Arrays
    per_point: Arrays
    calendar: str
    title: str


def attributes(name: str) -> dict[str, Any]:
    """CF attributes of a column, without those that say how it lies in a file."""
    skipped = ("_FillValue", "coordinates", "calendar", "sample_dimension", "cf_role", "flag_values", "flag_meanings")
    found = {key: value for key, value in MEANING.get(name, {}).items() if key not in skipped}
    return {key: value for key, value in found.items() if key != "units" or not str(value).startswith("seconds")}


def units(names: Iterable[str]) -> dict[str, str]:
    """Units of those columns that have some."""
    known = ((name, attributes(name).get("units")) for name in names)
    return {name: unit for name, unit in known if unit not in (None, "1")}


def of_label(year: Label, count: int) -> Arrays:
    """The column that says of which year, or start of a forecast, tracks are."""
    if isinstance(year, str):
        return {"start": np.full(count, year)}
    return {"year": np.full(count, year, np.int64)}


def ids(year: Label, members: Ints, numbers: Ints) -> Texts:
    """Identifiers of tracks: the same for a track whatever else is chosen, and no two alike."""
    name, pairs = label.name(year), zip(members.tolist(), numbers.tolist(), strict=True)
    return np.array([f"{name}-{member:03d}-{number:05d}" for member, number in pairs] or [], dtype="U")


def of_heads(heads: Heads) -> Arrays:
    """Heads as columns, those that say something."""
    names = ("sid", "name", "first_time", "last_time", "hours", "distance_km", "peak_s1")
    places = tuple(f"{of}_{place}" for of in ("genesis", "peak", "lysis") for place in ("time", "lat", "lon"))
    shown = {name: getattr(heads, name) for name in (*names, *places) if name != "lysis_time"}
    if heads.storm_class.any():
        shown["storm_class"] = np.array(CLASSES)[heads.storm_class]
    return shown | {name: getattr(heads, name) for name in ("wind_m_s", "pressure_pa") if known(getattr(heads, name))}


def known(values: npt.NDArray[Any]) -> bool:
    """Whether any number is known."""
    return bool(len(values)) and not bool(np.isnan(values).all())


def stacked(parts: Sequence[Mapping[str, npt.NDArray[Any]]]) -> Arrays:
    """Columns one after another; one that a part lacks is NaN, or '', there."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: np.concatenate([_of_part(part, name, parts) for part in parts]) for name in names}


def _of_part(part: Mapping[str, Any], name: str, parts: Sequence[Mapping[str, Any]]) -> npt.NDArray[Any]:
    if name in part:
        return part[name]
    like = next(one[name] for one in parts if name in one)
    count = len(next(iter(part.values()))) if part else 0
    fill: Any = {"U": "", "M": np.datetime64("NaT")}.get(like.dtype.kind, np.nan)
    return np.full(count, fill, like.dtype if like.dtype.kind in "UMf" else float)
