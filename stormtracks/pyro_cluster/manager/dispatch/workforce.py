"""The workers of a run: they come, are used for as long as they live and make sense, and go."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from stormtracks.pyro_cluster.journal.identity import tasks_of
from stormtracks.pyro_cluster.manager.dispatch.announcer import Announcer
from stormtracks.pyro_cluster.manager.dispatch.books import Books
from stormtracks.pyro_cluster.manager.dispatch.ending import Ending
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules
from stormtracks.pyro_cluster.manager.dispatch.whereabouts import share
from stormtracks.pyro_cluster.manager.engines.door import Cluster, Peer, PeerLost
from stormtracks.pyro_cluster.manager.pilots.keeper import Keeper
from stormtracks.pyro_cluster.manager.recent import Recent
from stormtracks.pyro_cluster.manager.workers import replies
from stormtracks.pyro_cluster.manager.workers.discovery import Discovery
from stormtracks.pyro_cluster.manager.workers.heartbeats import BEAT_TIMEOUT, Heartbeat
from stormtracks.pyro_cluster.manager.workers.supply import Pilot
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.readable import duration


class Workforce:
    """Takes in the workers that are found, and sees to it that what they had is given up when they go.

    Parameters
    ----------
    books : Books
    rules : Rules
    cluster : engines.door.Cluster
    ending : Ending
    announcer : Announcer
    keeper : Keeper
        Told of workers that come and go.

    Attributes
    ----------
    begin : callable
        Given a worker that has come, begins the work of its slots; RuntimeError where there are no more threads.
    """

    def __init__(
        self, books: Books, rules: Rules, cluster: Cluster, ending: Ending, announcer: Announcer, keeper: Keeper
    ) -> None:
        self.begin: Callable[[Worker], object] = lambda worker: None
        self._books = books
        self._rules = rules
        self._connect = cluster.connect
        self._update = cluster.update
        self._ending = ending
        self._announcer = announcer
        self._keeper = keeper
        self._ids: Recent[str, str] = Recent()  # name -> id of the worker that had it last
        log, bug = announcer.log, announcer.bug
        self._discovery = Discovery(cluster, self._refusal, self._came, log, BEAT_TIMEOUT, bug)

    @property
    def met(self) -> bool:
        """Whether any worker ever came."""
        return bool(self._ids)

    @property
    def refuses(self) -> bool:
        """Whether a worker that is there is not used."""
        return self._discovery.refuses

    def start(self) -> None:
        """Begin to look for workers."""
        self._discovery.start()

    def stop(self) -> None:
        """Look for no more workers, and leave those that there are: calls under way are cut."""
        with self._books.lock:
            calls = list(self._books.calls.values())
            heartbeats = list(self._books.heartbeats.values())
        self._discovery.stop()
        for heartbeat in heartbeats:
            heartbeat.stop()
        for call in calls:
            call.cut()

    def gone(self, worker: Worker, error: PeerLost) -> None:
        """A worker is lost: cut its calls, so that its slots give up their tasks."""
        books = self._books
        with books.lock:
            if worker.lost or books.ended:
                return
            worker.lost = str(error)
            worker.silent = error.silent
            books.assignments.remove(worker)
            heartbeat = books.heartbeats.pop(worker.id)
            theirs = (books.calls.pop((worker.id, slot), None) for slot in range(worker.slots))
            calls = [call for call in theirs if call is not None]
            tasks = len(worker.running)
            # Before any slot gives its task up, which waits for what is found out.
            asked = not self._to_go(worker) and self._keeper.lost(
                worker, lambda fate: self._say_gone(worker, error, tasks, fate)
            )
            books.wake()
        heartbeat.stop()
        for call in calls:
            call.cut()
        if not asked:
            self._say_gone(worker, error, tasks)
            self._keeper.left(worker)
        if worker.id not in books.aside:
            self._discovery.lost(worker.uri)

    def lacks_thread(self, worker: Worker, error: RuntimeError) -> None:
        """A worker cannot be used for want of a thread; it is met again later."""
        limit = "raise the limit of processes (ulimit -u) or of memory (ulimit -v)"
        self.gone(worker, PeerLost(f"the manager cannot start a thread for it ({error}); {limit}"))

    def stopping(self, worker: Worker) -> None:
        """A worker says that it takes no more tasks: what it does not end is not lost with it."""
        with self._books.lock:
            if worker.stopping or worker.lost:
                return
            worker.stopping = True
            tasks = len(worker.running)
            self._books.wake()  # a task may have waited for it
        rest = f" after its {tasks} running task{'s' * (tasks > 1)}" if tasks else ""
        self._announcer.log(f"worker {worker.name} is stopping{rest}; it is given nothing more")

    def judge(self, worker: Worker, reply: Mapping[str, Any]) -> None:
        """Use a worker no more if its reply shows that it is not one of ours."""
        if reason := self._why_aside(worker, reply):
            with self._books.lock:
                self._books.aside.setdefault(worker.id, reason)
            self.gone(worker, PeerLost(reason))

    def _refusal(self, description: Mapping[str, Any]) -> str | None:
        rules, wanted = self._rules, tasks_of(self._books.schedule.task)
        if description.get("refused"):
            return str(description["refused"])
        version, tasks = description.get("version"), description.get("tasks")
        if version != rules.version and not rules.any_version:
            return f"it runs stormtracks {version}, but the manager runs {rules.version}; {self._update}"
        if tasks is not None and (lacking := [task for task in wanted if task not in tasks]):
            known = ", ".join(sorted(tasks))
            return f"it does not know the task {lacking[0]}, only {known}; correct 'tasks' in hosts.yaml"
        if aside := self._books.aside.get(str(description.get("id"))):
            return f"it is set aside: {aside}"
        if description.get("fault"):
            return str(description["fault"])
        if description.get("id") in self._books.assignments.workers:
            return "it is already connected under another name or address"
        return None

    def _came(self, worker: Worker, peer: Peer) -> None:
        books = self._books
        heartbeat = Heartbeat(
            worker,
            peer,
            self._connect,
            self._heart_stopped,
            stopping=self.stopping,
            noticed=self._noticed,
            learned=self._learned,
        )
        with books.lock:
            if books.ended or worker.id in books.assignments.workers:  # it came under another name at the same time
                peer.close()
                return
            before = self._ids.get(worker.name)
            self._ids[worker.name] = worker.id
            books.heartbeats[worker.id] = heartbeat
            books.assignments.add(worker)
            self._keeper.came(worker)
            books.wake()  # a task may have waited for another worker than the one that failed on it
        self._say_joined(worker, before)
        self._say_what_is_there(worker)
        try:
            heartbeat.start()
            self.begin(worker)
        except RuntimeError as error:
            peer.close()
            self.lacks_thread(worker, error)

    def _say_joined(self, worker: Worker, before: str | None) -> None:
        """Say that a worker has come; `before`: the id of the last one of its name."""
        again = "" if before is None else " (it is back)" if before == worker.id else " (a new worker of this name)"
        slots = f"{worker.slots} slot{'s' * (worker.slots > 1)}"
        left = "" if worker.ends == math.inf else f", for {duration(worker.ends - time.monotonic())}"
        self._announcer.log(f"worker {worker.name} joined: {slots} on {worker.host or worker.uri}{left}{again}")

    def _heart_stopped(self, worker: Worker, error: PeerLost) -> None:
        """As `gone`, from a thread in which nobody else would see an exception."""
        try:
            self.gone(worker, error)
        except BaseException as bug:
            self._ending.by_bug(f"the end of {worker.name}", bug)

    def _to_go(self, worker: Worker) -> bool:
        """Whether a worker was to go anyway, so that nobody asks why it has gone."""
        return worker.stopping or worker.id in self._books.aside

    def _say_gone(self, worker: Worker, error: PeerLost, tasks: int, fate: Pilot | None = None) -> None:
        """Say that a worker has gone, and why where its queue has told."""
        if fate is not None and fate.why:
            worker.lost = fate.why
            error = PeerLost(fate.why)
        if self._books.ended:
            return
        again = f"; its {tasks} task{'s are' if tasks > 1 else ' is'} outstanding again" if tasks else ""
        self._announcer.log(f"worker {worker.name} {self._how_it_went(worker, error)}{again}")

    def _how_it_went(self, worker: Worker, error: PeerLost) -> str:
        if worker.id in self._books.aside:
            return f"is set aside: {error}"
        return "has stopped and left in order" if worker.stopping else f"lost: {error}"

    def _noticed(self, worker: Worker, notices: list[str]) -> None:
        """Log what a worker wants people to know, once for as long as it says so."""
        with self._books.lock:
            new = [text for text in notices if text not in worker.notices]
            worker.notices = frozenset(notices)
        for text in new:
            self._announcer.log(f"worker {worker.name}: {text}")

    def _learned(self, worker: Worker, description: Mapping[str, Any]) -> None:
        """A worker has found out for which years it has data, or has others now."""
        with self._books.lock:
            if worker.lost:
                return
            worker.data_seen = description.get("data_seen", 0)
            years, readers = description.get("data_years"), description.get("data_tasks")
            self._books.assignments.learn(worker, years, readers)
            self._books.wake()  # a task may have waited for who has its data
        self._say_what_is_there(worker)

    def _say_what_is_there(self, worker: Worker) -> None:
        """Say which lines of the run a worker has data for, where that is known and not all of them."""
        if (years := worker.years) is not None and (there := share(years, self._books.schedule.years)):
            line = f"worker {worker.name} has data for {there}; the others go where their data are"
            self._announcer.alike(("data", there), line)

    def _why_aside(self, worker: Worker, reply: Mapping[str, Any]) -> str | None:
        """Why a worker is to be used no more after this reply, or None."""
        if worker.odd >= replies.MOST_ODD:
            last = f"{worker.odd} of its replies made no sense, the last: {reply.get('error')}"
            return f"{last}; check that host and restart the worker"
        version, ours = reply.get("code_version"), self._rules.version
        if version and ours and version != ours and not self._rules.any_version:
            return f"its slots run stormtracks {version}, though it says {ours}; restart the worker"
        return None
