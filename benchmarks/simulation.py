"""A cluster as a queueing network, event by event: slots that read and compute, disks that they share, one manager.

A task is given out by the manager (one at a time), then reads and computes in turn, a part after the other, without
reading ahead. A disk or file server divides its bandwidth evenly among those who read from it at a moment.
"""

import heapq
from collections import deque
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Cluster:
    """What is simulated.

    Attributes
    ----------
    hosts, slots : int
        `slots` on each host.
    disks : int
        1: a file server for all; as many as hosts: one in each.
    bandwidth : float
        Of each disk, bytes a second.
    dispatch_seconds : float
        What the manager needs for a task, from reply to reply.
    heartbeat_load : float
        Share of the manager that looking after one host takes.
    """

    hosts: int
    slots: int
    disks: int
    bandwidth: float
    dispatch_seconds: float = 0.0
    heartbeat_load: float = 0.0


@dataclass(frozen=True)
class Work:
    """Tasks that are alike but for some spread.

    Attributes
    ----------
    tasks : int
    cpu_seconds, read_bytes : float
        Of one task.
    spread : float
        Standard deviation of the logarithm of a task's CPU seconds.
    parts : int
        Times that a task turns from reading to computing.
    """

    tasks: int
    cpu_seconds: float
    read_bytes: float = 0.0
    spread: float = 0.05
    parts: int = 4


@dataclass(frozen=True)
class Outcome:
    """Seconds from start to end, and which part of them the disks, the manager and the slots were at work."""

    seconds: float
    disk_use: float
    manager_use: float
    tail: float
    """Part of the time in which some slot had nothing left to do."""


def simulate(cluster, work, seed=0):
    """Do the work on the cluster; an `Outcome`."""
    return _Simulation(cluster, work, seed).run()


class _Disk:
    """Bandwidth that is divided evenly: everybody's bytes are counted by one clock that runs slower the more read."""

    def __init__(self, bandwidth):
        self.bandwidth, self.readers, self.served, self.at, self.busy, self.version = bandwidth, [], 0.0, 0.0, 0.0, 0

    def advance(self, now):
        if self.readers:
            self.served += (now - self.at) * self.bandwidth / len(self.readers)
            self.busy += now - self.at
        self.at = now

    def next_end(self):
        return self.at + max(0.0, self.readers[0][0] - self.served) * len(self.readers) / self.bandwidth


class _Simulation:
    def __init__(self, cluster, work, seed):
        self.cluster, self.work = cluster, work
        random = np.random.default_rng(seed).normal(0.0, work.spread, work.tasks)
        self.cpu = iter((work.cpu_seconds * np.exp(random) / work.parts).tolist())
        self.disks = [_Disk(cluster.bandwidth) for _ in range(cluster.disks)]
        self.events, self.order, self.now = [], 0, 0.0
        self.queue, self.manager_busy, self.manager_total, self.left = deque(), False, 0.0, work.tasks
        load = cluster.hosts * cluster.heartbeat_load
        self.dispatch = cluster.dispatch_seconds / max(1.0 - load, 1e-3)
        self.state = {}  # slot: [CPU seconds of a part, parts left]
        self.first_idle = None

    def run(self):
        for slot in range(self.cluster.hosts * self.cluster.slots):
            self._ask(slot)
        while self.events:
            self.now, _, what, *about = heapq.heappop(self.events)
            what(*about)
        end = self.now
        busy = sum(disk.busy for disk in self.disks) / (len(self.disks) * end)
        heartbeats = self.cluster.hosts * self.cluster.heartbeat_load
        idle = self.first_idle if self.first_idle is not None else end
        return Outcome(end, busy, self.manager_total / end * (1 - heartbeats) + heartbeats, 1 - idle / end)

    def _at(self, time, what, *about):
        self.order += 1
        heapq.heappush(self.events, (time, self.order, what, *about))

    def _ask(self, slot):
        self.queue.append(slot)
        if not self.manager_busy:
            self._give_out()

    def _give_out(self):
        self.manager_busy = bool(self.queue) and self.left > 0
        if self.manager_busy:
            self.left -= 1
            self.manager_total += self.dispatch
            self._at(self.now + self.dispatch, self._given, self.queue.popleft())
        elif self.queue and self.first_idle is None:
            self.first_idle = self.now

    def _given(self, slot):
        self.state[slot] = [next(self.cpu), self.work.parts]
        self._read(slot)
        self._give_out()

    def _read(self, slot):
        if not self.work.read_bytes:
            self._compute(slot)
            return
        disk = self.disks[slot // self.cluster.slots % len(self.disks)]
        disk.advance(self.now)
        heapq.heappush(disk.readers, (disk.served + self.work.read_bytes / self.work.parts, slot))
        self._expect(disk)

    def _expect(self, disk):
        disk.version += 1
        if disk.readers:
            self._at(disk.next_end(), self._end_of_read, disk, disk.version)

    def _end_of_read(self, disk, version):
        if version == disk.version:  # else somebody came in between, and the end is another
            disk.advance(self.now)
            _, slot = heapq.heappop(disk.readers)
            self._expect(disk)
            self._compute(slot)

    def _compute(self, slot):
        self._at(self.now + self.state[slot][0], self._computed, slot)

    def _computed(self, slot):
        self.state[slot][1] -= 1
        if self.state[slot][1]:
            self._read(slot)
        else:
            self._ask(slot)
