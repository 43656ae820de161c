"""The noun that every reader of a file of tracks makes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints, Texts, Times
from stormtracks.science.errors import InputError
from stormtracks.science.records import Tracks


@dataclass(frozen=True)
class TrackFile:
    """Tracks of another program, or that were exported.

    Attributes
    ----------
    kind : str
        What the file is, such as "TempestExtremes".
    tracks : Tracks
        In the order of the file; vorticity in s-1, cyclonic positive, NaN where the file has none.
    member : ndarray of int64, shape (ntracks,)
        0 where the file says nothing of members.
    sid, name : ndarray of str, shape (ntracks,)
        Best track that each is; '' where the file does not say.
    wind, pressure : ndarray of float64, shape (npoints,)
        m s-1 and Pa; NaN where the file has none.
    """

    kind: str
    tracks: Tracks
    member: Ints
    sid: Texts
    name: Texts
    wind: Floats
    pressure: Floats

    @property
    def members(self) -> list[int]:
        """Those that there are, ascending."""
        return np.unique(self.member).tolist()


def assemble(
    kind: str, path: object, key: npt.NDArray[Any], time: Times, lat: Floats, lon: Floats, **others: npt.NDArray[Any]
) -> TrackFile:
    """Tracks of points in any order.

    Parameters
    ----------
    kind : str
    path : path
        For messages.
    key : ndarray, shape (n,)
        What points of one track have in common.
    time : ndarray of datetime64, shape (n,)
    lat, lon : ndarray of float, shape (n,)
        Degrees, any longitude; a point without a position is left out.
    **others
        "vorticity", "wind", "pressure", "member", "sid", "name", and "calendar" (a text), of each point.

    Raises
    ------
    InputError
        No point, a latitude that is none, or two points of a track at one time.
    """
    calendar = str(others.pop("calendar", "proleptic_gregorian"))
    there = np.isfinite(lat) & np.isfinite(lon) & ~np.isnat(time)
    order = _order(key[there], time[there])
    rows = np.flatnonzero(there)[order]
    if not len(rows):
        raise InputError(f"{path}: {kind}, but without a single point of a track; name another file")
    if np.abs(lat[rows]).max() > 90.0:
        raise InputError(f"{path}: a latitude of {lat[rows][np.abs(lat[rows]).argmax()]:g} is none; check its columns")
    begins = np.append(True, key[rows][1:] != key[rows][:-1])
    when = time[rows].astype("datetime64[s]")
    if (np.diff(when) <= np.timedelta64(0, "s"))[~begins[1:]].any():
        raise InputError(f"{path}: a track has two points at one time; give each track a number of its own")
    start = np.flatnonzero(begins)
    unknown = np.full(len(lat), np.nan)
    column = {name: others.get(name, unknown)[rows].astype(float) for name in ("vorticity", "wind", "pressure")}
    texts = {name: others.get(name, np.full(len(lat), ""))[rows][start].astype(str) for name in ("sid", "name")}
    tracks = Tracks(
        row_size=np.diff(np.append(start, len(rows))).astype(np.int32),
        time=when,
        lat=lat[rows].astype(float),
        lon=sphere.wrap(lon[rows].astype(float)),
        vorticity=column["vorticity"].astype(np.float32),
        maximum=np.arange(len(rows)),
        calendar=calendar,
    )
    member = others.get("member", np.zeros(len(lat), np.int64))[rows][start].astype(np.int64)
    return TrackFile(kind, tracks, member, texts["sid"], texts["name"], column["wind"], column["pressure"])


def _order(key: npt.NDArray[Any], time: Times) -> Ints:
    """Points by track, tracks in the order in which they first appear, and by time within each."""
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    return np.lexsort((time, first[number]))
