"""Keeps the jobs of queues up while work is left: a thread per entry looks at its queue and submits what is lacking.

Nothing of a run waits for a look that is under way: the login node may hang.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster.journal.report import kind
from stormtracks.pyro_cluster.manager.dispatch.announcer import Announcer
from stormtracks.pyro_cluster.manager.pilots.known import Known
from stormtracks.pyro_cluster.manager.pilots.losses import Losses
from stormtracks.pyro_cluster.manager.pilots.pace import Pace
from stormtracks.pyro_cluster.manager.workers.supply import Entry, Kept, Pilot, Supply
from stormtracks.pyro_cluster.manager.workers.worker import Worker

LOSS_SECONDS = 1.5
"""After a loss, so that one look serves all pilots lost at the same time, and the queue knows of it."""
SUBMITTED_SECONDS = 10.0
"""After a submission, until the queue knows why its jobs wait."""
SETTLE_SECONDS = 0.5
"""A slot that has become free takes its next task long before that."""
ENTRIES_SECONDS = 5.0
"""How often hosts.yaml is looked at for entries."""


@dataclass(eq=False)
class _Kept:
    """An entry that is looked after."""

    known: Known
    pace: Pace
    left: int = 0  # tasks outstanding when its queue was looked at last
    gone: threading.Event = field(default_factory=threading.Event)  # it is not in hosts.yaml any more


class Keeper:
    """Looks after the jobs of all entries.

    Parameters
    ----------
    supply : Supply or None
        None: there is no queue, and nothing is done.
    left : callable
        Given an entry's name, says how many tasks its workers could begin now if there were slots.
    announcer : Announcer
    waiting : callable
        Given what jobs are waited for, or None, when that has changed.

    Attributes
    ----------
    losses : Losses
    """

    def __init__(
        self,
        supply: Supply | None,
        left: Callable[[str], int],
        announcer: Announcer,
        waiting: Callable[[str | None], object],
    ) -> None:
        self.losses = Losses()
        self._supply = supply
        self._left = left
        self._announcer = announcer
        self._waiting = waiting
        self._changed = threading.Condition()  # guards all that follows
        self._kept: dict[str, _Kept] = {}
        self._stopped = False
        self._entries_due = 0.0
        self._told = ""  # what is waited for, as was last told
        self._said = kind("")  # the kind of what was last said of that

    def start(self) -> None:
        """Begin to look at the queues."""
        self._look_for_entries()

    def stop(self) -> None:
        """Look no more. A look that is under way is not waited for."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self.losses.stop()

    def tick(self) -> None:
        """To be called every second or so: new entries, tasks that became outstanding, what is late."""
        if self._supply is None:
            return
        self.losses.end_late()
        self._look_for_entries()
        with self._changed:
            kept = list(self._kept.values())
        for one in kept:
            left = self._left(one.known.entry.name)
            with self._changed:
                if left > one.left:  # the entry was told of fewer
                    one.left = left
                    self._hurry(one)
        self._say_waits()

    def came(self, worker: Worker) -> None:
        """A worker has come, of whatever kind."""
        with self._changed:
            if one := self._kept.get(worker.entry):
                one.known.came(worker)

    def left(self, worker: Worker) -> None:
        """A worker has gone, and it is known why: its job may have to be replaced."""
        with self._changed:
            if one := self._kept.get(worker.entry):
                one.known.gone(worker)
                self._hurry(one)

    def lost(self, worker: Worker, say: Callable[[Pilot | None], object]) -> bool:
        """A worker is lost: have its queue asked why, and `say` called with that later.

        False: it has no queue, or none that can be asked now.
        """
        with self._changed:
            one = None if self._stopped else self._kept.get(worker.entry)
            if one is None or one.known.trouble:
                return False
            self.losses.lost(worker, say)
            one.known.gone(worker)
            self._hurry(one)
        return True

    def expected(self) -> bool:
        """Whether workers are to come: their jobs are pending, or start."""
        with self._changed:
            return any(one.known.expected() for one in self._kept.values())

    @property
    def waits(self) -> str:
        """What is waited for, such as "waits for 3 jobs of tc: pending (Priority)"; empty: nothing."""
        with self._changed:
            texts = list(filter(None, (one.known.waits() for one in self._kept.values())))
        return f"waits for {'; '.join(texts)}" if texts else ""

    def hindrances(self) -> list[str]:
        """Why no jobs come of entries that were started, with what to do."""
        with self._changed:
            kept = [one.known for one in self._kept.values()]
            reasons = ((known.entry.name, known.hindrance) for known in kept)
            return [f"{name}: {reason}" for name, reason in reasons if reason]

    def remains(self) -> dict[str, int]:
        """Entries with jobs that are pending or running -> how many, as far as known."""
        with self._changed:
            return {name: left for name, one in self._kept.items() if (left := one.known.left())}

    # Entries

    def _look_for_entries(self) -> None:
        now = time.monotonic()
        if self._supply is None or now < self._entries_due:
            return
        self._entries_due = now + ENTRIES_SECONDS
        entries = {entry.name: entry for entry in self._supply.entries()}
        with self._changed:
            for name in self._kept.keys() - entries.keys():
                self._kept.pop(name).gone.set()
            new = [entry for name, entry in entries.items() if name not in self._kept and not self._stopped]
            for name, one in self._kept.items():
                one.known.entry = entries[name]
            for entry in new:
                self._kept[entry.name] = _Kept(Known(entry, time.monotonic), Pace(time.monotonic))
            self._changed.notify_all()
        for entry in new:
            one = self._kept[entry.name]
            threading.Thread(target=self._work, args=(one,), name=f"queue of {entry.name}", daemon=True).start()

    # The thread of an entry

    def _work(self, one: _Kept) -> None:
        while self._is_due(one):
            try:
                self._look(one)
            except Exception as error:
                self._announcer.bug(f"the look at the queue of {one.known.entry.name}", error)
                self._failed(one, f"{type(error).__name__}: {error}")
            self._say_waits()

    def _look(self, one: _Kept) -> None:
        left = self._settled(one.known.entry.name)
        entry, outstanding = self._begin(one, left)
        try:
            kept = self._supply.keep(entry, outstanding)  # type: ignore[union-attr]  # else no entry is kept
        except (StormtracksError, OSError) as error:
            self._failed(one, str(error))
        else:
            self._answered(one, kept)

    def _is_due(self, one: _Kept) -> bool:
        """Wait until a look is due; False: there will be none."""
        with self._changed:
            while not (self._stopped or one.gone.is_set()):
                left = one.pace.due() - time.monotonic()
                if left <= 0:
                    return True
                self._changed.wait(left)
            return False

    def _settled(self, name: str) -> int:
        """How many tasks an entry's workers could begin; not those that slots which are there begin in a moment."""
        before = self._left(name)  # outside of the lock: it takes that of the books
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, SETTLE_SECONDS)
        return min(before, self._left(name))

    def _begin(self, one: _Kept, left: int) -> tuple[Entry, int]:
        """A look begins: what the queue is asked."""
        with self._changed:
            one.pace.begun()
            one.left = left
            others = [other.known for other in self._kept.values() if other is not one]
            return one.known.entry, one.known.begun(left, others)

    def _failed(self, one: _Kept, why: str) -> None:
        name = one.known.entry.name
        with self._changed:
            first = not one.known.trouble
            one.known.failed(why)
            one.pace.failed()
        self.losses.unknown(name)  # the next look is too late for them
        if first:
            self._announcer.log(f"the queue of {name} cannot be asked: {why}; it is asked again, less and less often")

    def _answered(self, one: _Kept, kept: Kept) -> None:
        known, name = one.known, one.known.entry.name
        with self._changed:
            before, trouble = known.kept, known.trouble
            stopped = known.stopped
            one.pace.answered(known.answered(kept, work=one.left > 0))
            news = known.stopped if known.stopped != stopped else ""
            ended = _ended(before, known)
        lines = [f"the queue of {name} can be asked again"] if trouble else []
        lines += [*ended, *(f"{name}: {line}" for line in kept.lines)]
        if not kept.wanted and (before.wanted if before else known.has_met_any):
            lines.append(f"{name}: no more jobs are submitted, as fab stop-workers has stopped it")
        if news:
            lines.append(f"{name}: {news}")
        for line in lines:
            self._announcer.alike(("queue", kind(line)), line)
        if kept.refused and not (before and kept.refused == before.refused):
            lines.append(f"{name}: {kept.refused}")
        self.losses.heard(name, kept.pilots)
        with self._changed:
            if self.losses.of(name):  # the queue had not noticed yet
                one.pace.hurry(LOSS_SECONDS)
            if kept.submitted or known.ending():  # it says later why they wait, or have ended
                one.pace.hurry(SUBMITTED_SECONDS)

    def _hurry(self, one: _Kept) -> None:
        one.known.happened()
        one.pace.hurry(LOSS_SECONDS)
        self._changed.notify_all()

    def _say_waits(self) -> None:
        """Tell what is waited for where that has changed; it is said as a line where more than numbers have."""
        waits = self.waits
        with self._changed:
            kept = self._kept.values()
            told = self._told
            stopped = self._stopped
            self._told = waits
            # What was just submitted is not listed yet, so the queue has not said why it waits.
            said = kind(waits) == self._said or any(one.known.kept and one.known.kept.submitted for one in kept)
            if not said:
                self._said = kind(waits)
        if waits != told and not stopped:
            self._waiting(waits or None)
        if waits and not said and not stopped:
            self._announcer.alike(("waits", kind(waits)), waits)


def _ended(before: Kept | None, known: Known) -> list[str]:
    """Lines about jobs that have ended since the look before without their worker ever having come."""
    if before is None or known.kept is None:
        return []
    now, then = known.kept.pilots, before.pilots
    news = [name for name in now if now[name].state == "ended" and not known.has_met(name)]
    return [
        f"worker {name} never came: {now[name].why or 'its job has ended'}"
        for name in news
        if name not in then or then[name].state != "ended"
    ]
