"""A third engine, as docs/architecture.md says that one is written: a pool of one process for each worker."""

import concurrent.futures as futures
import json
import multiprocessing
import secrets
import threading
from concurrent.futures.process import BrokenProcessPool

from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.worker import guest

WORKERS = ("p1", "p2")


class PoolCluster:
    """Workers of this machine, which end with the run."""

    called, loss, update = "pool", "its tasks are outstanding again", "start the run again"
    parting = "Its tasks are outstanding"
    where, cure, call_seconds = "in the pool", "start the run again", 30.0

    def __init__(self, asked):
        self.kept, self.asked, self.remarks = {}, None, ["a pool of processes"]
        self._entry, self.pools, self._manager = asked.entry, {}, secrets.token_hex(8)

    def join(self):
        spawn = multiprocessing.get_context("spawn")
        self.pools = {name: futures.ProcessPoolExecutor(1, spawn) for name in WORKERS}

    def find(self):
        return {name: f"POOL:{id(pool)}@{name}" for name, pool in self.pools.items()}

    def connect(self, uri, timeout=None):
        if kept := self.kept.pop(uri, None):
            return kept
        name = uri.rpartition("@")[2]
        about = {"name": name, "manager": self._manager, "setup": dict(self._entry.setup), "tasks": self._entry.tasks}
        return PoolPeer(self, name, uri, about)

    def leave(self):
        for pool in self.pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list((pool._processes or {}).values()):
                process.kill()
        self.pools = {}


class PoolPeer:
    def __init__(self, cluster, name, uri, about):
        self._cluster, self._name, self._uri, self._about = cluster, name, uri, about
        self._over = threading.Event()
        self._pool = cluster.pools[name]

    def describe(self):
        found = self._ask("describe")
        if "refused" in found:
            return {"id": self._uri, **found}
        described = {**found["answer"], "id": self._uri}
        return self._cluster.asked(self, described) if self._cluster.asked else described

    def ping(self):
        if self._pool._broken:
            self._cluster.pools.pop(self._name, None)
            raise PeerLost("its process has ended")
        return {"id": self._uri, "stopping": False}

    def do_work(self, year, ensemble_member, task, options):
        return self._ask("do_work", year, ensemble_member, task, {**options, "timeout": None})["answer"]

    def end_task(self, year, ensemble_member, task, why):
        raise NotImplementedError("give --timeout none")

    def list_results(self, task, years, options, after):
        return self._ask("list_results", task, years, dict(options), after)["answer"]

    def claim_results(self, task, extent, options, who):
        return self._ask("claim_results", task, list(extent), dict(options), who)["answer"]

    def ended(self, seconds):
        return self._over.wait(seconds)

    def cut(self):
        self._over.set()

    def close(self):
        self._over.set()

    def _ask(self, method, *arguments):
        question = json.dumps({"guest": self._about, "method": method, "arguments": arguments})
        try:
            asked = self._pool.submit(guest.answer, question)
            while not self._over.is_set():
                if asked in futures.wait([asked], 0.1)[0]:
                    return json.loads(asked.result())
        except (BrokenProcessPool, RuntimeError) as error:
            raise PeerLost("its process has ended") from error
        raise PeerLost("its connection ended")
