"""The real worker, whose replies are odd while a file named by CHAOS_LIE is there: a host that was broken into."""

import itertools
import os
import sys
from pathlib import Path

import Pyro4

from stormtracks.pyro_cluster import pyro_worker
from stormtracks.pyro_cluster.worker.daemon import PyroWorker

_LIES = itertools.cycle(
    [
        lambda reply: 5,
        lambda reply: {**reply, "path": 2**70},
        lambda reply: {**reply, "counts": [1, 2]},
        lambda reply: {**reply, "status": "complete", "counts": {"tracks": "many"}},
        lambda reply: {**reply, "status": "complete", "path": None, "error": "x" * 100_000, "seconds": "abc"},
        lambda reply: {**reply, "year": reply["year"] + 1},
        lambda reply: {"__class__": "Pyro4.core.Proxy", "state": []},
    ]
)
_honest = PyroWorker.do_work


@Pyro4.expose
def do_work(self, *order):
    reply = _honest(self, *order)
    return next(_LIES)(reply) if Path(os.environ["CHAOS_LIE"]).exists() else reply


PyroWorker.do_work = do_work

if __name__ == "__main__":
    sys.exit(pyro_worker.main())
