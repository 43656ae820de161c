"""Finds workers as they come, go and come back. What the nameserver lists is rumour until the worker itself answers."""

import threading
import time
from dataclasses import dataclass

from stormtracks.pyro_cluster.manager.assignments import Worker

FIND_SECONDS = 2.5
"""How often the nameserver is asked who is there."""
LONGEST_PAUSE = 30.0
"""Seconds between tries of a worker that does not answer, when it has not for long; the first pause is one."""


class PeerLost(Exception):
    """A peer cannot be reached, or not any more.

    Attributes
    ----------
    silent : bool
        It does not answer (rather than: the connection was ended or refused, so that its process is gone).
    """

    def __init__(self, words, silent=False):
        super().__init__(words)
        self.silent = silent


@dataclass(eq=False)
class _Rumour:
    """One address that was heard of, and what came of it: connecting, connected, resting or refused."""

    name: str
    uri: str
    state: str = "resting"
    pause: float = 0.0
    again: float = 0.0  # monotonic


class Discovery:
    """Looks for workers and hands over those that answer and may come in.

    Parameters
    ----------
    cluster : object
        ``find()`` -> {name: uri} and ``connect(uri, timeout)`` -> peer with ``describe()``, ``ping()``,
        ``do_work(...)``, ``cut()``, ``close()``; each raises `PeerLost`.
    refusal : callable
        Given a worker's description, says why it may not come in, or None.
    came : callable
        Given a `Worker` and the peer that answered, from a thread of its own.
    say : callable
        Given a line about what happened.
    timeout : float
        Seconds that a worker's answer may take.
    """

    def __init__(self, cluster, refusal, came, say, timeout=2.5):
        self._cluster, self._refusal, self._came, self._say = cluster, refusal, came, say
        self._timeout = timeout
        self._lock, self._stopped = threading.Lock(), threading.Event()
        self._rumours, self._names, self._nameserver_lost = {}, {}, False

    def start(self):
        """Look now, and again every `FIND_SECONDS`."""
        threading.Thread(target=self._work, name="discovery", daemon=True).start()

    def stop(self):
        """Look no more."""
        self._stopped.set()

    def lost(self, uri):
        """A worker that was handed over is lost: it may come back."""
        with self._lock:
            rumour = self._rumours.get(uri)
            if rumour:
                self._rest(rumour)

    def look(self):
        """Ask the nameserver once, and try whom it lists."""
        try:
            listed = self._cluster.find()
        except PeerLost as error:
            if not self._nameserver_lost:
                self._say(f"nameserver lost: {error}; running work goes on")
            self._nameserver_lost = True
            return
        if self._nameserver_lost:
            self._say("nameserver is back")
        self._nameserver_lost = False
        with self._lock:
            for uri in self._rumours.keys() - set(listed.values()):
                if self._rumours[uri].state in ("resting", "refused"):
                    del self._rumours[uri]
            due = [self._heard(name, uri) for name, uri in listed.items()]
        for rumour in filter(None, due):
            threading.Thread(target=self._try, args=(rumour,), name=f"meet {rumour.name}", daemon=True).start()

    def _work(self):
        while True:
            self.look()
            if self._stopped.wait(FIND_SECONDS):
                return

    def _heard(self, name, uri):
        """The rumour if it is to be tried now, else None."""
        before = self._rumours.get(self._names.get(name))
        if before and before.uri != uri and before.state == "connected":
            self._say(
                f"the name {name} now belongs to another worker, at {_place(uri)}; the first goes on while it lives"
            )
        self._names[name] = uri
        rumour = self._rumours.setdefault(uri, _Rumour(name, uri))
        if rumour.state != "resting" or time.monotonic() < rumour.again:
            return None
        rumour.state = "connecting"
        return rumour

    def _try(self, rumour):
        try:
            peer = self._cluster.connect(rumour.uri, self._timeout)
            worker, words = self._met(rumour, peer.describe())
        except PeerLost as error:
            self._no_answer(rumour, error)
            return
        except Exception as error:  # what it says of itself is no description: whatever it is, it is no worker of ours
            self._no_answer(rumour, f"{type(error).__name__}: {error}")
            return
        rumour.state = "refused" if words else "connected"
        if words:
            self._say(f"worker {rumour.name} at {_place(rumour.uri)} is left out: {words}")
            peer.close()
        elif not self._stopped.is_set():
            self._came(worker, peer)

    def _met(self, rumour, description):
        """The worker that described itself, and why it is left out, or None."""
        return _worker(rumour, description), self._refusal(description)

    def _no_answer(self, rumour, error):
        with self._lock:
            first = not rumour.pause
            self._rest(rumour)
        if first and not self._stopped.is_set():
            self._say(f"worker {rumour.name} is listed but does not answer: {error}; it will be asked again")

    def _rest(self, rumour):
        rumour.again = time.monotonic() + rumour.pause
        rumour.pause = min(max(1.0, 2 * rumour.pause), LONGEST_PAUSE)
        rumour.state = "resting"


def _worker(rumour, description):
    """A worker from what it said of itself: ``years`` it worked on last, ``data_years`` it has data for (none: any)."""
    with_data = description.get("data_years")
    return Worker(
        id=str(description.get("id") or rumour.uri),
        name=rumour.name,
        host=str(description.get("host", "")),
        uri=rumour.uri,
        slots=max(1, int(description.get("slots", 1))),
        years=None if with_data is None else frozenset(map(int, with_data)),
        warm=dict.fromkeys(map(int, description.get("years", ())), True),
    )


def _place(uri):
    return uri.rpartition("@")[2]
