"""A dict of what came lately: in a run of weeks thousands of workers come and go, and none of them is kept for ever."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST = 10_000
"""As many as the nameserver has names."""


class Recent(dict[K, V]):
    """Forgets what was set first, where there would be more than `MOST`.

    Examples
    --------
    >>> from stormtracks.pyro_cluster.manager.recent import MOST, Recent
    >>> known = Recent()
    >>> for number in range(MOST + 2):
    ...     known[number] = True
    >>> len(known), min(known)
    (10000, 2)
    """

    def __setitem__(self, key: K, value: V) -> None:
        self.pop(key, None)  # what is set again is the latest
        super().__setitem__(key, value)
        while len(self) > MOST:
            del self[next(iter(self))]
