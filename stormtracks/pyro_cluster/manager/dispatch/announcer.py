"""What people are told of a run: each line is kept and shown; what repeats itself is said once or counted."""

import functools
import logging
import threading
import time
from collections.abc import Callable, Hashable

from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.journal.report import kind
from stormtracks.pyro_cluster.manager.alike import Alike
from stormtracks.pyro_cluster.manager.dispatch.errands import Errands

log = logging.getLogger(__name__)

_ALL = "lines"  # they are shown one after the other
MOST_REMARKS = 50
"""Distinct remarks about results that a run says; a remark can name a file, and there are thousands of those."""


class Announcer:
    """Says what happens, from any thread.

    Parameters
    ----------
    keep : callable
        Given each line that is to be kept.
    show : callable
        Given each line that is to be shown.
    """

    def __init__(self, keep: Callable[[str], object], show: Callable[[str], object]) -> None:
        self._keep = keep
        self._show = show
        self._alike = Alike(self.log, time.monotonic)
        self._showing = Errands()
        self._lock = threading.Lock()  # around what was said
        self._remarks: set[str] = set()
        self._bugs: set[tuple[str, str]] = set()

    def log(self, text: str) -> None:
        """Keep and show one line."""
        self._keep(text)
        self.show(text)

    def show(self, text: str) -> None:
        """Show a line, soon: a terminal that is held up does not hold up who had something to say."""
        show = functools.partial(self._show_now, text)
        try:
            self._showing.add(_ALL, show, "shows lines")
        except RuntimeError:  # no more threads
            show()

    def finish(self, seconds: float) -> None:
        """Wait until all lines are shown, at most some seconds."""
        self._showing.finish(_ALL, seconds)

    def alike(self, kind: Hashable, text: str) -> None:
        """Say a line, or count it where some of its kind were said."""
        self._alike.say(kind, text)

    def more(self, everything: bool = False) -> None:
        """Say how many lines were only counted, of the kinds that were quiet for long enough, or of all."""
        self._alike.say_more(everything)

    def outcome(self, outcome: TaskOutcome) -> None:
        """Say what became of a task that is not complete."""
        self.alike((outcome.status, kind(outcome.error)), _line(outcome))

    def remarks(self, remarks: object) -> None:
        """Say what is remarked of a result and was not of one before."""
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

    def bug(self, where: str, error: BaseException) -> None:
        """Say what went wrong in the manager itself, and each such thing once."""
        reason = f"{type(error).__name__}: {error}"
        log.error("a bug in %s", where, exc_info=error)
        with self._lock:
            known = (where, reason) in self._bugs
            self._bugs.add((where, reason))
        if not known:
            self.log(f"a bug in {where}: {reason}; the run continues")

    def _show_now(self, text: str) -> None:
        try:
            self._show(text)
        except Exception:  # no reason to end anything
            log.exception("the display, of %r", text)


def _line(outcome: TaskOutcome) -> str:
    cell = f"{outcome.year} member {outcome.ensemble_member}" + (f" {outcome.task}" if outcome.task else "")
    if outcome.again:
        return f"{cell}: {outcome.again[0]} is done again before, as {outcome.worker} says: {outcome.error}"
    if outcome.status == "outstanding":
        return f"{cell}: attempt {outcome.attempts} failed on {outcome.worker} and will be repeated: {outcome.error}"
    return f"{cell}: {outcome.status} after attempt {outcome.attempts} on {outcome.worker}: {outcome.error}"
