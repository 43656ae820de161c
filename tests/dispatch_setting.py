"""A dispatcher on a simulated cluster, whose books are checked after each step."""

import time

from stormtracks.pyro_cluster.journal import chain
from stormtracks.pyro_cluster.manager.dispatch.dispatcher import Dispatcher
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules
from tests.simulated_cluster import ListJournal, SimulatedCluster


class Setting:
    """A dispatcher, its cluster, its journal and the lines that it showed; its books are checked after each step.

    With `starts` the lines of the schedule are these starts of forecasts instead of years. `supply` makes one of the
    cluster.
    """

    def __init__(self, years=2, members=3, wait=30.0, retries=2, task="vort_track", starts=None, supply=None, **rules):
        self.cluster, self.journal, self.shown, self.faults = SimulatedCluster(task), ListJournal(), [], []
        self.schedule = chain.schedule_of(2000, 1999 + years, members, task)
        if starts:
            self.schedule = chain.schedule_of_starts(starts, members, task)
        rules = Rules("1", retries=retries, wait=wait, **rules)
        self.supply = supply and supply(self.cluster)
        self.dispatcher = Dispatcher(self.schedule, self.cluster, self.journal, rules, self.shown.append, self.supply)
        self.journal.check = self.check

    def check(self):
        try:
            self.dispatcher.check()
        except AssertionError as error:  # in a thread of the dispatcher nobody would see it
            self.faults.append(str(error))

    def run(self, seconds=30):
        self.dispatcher.start()
        assert self.dispatcher.wait(seconds), "\n".join(self.shown)
        self.dispatcher.stop("over")
        self.check()
        assert self.faults == []
        return self.dispatcher.ended

    def run_when_all_have_come(self):
        self.dispatcher.books.journal_trouble = "until all have come"
        self.dispatcher.start()
        until(lambda: len(self.dispatcher.workers()) == len(self.cluster.workers))
        with self.dispatcher.books.lock:
            self.dispatcher.books.journal_trouble = None
            self.dispatcher.books.wake()
        return self.run()

    def did(self):
        return sorted(cell for worker in self.cluster.workers.values() for cell in worker.did)

    def until_shown(self, text, seconds=20):
        until(lambda: any(text in line for line in self.shown), seconds)


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)
