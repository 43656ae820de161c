"""The worker: one daemon per host, which does tasks in its slots and keeps its name at the nameserver."""

import sys

from stormtracks.pyro_cluster.worker.daemon import PyroWorker
from stormtracks.pyro_cluster.worker.process import main

__all__ = ["PyroWorker", "main"]

if __name__ == "__main__":
    sys.exit(main())
