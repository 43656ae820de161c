"""The engine of the manager: its threads work for all slots and workers; one lock around the books.

Nothing here polls. What follows a worker's reply is done in the thread that brings it; one thread waits until a task is
outstanding again and gives it to a slot without one. A worker whose heart stops has its calls cut: that is told too.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping

from stormtracks.pyro_cluster.journal.chain import ChainSchedule
from stormtracks.pyro_cluster.journal.outcome import Cell, Held
from stormtracks.pyro_cluster.manager.dispatch.announcer import Announcer
from stormtracks.pyro_cluster.manager.dispatch.assignments import Assignments
from stormtracks.pyro_cluster.manager.dispatch.books import Books, Journal
from stormtracks.pyro_cluster.manager.dispatch.calls import Calls
from stormtracks.pyro_cluster.manager.dispatch.chain_assignments import ChainAssignments
from stormtracks.pyro_cluster.manager.dispatch.ending import Ending
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules
from stormtracks.pyro_cluster.manager.dispatch.settlement import Settlement
from stormtracks.pyro_cluster.manager.dispatch.slots import Slots
from stormtracks.pyro_cluster.manager.dispatch.workforce import Workforce
from stormtracks.pyro_cluster.manager.engines.door import Cluster
from stormtracks.pyro_cluster.manager.pilots.keeper import Keeper
from stormtracks.pyro_cluster.manager.workers.supply import Supply
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule

JOIN_SECONDS = 5
"""How long slots are waited for when a run ends; their calls are cut before."""
_STACK_BYTES = 512 * 1024  # they wait and call; a thousand that connect must not reserve 8 GB


class Dispatcher:
    """Gives the tasks of a schedule to the workers of a cluster until all have ended.

    Parameters
    ----------
    schedule : PyroTaskSchedule
    cluster : engines.door.Cluster
    journal : Journal
    rules : Rules
    show : callable
        Given each line about what happened, from any thread.
    supply : Supply, optional
        Where further workers come from: queues whose jobs become workers.

    Attributes
    ----------
    books : Books
    tally : Tally
        What was done here.
    ending : Ending
    keeper : Keeper
        Of the queues' jobs.
    """

    def __init__(
        self,
        schedule: PyroTaskSchedule,
        cluster: Cluster,
        journal: Journal,
        rules: Rules,
        show: Callable[[str], object],
        supply: Supply | None = None,
    ) -> None:
        self.schedule = schedule
        self.rules = rules
        self.books = Books(_assignments(schedule, rules), journal)
        self.tally = self.books.tally
        self._announcer = Announcer(journal.event, show)
        self.ending = Ending(self.books, rules, self._announcer)
        self._calls = Calls(self.books, rules, cluster)
        self._settlement = Settlement(self.books, self._calls.time, self.ending, self._announcer)
        self.keeper = Keeper(supply, self._left_for, self._announcer, journal.waits)
        self.ending.expected, self._settlement.fate = self.keeper.expected, self.keeper.losses.fate
        self._workforce = Workforce(self.books, rules, cluster, self.ending, self._announcer, self.keeper)
        self._slots = Slots(self.books, self._calls, self._settlement, self._workforce, self.ending, self._announcer)
        self._workforce.begin = self._slots.begin  # each needs the other

    @property
    def ended(self) -> str:
        """How the run ended, or nothing while it is under way.

        It is complete, incomplete, no worker, not looked for, journal (not writable for too long), lost (never
        writable again), failing, halted, bug, or the reason that `stop` was given.
        """
        return self.books.ended

    @property
    def why(self) -> str:
        """More about an end by failures or a bug."""
        return self.books.why

    @property
    def met(self) -> bool:
        """Whether any worker ever came."""
        return self._workforce.met

    @property
    def refuses(self) -> bool:
        """Whether a worker that is there is not used."""
        return self._workforce.refuses

    def start(self) -> None:
        """Begin to look for workers and to give out work."""
        threading.stack_size(_STACK_BYTES)
        self.ending.if_all_is_done()
        if not self.ended:
            self.keeper.start()
            self._workforce.start()

    def wait(self, seconds: float) -> bool:
        """Wait until the run has ended, at most some seconds; whether it has."""
        until = time.monotonic() + seconds
        while not self.ended and (left := until - time.monotonic()) > 0:
            with self.books.lock:
                if not self.ended:
                    self.books.over.wait(min(left, self.rules.wait, 1.0))
                self.ending.if_it_stalls()
            self.ending.pause_or_resume()
            self._calls.end_late()
            self._settlement.look_ahead()
            self.keeper.tick()
            self._announcer.more()
        return bool(self.ended)

    @property
    def on_again(self) -> Callable[[Collection[Cell]], object]:
        """Called with tasks of a chain that were complete and are to be done again."""
        return self._settlement.on_again

    @on_again.setter
    def on_again(self, call: Callable[[Collection[Cell]], object]) -> None:
        self._settlement.on_again = call

    def stop(self, reason: str) -> None:
        """Give out nothing more and leave: calls under way are cut, what their workers finish lies with the results."""
        self.books.finish(reason)
        self._announcer.more(everything=True)
        self.keeper.stop()
        self._settlement.stop()
        self._workforce.stop()
        self._slots.join(JOIN_SECONDS)
        self.finish_lines()

    def finish_lines(self) -> None:
        """Wait until all lines are shown, for a while; also those that the journal said when it was closed."""
        self._announcer.finish(JOIN_SECONDS)

    def trouble(self, message: str | None) -> None:
        """The journal cannot be written, or (None) can again: meanwhile nothing is given out."""
        self.ending.journal_trouble(message)

    def lost(self, message: str) -> None:
        """The journal can never be written again: the run ends."""
        self.books.finish("lost")
        self._announcer.show(message)

    def looked(self, gone: Iterable[Cell]) -> None:
        """Results of a worker that came later were looked for: these tasks are outstanding again."""
        cells = list(gone)
        with self.books.lock:
            self.books.assignments.gone(cells)
            self.books.wake()
            self.ending.if_all_is_done()
        if cells:
            what = "results that the journal calls complete are" if len(cells) > 1 else "result that is complete is"
            self.log(f"{len(cells):,} {what} not there any more; done again")

    def resume(self, held: Iterable[Held], folders: Mapping[str, str]) -> None:
        """Take over what is complete from before, as far as it belongs to the schedule; see `Assignments.resume`."""
        schedule, members = self.schedule, self.schedule.num_ensemble_members
        # The journal keeps years and members of earlier times, outside those of this time.
        within = (one for one in held if schedule.is_scheduled(one.year) and one.ensemble_member < members)
        self.books.assignments.resume(((one.cell, one.worker) for one in within), folders)

    def log(self, text: str) -> None:
        """Keep and show one line."""
        self._announcer.log(text)

    def bug(self, where: str, error: BaseException) -> None:
        """Say what went wrong in the manager itself, and each such thing once."""
        self._announcer.bug(where, error)

    def workers(self) -> list[Worker]:
        """Copies of the connected workers, with what their slots are doing now."""
        return self.books.workers()

    def check(self) -> None:
        """Hold the books against each other; AssertionError that says which differ."""
        self.books.check()

    def _left_for(self, entry: str) -> int:
        """How many tasks could be begun now by workers of an entry, if it had more slots."""
        books = self.books
        with books.lock:
            if books.ended or books.journal_trouble or self.ending.paused:  # nothing is given out
                return 0
            looked_for = not books.schedule.unfinished() and bool(self.ending.unknown())
            return 1 if looked_for else books.assignments.left(entry)


def _assignments(schedule: PyroTaskSchedule, rules: Rules) -> Assignments:
    if isinstance(schedule, ChainSchedule):
        patience = 0.0 if rules.redo_away else rules.wait
        return ChainAssignments(schedule, rules.retries, patience=patience)
    return Assignments(schedule, rules.retries)
