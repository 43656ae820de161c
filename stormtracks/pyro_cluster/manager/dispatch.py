"""The engine of the manager: a thread per slot of each worker, a heartbeat per worker, and one lock around the books.

Nothing here polls. A slot's thread sits in a call to its worker, or waits to be told that a task is outstanding
again; a worker whose heart stops has its calls cut, which ends those threads' waiting.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from stormtracks.pyro_cluster.manager.assignments import Assignments
from stormtracks.pyro_cluster.manager.discovery import Discovery, PeerLost
from stormtracks.pyro_cluster.manager.heartbeats import BEAT_TIMEOUT, Heartbeats, Pulse

REST_SECONDS = (0.25, 8.0)
"""First and longest rest of a slot whose worker said that it is busy (with another manager's tasks, say)."""
_STACK_BYTES = 512 * 1024  # the threads wait and speak; a thousand of them must not reserve 8 GB


@dataclass(frozen=True)
class Rules:
    """How the work is given out.

    Attributes
    ----------
    version : str
        Of stormtracks; workers of another are left out, unless `any_version`.
    options : dict
        What each ``do_work`` is given: settings, overwrite, timeout, run.
    retries : int
        How often a task that failed or timed out is tried again.
    wait : float
        Seconds without a worker that can do anything, or without a journal, after which the run ends as it is.
    """

    version: str = ""
    options: dict = field(default_factory=dict)
    retries: int = 2
    wait: float = 60.0
    any_version: bool = False


class Dispatcher:
    """Gives the tasks of a schedule to the workers of a cluster until all have ended.

    Parameters
    ----------
    schedule : PyroTaskSchedule
    cluster : object
        See `discovery.Discovery`.
    journal : object
        With ``record(outcome)``, ``working(worker, slot, year, member)``, ``event(text)``; a `journal.Journal`.
    rules : Rules
    say : callable
        Given each line about what happened, from any thread.
    """

    def __init__(self, schedule, cluster, journal, rules, say):
        self.schedule, self.rules, self.ended = schedule, rules, None
        self.seconds = self.cpu_seconds = 0.0  # of the tasks that were completed here
        self.done = self.skipped = 0
        self.recent = deque(maxlen=200)  # when the last ones were completed, monotonic
        self.assignments = Assignments(schedule, rules.retries)
        self._cluster, self._journal, self._tell = cluster, journal, say
        lock = threading.RLock()
        self._lock, self._idle, self._end = lock, threading.Condition(lock), threading.Condition(lock)
        self._paused, self._calls, self._seen, self._threads = None, {}, {}, []
        self._stalled_since = time.monotonic()
        self._beats = Heartbeats()
        self._discovery = Discovery(cluster, self._refusal, self._came, self.say, BEAT_TIMEOUT)

    def start(self):
        """Begin to look for workers and to give out work."""
        threading.stack_size(_STACK_BYTES)
        with self._lock:
            self._look_whether_all_is_done()
        if not self.ended:
            self._discovery.start()

    def wait(self, seconds):
        """Wait until the run has ended, at most some seconds; whether it has."""
        with self._lock:
            until = time.monotonic() + seconds
            while not self.ended and (left := until - time.monotonic()) > 0:
                self._end.wait(min(left, self.rules.wait, 1.0))
                self._look_whether_it_stalls()
            return self.ended is not None

    def stop(self, reason):
        """Give out nothing more and leave: calls under way are cut, what their workers finish lies with the results."""
        with self._lock:
            self._finish(reason)
            calls = list(self._calls.values())
        self._discovery.stop()
        self._beats.stop()
        for call in calls:
            call.cut()
        until = time.monotonic() + 5
        for thread in list(self._threads):
            thread.join(max(0.0, until - time.monotonic()))

    def trouble(self, words):
        """The journal cannot be written (words), or can again (None): meanwhile nothing is given out."""
        with self._lock:
            self._paused = words
            self._stalled_since = time.monotonic()
            self._idle.notify_all()
        self._tell(f"{words}; no work is given out until it can" if words else "the journal can be written again")

    def say(self, text):
        """Tell and keep one line."""
        self._journal.event(text)
        self._tell(text)

    @property
    def met(self):
        """Whether any worker ever came."""
        return bool(self._seen)

    def workers(self):
        """What is there now: a list of (worker name, host, slots, [(slot, year, member, since)])."""
        with self._lock:
            return [
                (
                    w.name,
                    w.host,
                    w.slots,
                    [(s, t.year, t.ensemble_member, t0) for s, (t, t0) in sorted(w.running.items())],
                )
                for w in self.assignments.workers.values()
            ]

    # Workers come and go

    def _refusal(self, description):
        version, tasks = description.get("version"), description.get("tasks")
        if version != self.rules.version and not self.rules.any_version:
            return f"it runs stormtracks {version}, this is {self.rules.version}; 'fab deploy' brings it up to date"
        if tasks is not None and self.schedule.task not in tasks:
            return f"it does not know the task {self.schedule.task}, only {', '.join(sorted(tasks))}"
        if description.get("id") in self.assignments.workers:
            return "it is here already, under another name or address"
        return None

    def _came(self, worker, peer):
        with self._lock:
            if self.ended:
                peer.close()
                return
            before, self._seen[worker.name] = self._seen.get(worker.name), worker.id
            self.assignments.add(worker)
            self._idle.notify_all()  # a task may have waited for another worker than the one that failed on it
        again = "" if before is None else ", is back" if before == worker.id else ", is a new one of that name"
        slots = f"{worker.slots} slot{'s' * (worker.slots > 1)}"
        self.say(f"worker {worker.name} came: {slots} on {worker.host or worker.uri}{again}")
        self._beats.add(Pulse(worker, peer, self._cluster.connect, self._gone))
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        for slot in range(worker.slots):
            thread = threading.Thread(
                target=self._serve, args=(worker, slot), name=f"{worker.name}/{slot}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def _gone(self, worker, error):
        """A worker is lost: cut its calls, so that its slots' threads come back and give up their tasks."""
        with self._lock:
            if worker.lost or self.ended:
                return
            worker.lost, worker.silent = str(error), error.silent
            self.assignments.remove(worker)
            calls = [self._calls.pop(key) for key in list(self._calls) if key[0] == worker.id]
            tasks = len(worker.running)
            self._idle.notify_all()
        for call in calls:
            call.cut()
        fate = f"; its {tasks} task{'s are' if tasks > 1 else ' is'} outstanding again" if tasks else ""
        self.say(f"worker {worker.name} lost: {error}{fate}")
        self._discovery.lost(worker.uri)

    # One slot

    def _serve(self, worker, slot):
        """Have one slot of a worker do task after task, each in a call on this thread's own connection."""
        peer, rest = None, REST_SECONDS[0]
        while (task := self._next(worker, slot)) is not None:
            try:
                peer = peer or self._connected(worker, slot)
            except PeerLost as error:
                self._not_begun(worker, slot)
                self._gone(worker, error)
                break
            try:
                reply = peer.do_work(task.year, task.ensemble_member, task.task, self.rules.options)
            except PeerLost as error:
                self._call_lost(worker, slot, error)
                break
            except Exception as error:  # raised by the worker rather than replied: about this task, as far as is known
                reply = {"status": "failure", "error": f"{type(error).__name__}: {error}"}
            busy = reply.get("status") == "busy"
            self._not_begun(worker, slot) if busy else self._finished(worker, slot, reply)
            rest = self._rested(rest) if busy else REST_SECONDS[0]
        if peer is not None:
            peer.close()

    def _next(self, worker, slot):
        """The slot's next task, waiting for one; None when there will be none."""
        with self._lock:
            told = False
            while not self.ended and not worker.lost:
                task = None if self._paused else self.assignments.take(worker, slot)
                if task is not None:
                    self._journal.working(worker.name, slot, task.year, task.ensemble_member)
                    return task
                if not told:
                    self._journal.working(worker.name, slot)
                told = True
                self._idle.wait()
            self._journal.working(worker.name, slot)
            return None

    def _connected(self, worker, slot):
        timeout = self.rules.options.get("timeout")  # the worker keeps it; what is added is for one that does not
        peer = self._cluster.connect(worker.uri, timeout and timeout + 60)
        with self._lock:
            if not worker.lost and not self.ended:
                self._calls[worker.id, slot] = peer
                return peer
        peer.close()
        raise PeerLost(worker.lost or "the run has ended")

    def _not_begun(self, worker, slot):
        with self._lock:
            self.assignments.give_back(worker, slot)
            self._idle.notify_all()

    def _call_lost(self, worker, slot, error):
        self._gone(worker, error)
        with self._lock:
            if self.ended:
                self.assignments.give_back(worker, slot)
                return
            outcome = self.assignments.lose(worker, slot)
        self._settled(outcome, told=True)

    def _finished(self, worker, slot, reply):
        with self._lock:
            outcome = self.assignments.finish(worker, slot, reply)
            if outcome.status == "complete":
                self.done += 1
                self.skipped += outcome.skipped
                self.seconds += outcome.seconds
                self.cpu_seconds += outcome.cpu_seconds
                self.recent.append(time.monotonic())
        self._settled(outcome)

    def _settled(self, outcome, told=False):
        """Keep and tell what became of a task; `told`: that it is outstanding again was said with its worker's loss."""
        self._journal.record(outcome)
        cell, attempts = f"{outcome.year} member {outcome.member}", outcome.attempts
        if outcome.status in ("failure", "timeout"):
            self.say(f"{cell}: {outcome.status} after attempt {attempts}, on {outcome.worker}: {outcome.error}")
        elif outcome.status == "outstanding" and not told:
            self.say(f"{cell}: attempt {attempts} failed, on {outcome.worker}; to be tried again: {outcome.error}")
        with self._lock:
            if outcome.status != "complete" or outcome.attempts > 1:
                self._idle.notify_all()  # there is a task to repeat, or a suspect less on the worker
            self._look_whether_all_is_done()

    def _rested(self, rest):
        """Let a slot whose worker is busy rest, whoever else is woken meanwhile; how long to rest next time."""
        until = time.monotonic() + rest
        with self._lock:
            while not self.ended and (left := until - time.monotonic()) > 0:
                self._idle.wait(left)
        return min(2 * rest, REST_SECONDS[1])

    # The end

    def _look_whether_all_is_done(self):
        counts = self.schedule.counts()
        if not counts["outstanding"] + counts["working"]:
            self._finish("complete" if counts["complete"] == len(self.schedule) else "incomplete")

    def _look_whether_it_stalls(self):
        now = time.monotonic()
        if self._paused:
            if now - self._stalled_since > self.rules.wait:
                self._finish("journal")
            return
        if self.schedule.counts()["working"] or self.assignments.possible():
            self._stalled_since = now
        elif now - self._stalled_since > self.rules.wait:
            self._finish("no worker")

    def _finish(self, how):
        if not self.ended:
            self.ended = how
            self._idle.notify_all()
            self._end.notify_all()
