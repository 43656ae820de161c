"""A queue within this process, whose jobs become workers of a simulated cluster when a test starts them."""

import itertools
import math
import threading
import time

from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster.manager.workers.supply import Entry, Kept, Pilot


class SimulatedQueue:
    """One entry; `start` and `end` do with jobs what a queue does. Set `down` to a message to lose the login node."""

    def __init__(self, cluster, name="tc", jobs=4, slots=1, work=None):
        self.cluster, self.work = cluster, work
        self.entry = Entry(name, jobs, slots)
        self.pilots, self.down, self.wanted, self.stopped = {}, None, True, ""
        self.looks, self.most, self.hang = [], 0, threading.Event()
        self.hang.set()  # clear it, and looks do not come back
        self._ids, self._lock = itertools.count(1), threading.Lock()

    def entries(self):
        return [self.entry]

    def keep(self, entry, outstanding):
        self.looks.append(time.monotonic())
        self.hang.wait()
        if self.down:
            raise StormtracksError(self.down)
        with self._lock:
            there = [one for one in self.pilots.values() if one.state in ("pending", "running", "ending")]
            lacking = min(entry.jobs, math.ceil(outstanding / entry.slots)) - len(there)
            new = max(0, lacking) if self.wanted and not self.stopped else 0
            listed = dict(self.pilots)  # what is submitted now is listed the next time
            self.submit(new)
            self.most = max(self.most, len(there) + new)
            lines = [f"{new} submitted"] if new else []
            waits = "pending (Priority)" if any(one.state == "pending" for one in listed.values()) else ""
            return Kept(listed, waits, lines, self.wanted, new, stopped=self.stopped)

    def submit(self, number=1):
        new = [f"{self.entry.name}-{next(self._ids)}" for _ in range(number)]
        self.pilots.update(dict.fromkeys(new, Pilot("pending")))
        return new

    def names(self, state):
        return [name for name, pilot in list(self.pilots.items()) if pilot.state == state]

    def start(self, name, register=True):
        self.pilots[name] = Pilot("running")
        if register:
            description = {"entry": self.entry.name, "slots": self.entry.slots, "idle": True}
            self.cluster.add(name, self.work, **description)

    def start_all(self):
        for name in self.names("pending"):
            self.start(name)

    def end(self, name, by_queue=False, why=""):
        self.pilots[name] = Pilot("ended", by_queue, why)
        if name in self.cluster.workers:
            self.cluster.workers.pop(name).kill()
