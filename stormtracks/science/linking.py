"""maxima -> tracks: which maximum of one time and which of the next are the same storm."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import Maxima, TimeAxis, Tracks
from stormtracks.science.settings import LINKERS, Settings, check_choice

_STEADINESS = 0.8
"""Expected displacement of a storm as a share of its last one (motion linker)."""


def link(
    maxima: Maxima,
    axis: TimeAxis,
    *,
    linker: str = Settings.linker,
    max_speed_m_s1: float = Settings.max_speed_m_s1,
    max_missing_steps: int = Settings.max_missing_steps,
    min_points: int = Settings.min_points,
    min_peak_s1: float = Settings.min_peak_s1,
) -> Tracks:
    """Tracks of the maxima of one member.

    Parameters
    ----------
    maxima : Maxima
        Sorted by step.
    axis : TimeAxis
    linker : str
        'nearest' or 'motion'.
    max_speed_m_s1 : float
        Fastest displacement between two times, m s-1.
    max_missing_steps : int
        Steps without a maximum that a track may bridge.
    min_points : int
        Shortest track that is kept.
    min_peak_s1 : float
        Vorticity that a track must reach at least once, s-1; 0: it need not.

    Returns
    -------
    Tracks
        Ordered by first time, then by the place of the first maximum in the table.

    Notes
    -----
    Two maxima one data step apart may be linked if the displacement is within `max_speed_m_s1`; each has at most one
    predecessor and one successor. Of equally good pairs the one earlier in the table of maxima is taken.

    ``nearest``: the closest pair of all is linked first, then the closest of those left, and so on. Linking every pair
    in which each is the other's nearest, and repeating that with what is free, gives the same. ``motion``: step by
    step, the next position is predicted from the last displacement, and the sum of distances between predictions and
    maxima is minimised over all pairs at once (Kuhn-Munkres; as in the tracking of Hodges 1999, with a constant in
    place of his adaptive smoothness).

    With `max_missing_steps`, ends and beginnings that are left are linked by ``nearest`` two, three, ... steps apart,
    the shortest gaps first. Otherwise no link bridges a missing step.

    Examples
    --------
    A storm that moves by 2 degrees, 211 km or 9.8 m/s, in 6 hours:

    >>> import numpy as np
    >>> from stormtracks.science.linking import link
    >>> from stormtracks.science.records import Maxima, TimeAxis
    >>> hours = 6.0 * np.arange(8)
    >>> axis = TimeAxis(np.datetime64("2005-08-23T00", "s") + (3600 * hours).astype("timedelta64[s]"), hours)
    >>> lon = -60.0 - 2.0 * np.arange(8)
    >>> maxima = Maxima(np.arange(8), np.full(8, 18.0), lon, np.full(8, 7e-5))
    >>> link(maxima, axis).row_size.tolist()
    [8]
    >>> link(maxima, axis, max_speed_m_s1=9.0).row_size.tolist()
    []
    """
    check_choice("linker", linker, LINKERS)
    moment = _moments(axis)[maxima.step]
    successor = np.full(len(maxima), -1)
    if len(maxima) and axis.step_hours:
        reach_km = max_speed_m_s1 * 3.6 * axis.step_hours
        link_steps = {"nearest": _link_nearest, "motion": _link_by_motion}[linker]
        link_steps(maxima, moment, 1, reach_km, successor)
        for apart in range(2, min(max_missing_steps + 1, int(np.ptp(moment))) + 1):
            _link_nearest(maxima, moment, apart, reach_km * apart, successor)
    return _tracks(maxima, axis, successor, min_points, min_peak_s1)


def _moments(axis: TimeAxis) -> Ints:
    """Each time as a whole number of data steps: a missing step is a gap in the numbers."""
    return np.round(axis.hours / (axis.step_hours or 1.0)).astype(np.int64)


def _link_nearest(maxima: Maxima, moment: Ints, apart: int, reach_km: float, successor: Ints) -> None:
    """Link free ends to free beginnings `apart` steps later, closest pairs first; fills `successor` in place."""
    tails, heads, distance = sphere.pairs_within(maxima.lat, maxima.lon, moment, reach_km, apart)
    begins = np.ones(len(maxima), bool)
    begins[successor[successor >= 0]] = False
    free = (successor[tails] < 0) & begins[heads]
    tails, heads, distance = tails[free], heads[free], distance[free]
    while len(tails):  # every round links the closest pair at least; a dozen rounds link a season
        chosen = _closest(tails, heads, distance, len(maxima))
        successor[tails[chosen]] = heads[chosen]
        begins[heads[chosen]] = False
        left = np.flatnonzero((successor[tails] < 0) & begins[heads])
        tails, heads, distance = tails[left], heads[left], distance[left]


def _closest(tails: Ints, heads: Ints, distance: Floats, size: int) -> Ints:
    """Indices of the pairs that are the closest of both their tail and their head; of equals the first in the table."""
    nearest = np.full((2, size), np.inf)
    np.minimum.at(nearest[0], tails, distance)
    np.minimum.at(nearest[1], heads, distance)
    mutual = np.flatnonzero((distance == nearest[0, tails]) & (distance == nearest[1, heads]))
    mutual = mutual[np.lexsort((heads[mutual], tails[mutual]))]
    return mutual[_first_of(tails[mutual], size) & _first_of(heads[mutual], size)]


def _first_of(values: Ints, size: int) -> Bools:
    """Which values have not occurred before, shape of `values`, bool."""
    rank = np.arange(len(values))
    first = np.empty(size, int)
    first[values[::-1]] = rank[::-1]  # of several assignments to one place the last stays
    return first[values] == rank


def _link_by_motion(maxima: Maxima, moment: Ints, apart: int, reach_km: float, successor: Ints) -> None:
    """Link each step to the next by predicted positions, all pairs of a step at once; fills `successor` in place."""
    points = sphere.unit_vectors(maxima.lat, maxima.lon)
    moments, first = np.unique(moment, return_index=True)
    last = np.append(first[1:], len(points))
    expected = points.copy()
    for k in np.flatnonzero(np.diff(moments) == apart):
        here, there = slice(first[k], last[k]), slice(first[k + 1], last[k + 1])
        pairs = _assign(points[here], expected[here], points[there], float(sphere.chord(reach_km)))
        origin, target = first[k] + pairs[0], first[k + 1] + pairs[1]
        successor[origin] = target
        expected[target] = _ahead(points[origin], points[target])


def _assign(here: Floats, expected: Floats, there: Floats, limit: float) -> Ints:
    """Pairs (index here, index there) within the limit whose summed distance from the expected positions is least."""
    squared = np.maximum(0.0, 2.0 - 2.0 * here @ there.T)  # of the chord; rounding may make it negative
    allowed = squared <= limit**2
    miss = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * expected @ there.T))
    allowed &= miss <= limit
    origins, targets = np.nonzero(allowed)
    if not len(origins):
        return np.zeros((2, 0), int)
    # Most storms have one candidate, which has no other either. Only the rest needs the assignment, which grows with
    # the cube of its size.
    alone = _alone(origins, targets)
    contested = ~np.isin(np.arange(len(origins)), alone)
    graph = coo_array((np.ones(contested.sum()), (origins[contested], targets[contested])), shape=allowed.shape)
    rows, columns = np.unique(graph.coords[0]), np.unique(graph.coords[1])
    from scipy.optimize import linear_sum_assignment  # half of a worker's start-up time, and the default does without

    cost = np.where(allowed, miss - limit * 1.001, 0.0)[np.ix_(rows, columns)]  # any link is better than none
    best = linear_sum_assignment(cost)
    real = cost[best] < 0
    assigned = np.stack([rows[best[0]][real], columns[best[1]][real]])
    return np.concatenate([np.stack([origins[alone], targets[alone]]), assigned], axis=1)


def _alone(origins: Ints, targets: Ints) -> Ints:
    """Indices of the pairs that share neither origin nor target with another pair."""
    return np.flatnonzero((np.bincount(origins)[origins] == 1) & (np.bincount(targets)[targets] == 1))


def _ahead(before: Floats, now: Floats) -> Floats:
    """Where points that came from `before` to `now` are expected next."""
    ahead = now + _STEADINESS * (now - before)
    return ahead / np.linalg.norm(ahead, axis=1, keepdims=True)


def _tracks(maxima: Maxima, axis: TimeAxis, successor: Ints, min_points: int, min_peak_s1: float) -> Tracks:
    """The chains of successors that are long and strong enough, as a ragged array."""
    # A chain is a connected component of the graph of links.
    origin = np.flatnonzero(successor >= 0)
    graph = coo_array((np.ones(len(origin), np.int8), (origin, successor[origin])), shape=(len(maxima),) * 2)
    count, chain = connected_components(graph, directed=False) if len(maxima) else (0, np.zeros(0, int))
    size = np.bincount(chain, minlength=count)
    peak = np.zeros(count, np.float32)
    np.maximum.at(peak, chain, maxima.vorticity)
    kept = (size >= min_points) & (peak >= min_peak_s1)
    point = np.flatnonzero(kept[chain])
    _, first, chain = np.unique(chain[point], return_index=True, return_inverse=True)
    # scipy numbers the components as it likes; tracks are numbered in the order of their first maxima.
    rank = np.empty(len(first), int)
    rank[np.argsort(first)] = np.arange(len(first))
    index = point[np.argsort(rank[chain], kind="stable")]  # stable: maxima are sorted by time, so points are too
    return Tracks(
        row_size=np.bincount(rank[chain], minlength=len(first)).astype(np.int32),
        time=axis.times[maxima.step[index]],
        lat=maxima.lat[index],
        lon=maxima.lon[index],
        vorticity=maxima.vorticity[index],
        maximum=index.astype(np.int64),
    )
