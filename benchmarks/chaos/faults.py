"""What strikes: each fault does its harm when called and returns what undoes it."""

import heapq
import itertools
import signal
from collections import Counter


class Faults:
    """Strikes at random, one fault at a time on each host and on each of the processes in the middle.

    Parameters
    ----------
    rng : random.Random
        The kinds, their victims and lengths follow from its seed.
    hosts : list of hosts.Torment
    middle : object
        With ``nameserver`` and ``manager``, each with ``kill()`` and ``start()``; the manager with ``interrupt()``.
    show : callable
        Given a line about each fault.
    """

    PAUSE = (0.5, 5.0)
    """Seconds between faults."""

    def __init__(self, rng, hosts, middle, show):
        self.injected, self.revived = Counter(), 0
        self._rng, self._hosts, self._middle, self._show = rng, hosts, middle, show
        self._healing, self._order, self._suffering = [], itertools.count(), set()
        self._next = 0.0

    def tend(self, now):
        """Undo what has lasted long enough, and strike if it is time to (`now` in s, monotonic)."""
        self._heal(now)
        self.revive()
        if now >= self._next:
            self._strike(now)
            self._next = now + self._rng.uniform(*self.PAUSE)

    def heal_all(self):
        """Undo everything now."""
        self._heal(float("inf"))
        self.revive()

    def revive(self):
        """Start again a worker that ended by itself: one whose slots are killed before it is up cannot start."""
        for host in self._hosts:
            if host.ended():
                self.revived += 1
                self._show(f"{host.name}: its worker ended, started again: {host.last_line()}")
                host.start()

    def _heal(self, now):
        while self._healing and self._healing[0][0] <= now:
            _, _, victim, undo = heapq.heappop(self._healing)
            undo()
            self._suffering.discard(victim)

    def _strike(self, now):
        host = self._rng.choice(self._hosts)
        kinds = MIDDLE | EVERYWHERE | (NAMESPACED if host.namespaced else {})
        kind = self._rng.choice(list(kinds))
        seconds = round(self._rng.uniform(*kinds[kind][1]), 1)
        victim = kind.split()[0] if kind in MIDDLE else host.name
        if victim in self._suffering:
            return
        undo = kinds[kind][0](self._middle if kind in MIDDLE else host)
        if undo is None:  # there was nobody to strike
            return
        self.injected[kind] += 1
        self._suffering.add(victim)
        heapq.heappush(self._healing, (now + seconds, next(self._order), victim, undo))
        self._show(f"{'' if kind in MIDDLE else victim + ': '}{kind}" + (f" for {seconds:g} s" if seconds else ""))


def _worker_killed(host):
    host.end()
    return host.start


def _slots_killed(host):
    return _nothing if host.send(signal.SIGKILL, "slot") else None


def _frozen(word):
    def strike(host):
        return (lambda: host.send(signal.SIGCONT, word)) if host.send(signal.SIGSTOP, word) else None

    return strike


def _cable(host):
    host.host.cut()
    return host.host.restore


def _blocked(host):
    host.host.block_pyro()
    return host.host.unblock_pyro


def _disk(host):
    host.fill_disk()
    return host.free_disk


def _nameserver(middle):
    middle.nameserver.kill()
    return middle.nameserver.start


def _manager_killed(middle):
    middle.manager.kill()
    return middle.manager.start


def _manager_interrupted(middle):
    middle.manager.interrupt()
    return middle.manager.start


def _nothing():
    """What needs no undoing."""


EVERYWHERE = {
    "worker killed": (_worker_killed, (0.0, 6.0)),
    "slots killed": (_slots_killed, (0.0, 0.0)),
    "worker frozen": (_frozen("pyro_worker"), (1.0, 15.0)),
    "slots frozen": (_frozen("slot"), (1.0, 15.0)),
}
"""What may befall any host: the fault, and how long it lasts at least and at most (s)."""
NAMESPACED = {
    "cable pulled": (_cable, (1.0, 15.0)),
    "port blocked": (_blocked, (1.0, 15.0)),
    "disk full": (_disk, (1.0, 8.0)),
}
MIDDLE = {
    "nameserver killed": (_nameserver, (0.0, 8.0)),
    "manager killed": (_manager_killed, (0.0, 3.0)),
    "manager interrupted": (_manager_interrupted, (0.0, 3.0)),
}
