"""What strikes: each fault does its harm when called and returns what undoes it."""

import heapq
import itertools
import signal
from collections import Counter

from .hosts import SLOT, WORKER

KILL_WAIT = 1.0
"""Seconds from SIGTERM to SIGKILL where a queue takes a worker away."""


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
            _, _, victims, undo = heapq.heappop(self._healing)
            undo()
            self._suffering -= victims

    def _strike(self, now):
        host = self._rng.choice(self._hosts)
        kinds = MIDDLE | EVERYWHERE | (NAMESPACED | TOGETHER if host.namespaced else {})
        kind = self._rng.choice(list(kinds))
        seconds = round(self._rng.uniform(*kinds[kind][1]), 1)
        victims = self._victims(kind, host)
        if victims & self._suffering:
            return
        undo = kinds[kind][0](self._hosts if kind in TOGETHER else self._middle if kind in MIDDLE else host)
        if undo is None:  # there was nobody to strike
            return
        self.injected[kind] += 1
        self._suffering |= victims
        heapq.heappush(self._healing, (now + seconds, next(self._order), victims, undo))
        whom = f"{host.name}: " if victims == {host.name} else ""
        self._show(f"{whom}{kind}" + (f" for {seconds:g} s" if seconds else ""))

    def _victims(self, kind, host):
        """Who must not suffer from anything else meanwhile."""
        if kind in TOGETHER:
            return {each.name for each in self._hosts}
        return {kind.split()[0]} if kind in MIDDLE else {host.name}


def _worker_killed(host):
    host.end()
    return host.start


def _slots_killed(host):
    return _nothing if host.send(signal.SIGKILL, SLOT) else None


def _frozen(module):
    def strike(host):
        return (lambda: host.send(signal.SIGCONT, module)) if host.send(signal.SIGSTOP, module) else None

    return strike


def _one_frozen_for_good(host):
    return _nothing if host.send(signal.SIGSTOP, SLOT, most=1) else None


def _preempted(host):
    host.preempt(KILL_WAIT)
    return host.start


def _lying(host):
    host.lie(True)

    def undo():  # a worker that lied three times is set aside until it is started again
        host.lie(False)
        host.end()
        host.start()

    return undo


def _code_changed(host):
    if not host.change_code():
        host.restore_code()
        return None

    def undo():
        host.end()
        host.restore_code()
        host.start()

    return undo


def _block_damaged(host):
    blocks = host.blocks()
    if not blocks:
        return None
    block = blocks[len(blocks) // 2]
    try:
        content = bytearray(block.read_bytes())
        content[len(content) // 2] ^= 0x40
        block.write_bytes(content)
    except (OSError, IndexError):  # it was removed meanwhile, or is empty
        return None
    return _nothing


def _cable(host):
    host.host.cut()
    return host.host.restore


def _blocked(host):
    host.host.block_pyro()
    return host.host.unblock_pyro


def _disk(host):
    host.fill_disk()
    return host.free_disk


def _all_disks(hosts):
    for host in hosts:
        host.fill_disk()

    def undo():
        for host in hosts:
            host.free_disk()

    return undo


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
    "worker preempted": (_preempted, (0.0, 6.0)),
    "worker frozen": (_frozen(WORKER), (1.0, 15.0)),
    "worker's replies altered": (_lying, (1.0, 10.0)),
    "worker's code changed": (_code_changed, (1.0, 10.0)),
    "slots frozen": (_frozen(SLOT), (1.0, 15.0)),
    "slot frozen for good": (_one_frozen_for_good, (0.0, 0.0)),
    "scratch block damaged": (_block_damaged, (0.0, 0.0)),
}
"""What may befall any host: the fault, and how long it lasts at least and at most (s)."""
NAMESPACED = {
    "cable pulled": (_cable, (1.0, 15.0)),
    "port blocked": (_blocked, (1.0, 15.0)),
    "disk full": (_disk, (1.0, 8.0)),
}
TOGETHER = {
    "all disks full": (_all_disks, (1.0, 8.0)),
}
MIDDLE = {
    "nameserver killed": (_nameserver, (0.0, 8.0)),
    "manager killed": (_manager_killed, (0.0, 3.0)),
    "manager interrupted": (_manager_interrupted, (0.0, 3.0)),
}
