"""When a run ends, and when it pauses: all is done, nobody is there, everything fails, or the journal is gone."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from stormtracks.pyro_cluster.journal.chain import steps_in
from stormtracks.pyro_cluster.journal.report import kind
from stormtracks.pyro_cluster.manager.dispatch.announcer import Announcer
from stormtracks.pyro_cluster.manager.dispatch.books import Books
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules
from stormtracks.readable import duration

log = logging.getLogger(__name__)

LONGER_WAIT = 10
"""So many times `Rules.wait` may every worker fail, where tasks were complete before: then it is likely to pass."""


class Ending:
    """Looks whether a run has come to its end.

    Parameters
    ----------
    books : Books
    rules : Rules
    announcer : Announcer

    Attributes
    ----------
    paused : str or None
        Why nothing but trials is given out: every worker rests.
    unknown : callable
        Says what is complete from before but was not looked for yet, because its worker is away; nothing: all was.
    expected : callable
        Says whether workers are to come by themselves, as the jobs of a queue do: until then the run waits.
    """

    def __init__(self, books: Books, rules: Rules, announcer: Announcer) -> None:
        self.paused: str | None = None
        self.unknown: Callable[[], str] = lambda: ""
        self.expected: Callable[[], bool] = lambda: False
        self._books = books
        self._rules = rules
        self._announcer = announcer
        self._failing_since: float | None = None  # since when every worker rests
        self._stalled_since = time.monotonic()

    def if_all_is_done(self) -> None:
        """End the run once each task has ended."""
        books = self._books
        with books.lock:
            if not books.schedule.unfinished() and not self.unknown():
                complete = books.schedule.counts()["complete"]
                books.finish("complete" if complete == len(books.schedule) else "incomplete")

    def if_too_much_fails(self) -> None:
        """End the run as its `Halt` says, of all tasks or of those of one step of a chain."""
        books, halt = self._books, self._rules.halt
        with books.lock:
            tally, complete = books.tally, books.schedule.counts()["complete"]
            reason = halt.reason(tally.done, tally.failed, complete)
            for task, (done, failed) in tally.of_task.items():
                ever = next(step for step in steps_in(books.schedule) if step.task == task).counts()["complete"]
                of_step = replace(halt, number=None).reason(done, failed, ever)
                reason = reason or (of_step and f"{task}: {of_step}")
            if reason:
                books.finish("halted", reason)

    def if_it_stalls(self) -> None:
        """End the run when nothing could be done for too long."""
        books, now = self._books, time.monotonic()
        with books.lock:
            if books.journal_trouble:
                if now - self._stalled_since > self._rules.wait:
                    books.finish("journal")
                return
            self._if_all_fail(now)
            counts = books.schedule.counts()
            if counts["working"] or books.assignments.possible() or self.expected():
                self._stalled_since = now
            elif now - self._stalled_since > self._rules.wait:
                books.finish("no worker" if books.schedule.unfinished() else "not looked for")

    def by_bug(self, where: str, error: BaseException) -> None:
        """End the run: a bug in what deals with bugs."""
        log.error("a bug in %s", where, exc_info=error)
        why = f"{type(error).__name__}: {error}, in {where}"
        self._books.finish("bug", why)
        self._announcer.show(f"a bug ends the run: {why}")

    def journal_trouble(self, message: str | None) -> None:
        """The journal cannot be written, or (None) can again: meanwhile nothing is given out."""
        with self._books.lock:
            self._books.journal_trouble = message
            self._stalled_since = time.monotonic()
            self._books.wake()
        if message:
            what = "No tasks are given out until the journal can be written again"
            self._announcer.show(f"{message}; check the disk. {what}")
        else:
            self._announcer.show("the journal can be written again")

    def pause_or_resume(self) -> None:
        """Say when every worker has come to rest, and when one works again."""
        books = self._books
        with books.lock:
            failing = None if books.ended else books.assignments.failing()
            if (failing is None) == (self.paused is None) or books.ended:
                return
            self.paused = f"every worker fails, {failing.name} with: {failing.breaker.error}" if failing else None
            tried = f"they are tried again for {duration(self._patience())} at most"
            line = f"paused: {self.paused}; {tried}" if self.paused else "resumed"
            books.journal.paused(self.paused)
        self._announcer.alike(("paused", kind(line)), line)

    def _if_all_fail(self, now: float) -> None:
        failing = self._books.assignments.failing()
        if failing is None:
            self._failing_since = None
        elif self._failing_since is None:
            self._failing_since = now
        elif now - self._failing_since > self._patience() and not self._books.schedule.counts()["working"]:
            why = f"{duration(now - self._failing_since)}, {failing.name} at last with: {failing.breaker.error}"
            self._books.finish("failing", why)

    def _patience(self) -> float:
        """Seconds that every worker may fail: what has never worked is not waited for as long as what did."""
        return self._rules.wait * (LONGER_WAIT if self._books.tally.done else 1)
