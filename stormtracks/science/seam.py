"""Lines cut where a map ends: at the date line, or opposite a map's central meridian."""

import numpy as np
import numpy.typing as npt

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints


def cut_segments(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike, central: float = 0.0
) -> tuple[Floats, Ints]:
    """Straight lines between points, none of them across the meridian opposite `central`.

    Parameters
    ----------
    lon1, lat1, lon2, lat2 : array_like, shape (n,)
        Ends, degrees; a line goes the short way round.
    central : float
        Degrees east; 0 cuts at the date line.

    Returns
    -------
    segments : ndarray of float64, shape (m, 2, 2)
        Ends of each piece: degrees east of `central` (in [-180, 180]) and degrees north. A line that crosses is two
        pieces that end and begin at the meridian, at the latitude of the straight line in longitude and latitude.
    source : ndarray of int64, shape (m,)
        Number of the line that each piece belongs to, ascending.
    """
    lat1, lat2 = np.asarray(lat1, dtype=float), np.asarray(lat2, dtype=float)
    rel1, rel2 = sphere.wrap(np.subtract(lon1, central)), sphere.wrap(np.subtract(lon2, central))
    step = sphere.lon_difference(rel1, rel2)
    crosses = np.abs(rel1 + step - rel2) > 180.0
    edge = np.where(step > 0, 180.0, -180.0)
    with np.errstate(invalid="ignore", divide="ignore"):  # lines along a meridian, which never cross
        edge_lat = lat1 + (edge - rel1) / step * (lat2 - lat1)
    ends = np.stack([np.stack([rel1, lat1], -1), np.stack([rel2, lat2], -1)], axis=1)
    before, after = ends.copy(), ends[crosses]
    before[crosses, 1] = np.stack([edge, edge_lat], -1)[crosses]
    after[:, 0] = np.stack([-edge, edge_lat], -1)[crosses]
    source = np.concatenate([np.arange(len(ends)), np.flatnonzero(crosses)])
    order = np.argsort(source, kind="stable")
    return np.concatenate([before, after])[order], source[order]


def cut_line(lon: Floats, lat: Floats) -> list[Floats]:
    """A line as pieces that do not cross the date line.

    Parameters
    ----------
    lon, lat : array_like, shape (n,)
        Degrees, n > 1.

    Returns
    -------
    list of ndarray, shape (m, 2)
        Longitude (in [-180, 180]) and latitude; a point on the date line itself is where a piece ends, once.
    """
    segments, source = cut_segments(lon[:-1], lat[:-1], lon[1:], lat[1:])
    breaks = np.flatnonzero(np.diff(source) == 0) + 1
    lines = [np.concatenate([part[:1, 0], part[:, 1]]) for part in np.split(segments, breaks)]
    lines = [line[np.append(True, np.any(np.diff(line, axis=0) != 0, axis=1))] for line in lines]
    return [line for line in lines if len(line) > 1]
