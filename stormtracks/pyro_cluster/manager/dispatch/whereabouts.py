"""Which workers have data for which years, as far as they have said: a task goes where its data are.

What is not known is taken for there: a worker that has not said may have any year. A year that nobody has goes to any
worker, so that its failure shows. No threads, no wire.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import extent
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.readable import some


class Whereabouts:
    """What the workers of a run have said of their data.

    Parameters
    ----------
    workers : mapping of str to Worker
        Those that are connected, as they come and go.
    """

    def __init__(self, workers: Mapping[str, Worker]) -> None:
        self._workers = workers
        self._years: dict[str, frozenset[Label]] = {}  # by name, also of hosts that left
        self._holders: Counter[Label] = Counter()  # year -> how many of those have it

    def add(self, worker: Worker) -> None:
        """A worker has come, and may have said what it has data for."""
        self._know(worker.name, worker.years)

    def remove(self, worker: Worker) -> None:
        """A worker has gone. What it had it has when it comes back; a job of a queue never does under its name."""
        if worker.known_as != worker.name:
            self._holders.subtract(self._years.pop(worker.name, ()))

    def learn(self, worker: Worker, years: Collection[Label] | None) -> None:
        """A worker says anew for which years it has data; None: it does not know."""
        worker.years = None if years is None else frozenset(years)
        worker.without.clear()
        self._know(worker.name, worker.years)

    def lacks(self, worker: Worker, year: Label) -> None:
        """A worker was given a year and has found no data for it."""
        worker.without.add(year)
        if worker.years is not None and year in worker.years:
            worker.years -= {year}
            self._know(worker.name, worker.years)

    def may(self, worker: Worker, year: Label, tasks: Iterable[str]) -> bool:
        """Whether a worker is to be given one of some tasks of a year, as far as their data are concerned."""
        if worker.readers is not None and not worker.readers.issuperset(tasks):
            return True
        return _may_have(worker, year) or not self._elsewhere(year)

    def among(self, worker: Worker, years: Iterable[Label], task: str) -> list[Label]:
        """Those of some years that a worker may be given a task of; where it has any of them, these."""
        if worker.years is None and not worker.without:
            return list(years)
        those = [year for year in years if self.may(worker, year, (task,))]
        return [year for year in those if _may_have(worker, year)] or those

    def first(self, worker: Worker, years: Iterable[Label]) -> Label | None:
        """The first of some years for a worker; of one that chooses among its own, one that fewest others have."""
        if worker.years is None:
            return next(iter(years), None)
        return min(years, key=self._holders.__getitem__, default=None)

    def check(self) -> None:
        """Hold what is counted against what was said; AssertionError where they differ."""
        said = Counter(year for years in self._years.values() for year in years)
        assert +self._holders == said, f"workers with data for each year: counted {+self._holders}, said {said}"

    def _know(self, name: str, years: frozenset[Label] | None) -> None:
        before = self._years.get(name)
        if years is None or years == before:  # what it had before it was restarted it may have still
            return
        self._holders.subtract(before or ())
        self._holders.update(years)
        self._years[name] = years

    def _elsewhere(self, year: Label) -> bool:
        """Whether any worker is known to have, or have had, a year; or one is here that may have it."""
        return self._holders[year] > 0 or any(
            worker.years is None and not worker.stopping and _may_have(worker, year)
            for worker in self._workers.values()
        )


def share(years: Collection[Label], lines: Sequence[Label]) -> str:
    """Which lines of a run are among some years, as text; empty where all are.

    Examples
    --------
    >>> from stormtracks.pyro_cluster.manager.dispatch.whereabouts import share
    >>> share([1990, 1991, 1993], range(1990, 1995))
    '1990-1991, 1993 (3 of 5)'
    """
    runs: list[list[Label]] = []
    before = False
    for line in lines:
        if line in years and before:
            runs[-1][1] = line
        elif line in years:
            runs.append([line, line])
        before = line in years
    number = sum(line in years for line in lines)
    names = [f"{first}" if first == last else extent.between(first, last) for first, last in runs]
    return "" if number == len(lines) else f"{some(names) or 'none'} ({number} of {len(lines)})"


def _may_have(worker: Worker, year: Label) -> bool:
    return year not in worker.without and (worker.years is None or year in worker.years)
