"""A cluster within this process: what dispatch talks to, without wires, so that a thousand workers fit in a test."""

import itertools
import threading
import time

from stormtracks.pyro_cluster.manager.engines.door import PeerLost


class SimulatedCluster:
    """Workers by name, as a nameserver lists them; set `down` to a message to lose the nameserver."""

    called, where, cure, call_seconds = "nameserver", "at the nameserver localhost:9090", "start one", 3.0
    parting = "Workers finish their current tasks; the next `inv manage` uses those results"
    loss, update, remarks = "running tasks continue", "run fab deploy", []

    def __init__(self, tasks="vort_track"):
        self.tasks = tasks.split(",")
        self.workers, self.down, self._uris = {}, None, itertools.count()
        self.kept, self.asked = {}, None  # as the door's `Cluster` has them; nobody reads them here

    def add(self, name, work=None, **description):
        """A worker comes; `work(peer, year, ensemble_member)` returns extra keys of the reply, or raises."""
        description = {"tasks": self.tasks, **description}
        worker = SimulatedWorker(f"PYRO:worker@{name}:{next(self._uris)}", work, description)
        self.workers[name] = worker
        return worker

    def join(self):
        pass

    def leave(self):
        pass

    def find(self):
        if self.down:
            raise PeerLost(self.down)
        return {name: worker.uri for name, worker in list(self.workers.items())}

    def connect(self, uri, timeout=None):
        worker = next((w for w in list(self.workers.values()) if w.uri == uri), None)
        if worker is None or worker.dead.is_set():
            raise PeerLost("nothing listens there")
        return worker.peer(timeout)


class SimulatedWorker:
    """Replies as a worker does. `kill` ends its connections, `freeze` lets them hang."""

    def __init__(self, uri, work=None, description=None):
        self.uri, self.work = uri, work or (lambda peer, year, ensemble_member: {})
        self.description = {"id": uri, "version": "1", "tasks": ["vort_track"], "slots": 1, **(description or {})}
        self.stopping = self.cannot_end_tasks = False
        self.dead, self.frozen, self.peers, self.did = threading.Event(), threading.Event(), [], []

    def peer(self, timeout):
        peer = _Peer(self, timeout)
        self.peers.append(peer)
        return peer

    def kill(self):
        self.dead.set()
        for peer in list(self.peers):
            peer.gone.set()

    def learn(self, data_years):
        """It has found out which years it has data for."""
        seen = self.description.get("data_seen", 0) + 1
        self.description = {**self.description, "data_years": data_years, "data_seen": seen}

    def freeze(self):
        self.frozen.set()


class _Peer:
    def __init__(self, worker, timeout):
        self.worker, self.timeout, self.gone = worker, timeout, threading.Event()
        self.cell, self.task, self.told = None, None, None  # what it does; why it was told to end that

    def describe(self):
        self._answer()
        return dict(self.worker.description)

    def ping(self):
        self._answer()
        seen = {key: value for key, value in self.worker.description.items() if key == "data_seen"}
        return {"stopping": self.worker.stopping, **seen}

    def do_work(self, year, ensemble_member, task, options):
        start, self.options, self.cell, self.told = time.monotonic(), options, (year, ensemble_member), None
        self.task = task
        reply = self.worker.work(self, year, ensemble_member)
        if self.worker.frozen.is_set():
            self.gone.wait(self.timeout)
        if self.gone.is_set():
            raise PeerLost("connection closed")
        if self.told:
            return {"status": "timeout", "error": self.told}
        self.worker.did.append((year, ensemble_member))
        about = {"year": year, "ensemble_member": ensemble_member}
        return {"status": "complete", **about, "counts": {"tracks": 1}, "seconds": time.monotonic() - start, **reply}

    def end_task(self, year, ensemble_member, task, why):
        if self.worker.cannot_end_tasks:
            raise AttributeError("end_task")
        doing = [peer for peer in self.worker.peers if peer.cell == (year, ensemble_member)]
        doing[0].told = why
        return True

    def cut(self):
        self.gone.set()

    def close(self):
        self.gone.set()

    def ended(self, seconds):
        return self.gone.wait(seconds)

    def _answer(self):
        if self.worker.frozen.is_set() and not self.gone.wait(self.timeout):
            raise PeerLost("no answer", silent=True)
        if self.gone.is_set() or self.worker.dead.is_set():
            raise PeerLost("connection closed")


class ListJournal:
    """Keeps what a journal is given, in lists; `check` is called each time, after each step of a dispatcher."""

    def __init__(self):
        self.outcomes, self.events, self.waited, self.check = [], [], [], lambda: None

    def record(self, outcome):
        self.outcomes.append(outcome)
        self.check()

    def attempted(self, worker, slot, outcome, read_seconds=None):
        self.check()

    def again(self, cells):
        self.check()

    def working(self, *slot):
        self.check()

    def paused(self, why):
        self.event(f"state: {why}")

    def waits(self, text):
        self.waited.append(text)

    def event(self, text):
        self.events.append(text)
        self.check()
