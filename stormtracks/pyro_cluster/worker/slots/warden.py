"""Ends what a worker's tasks had started once the worker is gone, however it went.

The kernel ends the slots with their worker, but not what their tasks have started. So each worker starts a warden, by
``python -S -m stormtracks.pyro_cluster.worker.slots.warden NAME=VALUE``: a process that does nothing but wait for the
end of its standard input, of which the worker alone holds the other end, and then ends whatever was started with that
mark in its environment. It is nobody's child and in a session of its own, so that what ends the worker does not end it.
"""

import os
import signal
import sys

from stormtracks import lineage


def main() -> int:
    """Leave the starter, wait for the end of the input, and end what has the mark."""
    mark = sys.argv[1]
    if os.fork():
        return 0
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    while os.read(0, 1):
        pass
    lineage.kill(lambda: lineage.carrying(mark))
    return 0


if __name__ == "__main__":
    sys.exit(main())
