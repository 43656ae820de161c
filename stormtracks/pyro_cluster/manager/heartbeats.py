"""Whether workers still live: each is asked every few seconds, by as few threads as the slowest answers need.

That a worker's process ended is noticed at once, by the end of the connection on which it is asked.
"""

import contextlib
import heapq
import itertools
import logging
import os
import select
import threading
import time

from stormtracks.pyro_cluster.manager.discovery import PeerLost

log = logging.getLogger(__name__)

BEAT_SECONDS = 4.0
"""From an answer to the next question. With two tries of `BEAT_TIMEOUT` a silent host is noticed within 10 s."""
BEAT_TIMEOUT = 2.5
"""How long an answer may take; a worker answers in a millisecond, as its tasks run in processes of their own."""


class Pulse:
    """One worker's heartbeat, on a connection of its own.

    Parameters
    ----------
    worker : assignments.Worker
        No longer asked once it is `lost`.
    peer : object
        With ``ping()``, ``close()`` and ``fileno()`` (None where there is no connection to watch).
    connect : callable
        ``connect(uri, timeout)`` -> a new peer.
    lost : callable
        Given the worker and a `PeerLost` when it does not answer twice, the second time on a new connection.
    """

    def __init__(self, worker, peer, connect, lost):
        self.worker, self._peer, self._connect, self._lost = worker, peer, connect, lost
        self._asking = threading.Lock()

    def beat(self):
        """Ask; False when the worker is not to be asked again."""
        with self._asking:
            for first in (True, False):
                if self.worker.lost:
                    break
                error = self._asked(again=not first)
                if error is None:
                    return True
            else:
                self._lost(self.worker, error)
            self.end()
            return False

    def end(self):
        """Close the connection."""
        self._peer.close()

    def fileno(self):
        """The connection's descriptor, or None."""
        return self._peer.fileno()

    def _asked(self, again):
        """What is in the way of an answer, or None."""
        try:
            if again:
                self._meet()
            self._peer.ping()
        except PeerLost as error:
            return error
        except Exception as error:  # whatever it is, it is no sign of life; and the thread has other hearts to feel
            log.exception("heartbeat of %s", self.worker.name)
            return PeerLost(f"{type(error).__name__}: {error}")
        return None

    def _meet(self):
        """A new connection to the same worker; another one at its address is not it."""
        self._peer.close()
        self._peer = self._connect(self.worker.uri, BEAT_TIMEOUT)
        found = self._peer.describe().get("id")
        if found is not None and str(found) != self.worker.id:
            raise PeerLost("it was restarted")


class Heartbeats:
    """Feels pulses: each `interval` seconds after its last beat, and at once when its connection ends.

    One thread waits for what is due. Before it feels a pulse it makes sure that another thread waits, so that a
    worker that does not answer delays no other; a thread that finds another waiting when it is back ends.

    Parameters
    ----------
    interval : float
    """

    def __init__(self, interval=BEAT_SECONDS):
        self.interval = interval
        self._changed = threading.Condition()
        self._due, self._order = [], itertools.count()
        self._waiting, self._stopped = 0, False
        self._ends = _Ends(self._ended)

    def add(self, pulse):
        """Feel a pulse from now on, until its ``beat()`` is False."""
        with self._changed:
            self._push(pulse)
            if self._waiting:
                self._changed.notify()
            else:
                self._start_thread()

    def stop(self):
        """Feel nothing any more; what is under way ends by itself."""
        with self._changed:
            if self._stopped:
                return
            self._stopped = True
            self._changed.notify_all()
        self._ends.stop()
        for *_, pulse in self._due:
            pulse.end()

    def _push(self, pulse):
        heapq.heappush(self._due, (time.monotonic() + self.interval, next(self._order), pulse))
        self._ends.watch(pulse)

    def _ended(self, pulse):
        threading.Thread(target=pulse.beat, name=f"heartbeat of {pulse.worker.name}", daemon=True).start()

    def _start_thread(self):
        self._waiting += 1
        threading.Thread(target=self._work, name="heartbeat", daemon=True).start()

    def _work(self):
        while (pulse := self._next()) is not None:
            alive = pulse.beat()
            with self._changed:
                if alive:
                    self._push(pulse)
                if self._waiting:
                    self._changed.notify()  # what was put back may be due before what it waits for
                    return
                self._waiting += 1

    def _next(self):
        """Wait for what is due first; None when there is nothing to wait for."""
        with self._changed:
            while self._due and not self._stopped:
                left = self._due[0][0] - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            self._waiting -= 1
            if self._stopped or not self._due:
                return None
            pulse = heapq.heappop(self._due)[2]
            if self._due and not self._waiting:
                self._start_thread()
            return pulse


class _Ends:
    """A thread that sleeps until one of many connections is ended by the other side."""

    def __init__(self, told):
        self._told, self._watched, self._epoll = told, {}, select.epoll()
        self._wake, self._stop = os.pipe()
        self._epoll.register(self._wake, select.EPOLLHUP)
        threading.Thread(target=self._work, name="ended connections", daemon=True).start()

    def watch(self, pulse):
        """Be told of a pulse when the connection that it has now ends."""
        fileno = pulse.fileno()
        if fileno is None:
            return
        self._watched[fileno] = pulse
        # Watched already, ended meanwhile, or all is over: the next beat will tell.
        with contextlib.suppress(OSError, ValueError):
            self._epoll.register(fileno, select.EPOLLRDHUP)

    def stop(self):
        """End the thread."""
        os.close(self._stop)

    def _work(self):
        while True:
            for fileno, _ in self._epoll.poll():
                if fileno == self._wake:
                    self._epoll.close()
                    os.close(self._wake)
                    return
                with contextlib.suppress(OSError):  # closed here meanwhile
                    self._epoll.unregister(fileno)
                if pulse := self._watched.pop(fileno, None):
                    self._told(pulse)
