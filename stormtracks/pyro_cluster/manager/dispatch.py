"""The engine of the manager: a thread per slot of each worker, a heartbeat per worker, and one lock around the books.

Nothing here polls. A slot's thread sits in a call to its worker, or waits to be told that a task is outstanding
again; a worker whose heart stops has its calls cut, which ends those threads' waiting.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from stormtracks.pyro_cluster import bounds
from stormtracks.pyro_cluster.journal.journal import TaskOutcome
from stormtracks.pyro_cluster.journal.report import kind
from stormtracks.pyro_cluster.manager import replies
from stormtracks.pyro_cluster.manager.alarm import Alarm
from stormtracks.pyro_cluster.manager.alike import Alike
from stormtracks.pyro_cluster.manager.assignments import Assignments, Worker
from stormtracks.pyro_cluster.manager.discovery import Cluster, Discovery, Peer, PeerLost
from stormtracks.pyro_cluster.manager.halt import Halt
from stormtracks.pyro_cluster.manager.heartbeats import BEAT_TIMEOUT, Heartbeat
from stormtracks.pyro_cluster.manager.time_keeper import TimeKeeper
from stormtracks.pyro_cluster.manager.time_limit import TimeLimit
from stormtracks.pyro_cluster.plain import STOPPING, Options
from stormtracks.pyro_cluster.pyro_task import PyroTask, PyroTaskSchedule
from stormtracks.readable import duration

log = logging.getLogger(__name__)

REST_SECONDS = (0.25, 8.0)
"""First and longest rest of a slot whose worker said that it is busy (with another manager's tasks, say)."""
LONGER_WAIT = 10
"""So many times `Rules.wait` may every worker fail, where tasks were complete before: then it is likely to pass."""
MOST_REMARKS = 50
"""Distinct remarks about results that a run says; a remark can name a file, and there are thousands of those."""
_STACK_BYTES = 512 * 1024  # the threads wait and call; two thousand of them must not reserve 16 GB


@dataclass(frozen=True)
class Rules:
    """How the work is given out.

    Attributes
    ----------
    version : str
        Of stormtracks; workers of another are left out, unless `any_version`.
    options : Options
        What each ``do_work`` is given.
    retries : int
        How often a task that failed or timed out is tried again.
    wait : float
        Seconds without a worker that can do anything, or without a journal, after which the run ends as it is.
    limit : TimeLimit
        Of one task; what is the same for all tasks is in `options` too.
    halt : Halt
        Failures that end the run.
    """

    version: str = ""
    options: Options = field(default_factory=lambda: Options())
    retries: int = 2
    wait: float = 60.0
    any_version: bool = False
    limit: TimeLimit = field(default_factory=TimeLimit)
    halt: Halt = field(default_factory=Halt)


class Journal(Protocol):
    """What keeps the run, such as a `journal.Journal`."""

    def record(self, outcome: TaskOutcome) -> None: ...
    def working(self, worker: str, slot: int, year: int | None = None, ensemble_member: int | None = None) -> None: ...
    def event(self, text: str) -> None: ...
    def paused(self, why: str | None) -> None: ...


class Dispatcher:
    """Gives the tasks of a schedule to the workers of a cluster until all have ended.

    Parameters
    ----------
    schedule : PyroTaskSchedule
    cluster : discovery.Cluster
    journal : Journal
    rules : Rules
    show : callable
        Given each line about what happened, from any thread.

    Attributes
    ----------
    ended : str
        How the run ended: complete, incomplete, no worker, not looked for, journal (not writable for too long), lost
        (never writable again), failing, halted, bug, or the reason that `stop` was given; empty while it is under way.
    why : str
        More about an end by failures: failing or halted.
    paused : str or None
        Why nothing but trials is given out: every worker rests.
    done, skipped : int
        Tasks completed here, and those of them whose result the worker found.
    failed : int
        Tasks that failed or timed out here, after their repeats.
    seconds, cpu_seconds : float
        Sums over the tasks completed here.
    recent : deque of float
        When the last ones were completed, monotonic.
    unknown : callable
        Says what is complete from before but was not looked for yet, because its worker is away; nothing: all was.
    """

    def __init__(
        self,
        schedule: PyroTaskSchedule,
        cluster: Cluster,
        journal: Journal,
        rules: Rules,
        show: Callable[[str], object],
    ) -> None:
        self.schedule = schedule
        self.rules = rules
        self.ended = ""
        self.why = ""
        self.paused: str | None = None
        self.failed = 0
        self.done = 0
        self.skipped = 0
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.recent: deque[float] = deque(maxlen=200)
        self.unknown: Callable[[], str] = lambda: ""
        self.assignments = Assignments(schedule, rules.retries)
        self._cluster = cluster
        self._journal = journal
        self._show = show
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)  # a task may be outstanding again, or all is over
        self._alarm = Alarm(self._wake)
        self._end = threading.Condition(self._lock)
        self._remarks: set[str] = set()  # what was said of results so far
        self._alike = Alike(self.log, time.monotonic)
        self._journal_trouble: str | None = None  # why nothing is given out
        self._time = TimeKeeper(rules.limit, rules.options, cluster.connect, self._cut)
        self._failing_since: float | None = None  # since when every worker rests
        self._aside: dict[str, str] = {}  # ids of workers that are not used any more -> why
        self._bugs: set[tuple[str, str]] = set()  # those that were said, with where they showed
        self._calls: dict[tuple[str, int], Peer] = {}  # worker's id and slot -> the connection of its calls
        self._heartbeats: dict[str, Heartbeat] = {}  # by worker's id
        self._ids: dict[str, str] = {}  # name -> id of the worker that had it last
        self._threads: list[threading.Thread] = []
        self._stalled_since = time.monotonic()
        self._discovery = Discovery(cluster, self._refusal, self._came, self.log, BEAT_TIMEOUT, self.bug)

    def start(self) -> None:
        """Begin to look for workers and to give out work."""
        threading.stack_size(_STACK_BYTES)
        with self._lock:
            self._look_whether_all_is_done()
        if not self.ended:
            self._discovery.start()

    def wait(self, seconds: float) -> bool:
        """Wait until the run has ended, at most some seconds; whether it has."""
        until = time.monotonic() + seconds
        while not self.ended and (left := until - time.monotonic()) > 0:
            with self._lock:
                if not self.ended:
                    self._end.wait(min(left, self.rules.wait, 1.0))
                self._look_whether_it_stalls()
            self._look_whether_all_rest()
            with self._lock:
                self._time.end_late(self.assignments.workers.values())
            self._alike.say_more()
        return bool(self.ended)

    def stop(self, reason: str) -> None:
        """Give out nothing more and leave: calls under way are cut, what their workers finish lies with the results."""
        with self._lock:
            self._finish(reason)
            calls = list(self._calls.values())
            heartbeats = list(self._heartbeats.values())
        self._alike.say_more(everything=True)
        self._alarm.stop()
        self._discovery.stop()
        for heartbeat in heartbeats:
            heartbeat.stop()
        for call in calls:
            call.cut()
        with self._lock:
            threads = list(self._threads)
        until = time.monotonic() + 5
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def trouble(self, message: str | None) -> None:
        """The journal cannot be written, or (None) can again: meanwhile nothing is given out."""
        with self._lock:
            self._journal_trouble = message
            self._stalled_since = time.monotonic()
            self._idle.notify_all()
        if message:
            self._say(f"{message}; check the disk. No tasks are given out until the journal can be written again")
        else:
            self._say("the journal can be written again")

    def lost(self, message: str) -> None:
        """The journal can never be written again: the run ends."""
        with self._lock:
            self._finish("lost")
        self._say(message)

    def bug(self, where: str, error: BaseException) -> None:
        """Say what went wrong in the manager itself, and each such thing once."""
        reason = f"{type(error).__name__}: {error}"
        log.error("a bug in %s", where, exc_info=error)
        with self._lock:
            known = (where, reason) in self._bugs
            self._bugs.add((where, reason))
        if not known:
            self.log(f"a bug in {where}: {reason}; the run continues")

    def looked(self, gone: Iterable[tuple[int, int]]) -> None:
        """Results of a worker that came later were looked for: these tasks are outstanding again."""
        cells = list(gone)
        with self._lock:
            for year, member in cells:
                self.schedule.get_task(year, member).status = "outstanding"
            self._idle.notify_all()
            self._look_whether_all_is_done()
        if cells:
            what = "results that the journal calls complete are" if len(cells) > 1 else "result that is complete is"
            self.log(f"{len(cells):,} {what} not there any more; done again")

    def log(self, text: str) -> None:
        """Keep and show one line."""
        self._journal.event(text)
        self._say(text)

    def _say(self, text: str) -> None:
        """Show a line; a display that fails does not end the thread that had something to say."""
        try:
            self._show(text)
        except Exception:
            log.exception("the display, of %r", text)

    @property
    def met(self) -> bool:
        """Whether any worker ever came."""
        return bool(self._ids)

    def workers(self) -> list[Worker]:
        """Copies of the connected workers, with what their slots are doing now."""
        with self._lock:
            return [replace(worker, running=dict(worker.running)) for worker in self.assignments.workers.values()]

    def check(self) -> None:
        """Hold the books against each other; AssertionError that says which differ."""
        with self._lock:
            self.assignments.check()
            there = self.assignments.workers
            strangers = [key for key in self._calls if key[0] not in there]
            assert not strangers, f"calls are open to workers that have gone: {strangers}"
            beating = set(self._heartbeats)
            assert beating <= set(there), f"workers that have gone still have a heartbeat: {beating - set(there)}"
            too_many = [worker.name for worker in there.values() if len(worker.running) > worker.slots]
            assert not too_many, f"workers with more tasks than slots: {too_many}"
            lost = [worker.name for worker in there.values() if worker.lost]
            assert not lost, f"lost workers can still be given tasks: {lost}"

    # Workers come and go

    def _refusal(self, description: Mapping[str, Any]) -> str | None:
        version, tasks = description.get("version"), description.get("tasks")
        if version != self.rules.version and not self.rules.any_version:
            return f"it runs stormtracks {version}, but the manager runs {self.rules.version}; run fab deploy"
        if tasks is not None and self.schedule.task not in tasks:
            known = ", ".join(sorted(tasks))
            return f"it does not know the task {self.schedule.task}, only {known}; correct 'tasks' in hosts.yaml"
        if aside := self._aside.get(str(description.get("id"))):
            return f"it is set aside: {aside}"
        if description.get("fault"):
            return str(description["fault"])
        if description.get("refused"):
            return str(description["refused"])
        if description.get("id") in self.assignments.workers:
            return "it is already connected under another name or address"
        return None

    def _came(self, worker: Worker, peer: Peer) -> None:
        heartbeat = Heartbeat(
            worker, peer, self._cluster.connect, self._heart_stopped, stopping=self._is_stopping, noticed=self._noticed
        )
        with self._lock:
            if self.ended or worker.id in self.assignments.workers:  # it came under another name at the same time
                peer.close()
                return
            before = self._ids.get(worker.name)
            self._ids[worker.name] = worker.id
            self._heartbeats[worker.id] = heartbeat
            self.assignments.add(worker)
            self._idle.notify_all()  # a task may have waited for another worker than the one that failed on it
        again = "" if before is None else " (it is back)" if before == worker.id else " (a new worker of this name)"
        slots = f"{worker.slots} slot{'s' * (worker.slots > 1)}"
        self.log(f"worker {worker.name} joined: {slots} on {worker.host or worker.uri}{again}")
        try:
            heartbeat.start()
            self._begin_slots(worker)
        except RuntimeError as error:
            peer.close()
            limit = "raise the limit of processes (ulimit -u)"
            self._gone(worker, PeerLost(f"the manager cannot start a thread for it ({error}); {limit}"))

    def _heart_stopped(self, worker: Worker, error: PeerLost) -> None:
        """As `_gone`, from a thread in which nobody else would see an exception."""
        try:
            self._gone(worker, error)
        except BaseException as bug:
            self._stop_by(f"the end of {worker.name}", bug)

    def _begin_slots(self, worker: Worker) -> None:
        with self._lock:  # no slot takes a task before `stop` knows that its thread is to be waited for
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            for slot in range(worker.slots):
                thread = threading.Thread(
                    target=self._serve, args=(worker, slot), name=f"{worker.name}/{slot}", daemon=True
                )
                thread.start()
                self._threads.append(thread)

    def _gone(self, worker: Worker, error: PeerLost) -> None:
        """A worker is lost: cut its calls, so that its slots' threads come back and give up their tasks."""
        with self._lock:
            if worker.lost or self.ended:
                return
            worker.lost = str(error)
            worker.silent = error.silent
            self.assignments.remove(worker)
            heartbeat = self._heartbeats.pop(worker.id)
            calls = [self._calls.pop(key) for key in list(self._calls) if key[0] == worker.id]
            tasks = len(worker.running)
            self._idle.notify_all()
        heartbeat.stop()
        for call in calls:
            call.cut()
        fate = f"; its {tasks} task{'s are' if tasks > 1 else ' is'} outstanding again" if tasks else ""
        how = "has stopped and left in order" if worker.stopping else f"lost: {error}"
        if worker.id in self._aside:
            how = f"is set aside: {error}"
        self.log(f"worker {worker.name} {how}{fate}")
        if worker.id not in self._aside:
            self._discovery.lost(worker.uri)

    def _is_stopping(self, worker: Worker) -> None:
        """A worker says that it takes no more tasks: what it does not end is not lost with it."""
        with self._lock:
            if worker.stopping or worker.lost:
                return
            worker.stopping = True
            tasks = len(worker.running)
            self._idle.notify_all()  # a task may have waited for it
        rest = f" after its {tasks} running task{'s' * (tasks > 1)}" if tasks else ""
        self.log(f"worker {worker.name} is stopping{rest}; it is given nothing more")

    def _noticed(self, worker: Worker, notices: list[str]) -> None:
        """Log what a worker wants people to know, once for as long as it says so."""
        with self._lock:
            new = [text for text in notices if text not in worker.notices]
            worker.notices = frozenset(notices)
        for text in new:
            self.log(f"worker {worker.name}: {text}")

    # One slot

    def _serve(self, worker: Worker, slot: int) -> None:
        """The thread of a slot; whatever ends it, its task is given up and somebody is told."""
        try:
            self._serve_tasks(worker, slot)
        except BaseException as error:
            try:
                self._slot_failed(worker, slot, error)
            except BaseException as bug:
                self._stop_by(f"a slot of {worker.name}", bug)

    def _serve_tasks(self, worker: Worker, slot: int) -> None:
        """Have one slot of a worker do task after task, each in a call on this thread's own connection."""
        peer = None
        rest = REST_SECONDS[0]
        while (task := self._next(worker, slot)) is not None:
            try:
                peer = peer or self._connected(worker, slot)
                reply = self._reply(peer, worker, slot, task)
            except PeerLost as error:
                if error.ours:  # it was not asked at all
                    self._not_begun(worker, slot)
                    self._alike.say(("lack", ""), f"a slot of {worker.name} waits: {error}")
                    rest = self._rested(rest)
                    continue
                if peer is None:
                    self._not_begun(worker, slot)
                    self._gone(worker, error)
                    break
                verdict = self._verdict(worker, slot)
                if verdict is None:
                    self._call_lost(worker, slot, error)
                    break
                peer.close()
                peer, reply = None, verdict
            if reply.get("status") == "busy":
                self._not_begun(worker, slot)
                if str(reply.get("error")).startswith(STOPPING):
                    self._is_stopping(worker)
                rest = self._rested(rest)
            else:
                self._finished(worker, slot, reply)
                rest = REST_SECONDS[0]
                if reason := self._why_aside(worker, reply):
                    self._set_aside(worker, reason)
        if peer is not None:
            peer.close()

    def _reply(self, peer: Peer, worker: Worker, slot: int, task: PyroTask) -> Mapping[str, Any]:
        options = self._time.options
        self._time.begin((worker.id, slot), options)
        try:
            return replies.checked(peer.do_work(task.year, task.ensemble_member, task.task, options), task)
        except PeerLost:
            raise
        except Exception as error:  # odd, or raised by the worker rather than replied: neither is what our worker does
            with self._lock:
                worker.odd += 1
            reason = str(error) if isinstance(error, replies.OddReply) else f"{type(error).__name__}: {error}"
            return {"status": "failure", "error": reason[: bounds.CHARACTERS["error"]]}
        finally:
            self._time.over((worker.id, slot))

    def _why_aside(self, worker: Worker, reply: Mapping[str, Any]) -> str | None:
        """Why a worker is to be used no more after this reply, or None."""
        if worker.odd >= replies.MOST_ODD:
            last = f"{worker.odd} of its replies made no sense, the last: {reply.get('error')}"
            return f"{last}; check that host and restart the worker"
        version = reply.get("code_version")
        if version and self.rules.version and version != self.rules.version and not self.rules.any_version:
            return f"its slots run stormtracks {version}, though it says {self.rules.version}; restart the worker"
        return None

    def _set_aside(self, worker: Worker, reason: str) -> None:
        """Use a worker no more."""
        with self._lock:
            self._aside.setdefault(worker.id, reason)
        self._gone(worker, PeerLost(reason))

    def _slot_failed(self, worker: Worker, slot: int, error: BaseException) -> None:
        """A bug has ended a slot's thread: its worker counts as lost, and is met anew."""
        self.bug(f"the thread of a slot of {worker.name}", error)
        self._gone(worker, PeerLost(f"{type(error).__name__} in the manager"))
        with self._lock:
            held = slot in worker.running
            self._look_whether_all_is_done()
        if held:
            self._call_lost(worker, slot, PeerLost("a bug in the manager"))

    def _stop_by(self, where: str, error: BaseException) -> None:
        """End the run: a bug in what deals with bugs."""
        log.error("a bug in %s", where, exc_info=error)
        with self._lock:
            self.why = f"{type(error).__name__}: {error}, in {where}"
            self._finish("bug")
        self._say(f"a bug ends the run: {self.why}")

    def _next(self, worker: Worker, slot: int) -> PyroTask | None:
        """The slot's next task, waiting for one; None when there will be none."""
        with self._lock:
            idle = False
            while not self.ended and not worker.lost:
                task = None if self._journal_trouble else self.assignments.take(worker, slot)
                if task is not None:
                    self._journal.working(worker.name, slot, task.year, task.ensemble_member)
                    return task
                if not idle:  # the journal is told once
                    self._journal.working(worker.name, slot)
                    idle = True
                self._idle.wait()
            self._journal.working(worker.name, slot)
            return None

    def _connected(self, worker: Worker, slot: int) -> Peer:
        timeout = self.rules.options.get("timeout")  # the worker keeps it; what is added is for one that does not
        peer = self._cluster.connect(worker.uri, timeout and timeout + 60)
        with self._lock:
            if not worker.lost and not self.ended:
                self._calls[worker.id, slot] = peer
                return peer
        peer.close()
        raise PeerLost(worker.lost or "the run has ended")

    def _not_begun(self, worker: Worker, slot: int) -> None:
        with self._lock:
            self.assignments.give_back(worker, slot)
            self._idle.notify_all()

    def _call_lost(self, worker: Worker, slot: int, error: PeerLost) -> None:
        self._gone(worker, error)
        self._journal.working(worker.name, slot)
        with self._lock:
            if self.ended or worker.stopping or worker.id in self._aside:
                self.assignments.give_back(worker, slot)
                self._idle.notify_all()
                return
            outcome = self.assignments.lose(worker, slot)
            self._idle.notify_all()
        self._settled(outcome, logged=True)

    def _finished(self, worker: Worker, slot: int, reply: Mapping[str, Any]) -> None:
        with self._lock:
            suspected = self.assignments.suspected(worker, slot)
            outcome = self.assignments.finish(worker, slot, reply)
            dues = self.assignments.new_dues()
            if suspected or worker.breaker.rest:
                self._idle.notify_all()  # a suspect less on the worker, or a failure that is not the task's
            news = worker.breaker.news()
            self.failed += outcome.status in ("failure", "timeout")
            if outcome.status == "complete":
                self.done += 1
                self.skipped += outcome.skipped
                self.seconds += outcome.seconds
                self.cpu_seconds += outcome.cpu_seconds
                self.recent.append(time.monotonic())
                if not outcome.skipped:
                    self._time.completed(outcome.seconds)
        if outcome.status == "complete":
            self._note(reply.get("remarks"))
        for due in dues:
            self._alarm.at(due)
        self._settled(outcome)
        if news:
            self._alike.say(("worker", kind(news)), f"worker {worker.name} {news}")
            with self._lock:
                self._idle.notify_all()  # its other slots, or those that wait for what it was to repeat
            self._look_whether_all_rest()

    def _wake(self) -> None:
        """Something that rested is due."""
        with self._lock:
            self._idle.notify_all()

    def _cut(self, call: tuple[str, int]) -> bool:
        """End the waiting for a call's reply, which its slot's thread then judges; whether there was such one."""
        with self._lock:
            peer = self._calls.get(call)
        if peer is None:
            return False
        peer.cut()
        return True

    def _verdict(self, worker: Worker, slot: int) -> Mapping[str, Any] | None:
        """What is to be taken for the reply of a call that was cut for its time; None where it was not."""
        with self._lock:
            verdict = self._time.verdict((worker.id, slot))
            if verdict is None or worker.lost or self.ended:
                return None
            self._calls.pop((worker.id, slot), None)
        return verdict

    def _note(self, remarks: object) -> None:
        """Log what is remarked of a result and was not of one before."""
        texts = [text for text in remarks if isinstance(text, str)] if isinstance(remarks, list) else []
        with self._lock:
            room = MOST_REMARKS - len(self._remarks)
            new = [text for text in dict.fromkeys(texts) if text not in self._remarks][:room]
            self._remarks.update(new)
            full = bool(new) and len(self._remarks) == MOST_REMARKS
        for text in new:
            self.log(f"note: {text}")
        if full:
            self.log("note: further notes are with the results: inv summary")

    def _settled(self, outcome: TaskOutcome, logged: bool = False) -> None:
        """Keep and log what became of a task; `logged`: the line of its worker's loss said that it is outstanding."""
        self._journal.record(outcome)
        if outcome.status != "complete" and not logged:
            self._alike.say((outcome.status, kind(outcome.error)), _line(outcome))
        with self._lock:
            self._look_whether_all_is_done()
            if outcome.status in ("failure", "timeout"):
                self._look_whether_it_halts()

    def _rested(self, rest: float) -> float:
        """Let a slot whose worker is busy rest, whatever wakes others meanwhile; how long to rest next time."""
        until = time.monotonic() + rest
        with self._lock:
            while not self.ended and (left := until - time.monotonic()) > 0:
                self._idle.wait(left)
        return min(2 * rest, REST_SECONDS[1])

    # The end

    def _look_whether_all_is_done(self) -> None:
        counts = self.schedule.counts()
        if not counts["outstanding"] + counts["working"] and not self.unknown():
            self._finish("complete" if counts["complete"] == len(self.schedule) else "incomplete")

    def _look_whether_it_stalls(self) -> None:
        now = time.monotonic()
        if self._journal_trouble:
            if now - self._stalled_since > self.rules.wait:
                self._finish("journal")
            return
        failing = self.assignments.failing()
        if failing is None:
            self._failing_since = None
        elif self._failing_since is None:
            self._failing_since = now
        elif now - self._failing_since > self._patience() and not self.schedule.counts()["working"]:
            self.why = f"{duration(now - self._failing_since)}, {failing.name} at last with: {failing.breaker.error}"
            self._finish("failing")
        if self.schedule.counts()["working"] or self.assignments.possible():
            self._stalled_since = now
        elif now - self._stalled_since > self.rules.wait:
            self._finish("no worker" if self.schedule.counts()["outstanding"] else "not looked for")

    def _patience(self) -> float:
        """Seconds that every worker may fail: what has never worked is not waited for as long as what did."""
        return self.rules.wait * (LONGER_WAIT if self.done else 1)

    def _look_whether_it_halts(self) -> None:
        reason = self.rules.halt.reason(self.done, self.failed, self.schedule.counts()["complete"])
        if reason and not self.ended:
            self.why = reason
            self._finish("halted")

    def _look_whether_all_rest(self) -> None:
        """Say when every worker has come to rest, and when one works again."""
        with self._lock:
            failing = None if self.ended else self.assignments.failing()
            if (failing is None) == (self.paused is None) or self.ended:
                return
            self.paused = f"every worker fails, {failing.name} with: {failing.breaker.error}" if failing else None
            tried = f"they are tried again for {duration(self._patience())} at most"
            line = f"paused: {self.paused}; {tried}" if self.paused else "resumed"
            self._journal.paused(self.paused)
        self._alike.say(("paused", kind(line)), line)

    def _finish(self, how: str) -> None:
        if not self.ended:
            self.ended = how
            self._idle.notify_all()
            self._end.notify_all()


def _line(outcome: TaskOutcome) -> str:
    """What became of a task that is not complete."""
    cell = f"{outcome.year} member {outcome.ensemble_member}"
    if outcome.status == "outstanding":
        return f"{cell}: attempt {outcome.attempts} failed on {outcome.worker} and will be repeated: {outcome.error}"
    return f"{cell}: {outcome.status} after attempt {outcome.attempts} on {outcome.worker}: {outcome.error}"
