"""Connected components: which of some things hang together by pairs of them."""

import numpy as np

from stormtracks.science.arrays import Ints


def components(size: int, first: Ints, second: Ints) -> Ints:
    """The component of each of some things, called by the smallest number in it.

    Parameters
    ----------
    size : int
        How many things there are; they have the numbers from 0.
    first, second : ndarray of int, shape (npairs,)
        Pairs that hang together, in any order.

    Returns
    -------
    ndarray of int, shape (size,)
        The smallest number of each one's component; its own where it is in no pair.

    Notes
    -----
    Of each pair the larger of both names gives way to the smaller, and names are followed to their ends, until all
    pairs agree: some rounds, where long chains are rare. SciPy has the same for half a second of imports.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.components import components
    >>> components(6, np.array([4, 1]), np.array([5, 4])).tolist()
    [0, 1, 2, 3, 1, 1]
    """
    name = np.arange(size)
    while len(first):
        one, other = name[first], name[second]
        differ = np.flatnonzero(one != other)
        first, second, one, other = first[differ], second[differ], one[differ], other[differ]
        np.minimum.at(name, np.maximum(one, other), np.minimum(one, other))
        _follow(name)
    return name


def _follow(name: Ints) -> None:
    """Names that lead to the end of their chain, in place of those that lead to the next."""
    while True:
        further = name[name]
        if np.array_equal(further, name):
            return
        name[:] = further
