"""The floor: the least CPU that reading and inflating some variables once costs a user of netCDF4.

A user may read step by step, or some steps at a time with the library's cache of chunks turned off, which keeps 64 MB
for each variable that is never asked for again. Which is faster depends on the layout of the file. The faster one is
the floor; the former, which was the only one before, stands beside it.
"""

import statistics

from benchmarks import fresh_process
from benchmarks.surroundings import spread


class Floor:
    """What reading some variables costs, in each way, in turn with whatever else is measured.

    Parameters
    ----------
    winds : list of (Path, str)
        Files and their variables.
    """

    def __init__(self, winds):
        self._winds = winds
        self._seconds = {way: [] for way in fresh_process.WAYS}
        fresh_process.floor(winds)  # brings the files into the page cache

    def measure(self):
        """Read them once more in each way."""
        for way, seconds in self._seconds.items():
            seconds.append(fresh_process.floor(self._winds, way))

    @property
    def way(self):
        """The faster way."""
        return min(self._seconds, key=lambda way: statistics.median(self._seconds[way]))

    @property
    def words(self):
        """What the floor is, as tables say it."""
        return fresh_process.WAYS[self.way]

    @property
    def seconds(self):
        """CPU seconds of the faster way, one for each time."""
        return self._seconds[self.way]

    @property
    def old_seconds(self):
        """CPU seconds of reading step by step."""
        return self._seconds["steps"]

    def ratio(self, seconds):
        """Of the medians; what slows the machine down for a while slows both."""
        return _ratio(seconds, self.seconds)

    def old_ratio(self, seconds):
        """The same against reading step by step."""
        return _ratio(seconds, self.old_seconds)

    def cells(self, scale=1.0):
        """What a table has of it: the floor and the old one."""
        return spread(self.seconds, scale), spread(self.old_seconds, scale)


def faster_way(winds):
    """Which way is faster for some variables, by reading them twice in each."""
    floor = Floor(winds)
    for _ in range(2):
        floor.measure()
    return floor.way


def _ratio(seconds, floor):
    return f"{statistics.median(seconds) / statistics.median(floor):.2f}"
