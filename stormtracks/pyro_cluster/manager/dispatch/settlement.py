"""What becomes of a task once its call is over: it is complete, failed, outstanding again, or as if never begun."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from stormtracks.pyro_cluster.journal.outcome import Cell, TaskOutcome
from stormtracks.pyro_cluster.journal.report import kind
from stormtracks.pyro_cluster.manager.dispatch.alarm import Alarm
from stormtracks.pyro_cluster.manager.dispatch.announcer import Announcer
from stormtracks.pyro_cluster.manager.dispatch.books import Books
from stormtracks.pyro_cluster.manager.dispatch.ending import Ending
from stormtracks.pyro_cluster.manager.dispatch.time_keeper import TimeKeeper
from stormtracks.pyro_cluster.manager.workers.supply import Pilot
from stormtracks.pyro_cluster.manager.workers.worker import Worker


class Settlement:
    """Enters the ends of calls in the books and the journal, and says what did not go well.

    Parameters
    ----------
    books : Books
    time : TimeKeeper
        Told how long tasks took.
    ending : Ending
    announcer : Announcer

    Attributes
    ----------
    on_again : callable
        Given tasks of a chain that were complete and are to be done again.
    fate : callable
        Given a worker that was lost, says how its queue ended its job, or None; waits until that is known.
    """

    def __init__(self, books: Books, time: TimeKeeper, ending: Ending, announcer: Announcer) -> None:
        self.on_again: Callable[[Collection[Cell]], object] = lambda cells: None
        self.fate: Callable[[Worker], Pilot | None] = lambda worker: None
        self._books = books
        self._time = time
        self._ending = ending
        self._announcer = announcer
        self._alarm = Alarm(books.wake)  # rings when what rests is due

    def finished(self, worker: Worker, slot: int, reply: Mapping[str, Any]) -> None:
        """A worker has replied."""
        books, assignments = self._books, self._books.assignments
        with books.lock:
            task = worker.running[slot][0]
            suspected = assignments.suspected(worker, slot)
            outcome = assignments.finish(worker, slot, reply)
            dues = assignments.new_dues()
            if suspected or worker.breaker.rest:
                books.wake()  # a suspect less on the worker, or a failure that is not the task's
            news = worker.breaker.news()
            books.tally.count(outcome)
            if outcome.status == "complete" and not outcome.skipped:
                self._time.completed(task.task, outcome.seconds)
        if outcome.status == "complete":
            self._announcer.remarks(reply.get("remarks"))
        for due in dues:
            self._alarm.at(due)
        books.journal.attempted(worker.name, slot, outcome, reply.get("read_seconds"))
        self._settle(outcome)
        if news:
            self._announcer.alike(("worker", kind(news)), f"worker {worker.name} {news}")
            books.wake()  # its other slots, or those that wait for what it was to repeat
            self._ending.pause_or_resume()

    def lost(self, worker: Worker, slot: int) -> None:
        """A worker was lost with a task: the task may have been the cause, unless the worker was to go anyway."""
        books = self._books
        books.journal.working(worker.name, slot)
        fate = None if books.ended else self.fate(worker)
        with books.lock:
            outcome = None
            if not (books.ended or worker.stopping or worker.id in books.aside):
                by_queue = fate is not None and fate.by_queue
                outcome = (books.assignments.interrupt if by_queue else books.assignments.lose)(worker, slot)
            books.wake()
        if outcome is None:
            self.given_back(worker, slot)
        else:
            books.journal.attempted(worker.name, slot, outcome)
            self._settle(outcome, said=True)

    def not_begun(self, worker: Worker, slot: int) -> None:
        """A task was not begun, or not to its end: it is outstanding as before."""
        with self._books.lock:
            self._books.assignments.give_back(worker, slot)
            self._books.wake()

    def given_back(self, worker: Worker, slot: int) -> None:
        """A worker that is leaving gives a task back: it is outstanding as before.

        Where it had a whole allocation, this would come again and again: it has timed out.
        """
        with self._books.lock:
            verdict = None if self._books.ended else self._books.assignments.outlasted(worker, slot)
            if verdict is None:
                self.not_begun(worker, slot)
        if verdict is not None:
            self.finished(worker, slot, verdict)

    def look_ahead(self) -> None:
        """Have slots woken when what rests is due, also because a worker has gone; and say what is new."""
        with self._books.lock:
            dues = self._books.assignments.new_dues()
            news = self._books.assignments.news()
        for due in dues:
            self._alarm.at(due)
        for text in news:
            self._announcer.log(text)

    def stop(self) -> None:
        """Wake nobody any more."""
        self._alarm.stop()

    def _settle(self, outcome: TaskOutcome, said: bool = False) -> None:
        """Keep and say what became of a task; `said`: the line of its worker's loss said that it is outstanding."""
        self._books.journal.record(outcome)
        if outcome.again:
            cells: list[Cell] = [(outcome.year, outcome.ensemble_member, task) for task in outcome.again]
            self._books.journal.again(cells)
            self.on_again(cells)
        if outcome.status != "complete" and not said:
            self._announcer.outcome(outcome)
        self._ending.if_all_is_done()
        if outcome.status in ("failure", "timeout"):
            self._ending.if_too_much_fails()
