"""What speaks against a link besides its length: a storm changes its strength and its course only slowly."""

import numpy as np

from stormtracks.science import kernel, sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.kernel import links

_ALONE = 0.75
"""Share of the reach that counts as a change of course where a pair has no pair before or after it. With half of
it fewer fast storms stay whole; with all of it planted storms are covered a little less (0.938 for 0.942)."""
_THOUSANDTHS = 1000.0
_WEAKEST_S1 = 1e-9
"""Weaker vorticity counts as this, so that there is a logarithm."""


def strength_m(vorticity: Floats, tails: Ints, heads: Ints, strength_cost_km: float) -> Ints:
    """Cost of the change of strength from one maximum to another, in whole metres.

    Parameters
    ----------
    vorticity : ndarray of float, shape (n,)
        Of each maximum, s-1.
    tails, heads : ndarray of int, shape (npairs,)
        Indices of the earlier and the later maximum of each pair.
    strength_cost_km : float
        Cost of a factor e, km.

    Returns
    -------
    ndarray of int, shape (npairs,)

    Notes
    -----
    ``k |ln(zeta2 / zeta1)|``. The logarithm of each vorticity is rounded to thousandths before anything is subtracted:
    what differs in its last digit only is equally strong on every processor.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.link_cost import strength_m
    >>> strength_m(np.array([1e-4, 5e-5]), np.array([0]), np.array([1]), 300.0).tolist()
    [207900]
    """
    if not strength_cost_km:
        return np.zeros(len(tails), np.int64)
    level = np.rint(_THOUSANDTHS * np.log(np.maximum(vorticity, _WEAKEST_S1, dtype=float)))
    # A thousandth of a cost in km is that cost in metres.
    return np.rint(strength_cost_km * np.abs(level[heads] - level[tails])).astype(np.int64)


def course_m(lat: Floats, lon: Floats, tails: Ints, heads: Ints, reach_m: Ints, strength: Ints) -> Ints:
    """How far each pair is off the course of the pairs before and after it, in whole metres.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n,)
        Of each maximum, degrees.
    tails, heads : ndarray of int, shape (npairs,)
        Indices of the earlier and the later maximum of each pair, which are one time apart.
    reach_m : ndarray of int, shape (npairs,)
        How far a storm gets between the two times at most, metres.
    strength : ndarray of int, shape (npairs,)
        Cost of the pair's change of strength (`strength_m`), metres.

    Returns
    -------
    ndarray of int, shape (npairs,)
        The change before and the change after, added.

    Notes
    -----
    The change between a pair and one that continues it is the distance between where the first motion, kept for the
    time of the second, would lead, and where the second leads (and the other way round); to it is added what the other
    pair costs in strength. Of all pairs before, and of all after, the cheapest counts; where there is none that costs
    less, three quarters of the reach. Both directions are known at once, so a storm's first link is judged as well as
    its last. Motions are straight lines through the sphere, which differ from arcs by less than 1 % of a reach.
    """
    point = sphere.unit_vectors(sphere.on_grid(lat), sphere.on_grid(lon))
    metres = 1000.0 * sphere.EARTH_RADIUS_KM
    if kernel.library() is not None:
        return links.course(point, (tails, heads, reach_m, strength), _ALONE, metres)
    order = np.argsort(tails, kind="stable")
    first = np.searchsorted(tails[order], np.arange(len(lat) + 1))
    begin, count = first[heads], first[heads + 1] - first[heads]
    motion = (point[heads] - point[tails]) * (metres / np.maximum(reach_m, 1))[:, None]  # in reaches, whatever the step
    before, after = (np.rint(_ALONE * reach_m).astype(np.int64) for _ in range(2))
    for part in sphere.parts(count):
        one = np.repeat(np.arange(part.start, part.stop), count[part])
        rank = np.arange(len(one)) - np.repeat(np.cumsum(count[part]) - count[part], count[part])
        other = order[np.repeat(begin[part], count[part]) + rank]
        x, y, z = (motion[other] - motion[one]).T
        change = np.sqrt(x * x + y * y + z * z)
        np.minimum.at(after, one, np.rint(change * reach_m[one]).astype(np.int64) + strength[other])
        np.minimum.at(before, other, np.rint(change * reach_m[other]).astype(np.int64) + strength[one])
    return before + after
