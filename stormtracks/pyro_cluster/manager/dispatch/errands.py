"""What may have to wait, such as a connection to a host that hangs, done aside by threads that end with it."""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable

log = logging.getLogger(__name__)

Errand = Callable[[], object]


class Errands:
    """Errands of many, each of whom has at most some threads at a time, so that nobody's delay another's.

    Parameters
    ----------
    most : int
        Threads of each at a time.
    in_all : int, optional
        Threads of all together; whoever comes later waits until one has nothing else to do. None: as many as needed.
    """

    def __init__(self, most: int = 1, in_all: int | None = None) -> None:
        self._most = most
        self._in_all = in_all
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._left: dict[Hashable, deque[Errand]] = {}  # of those who have threads, or wait for one
        self._threads: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, None] = {}  # who might have another thread, were there one; the first comes first

    def add(self, whose: Hashable, errand: Errand, name: str) -> None:
        """Have something done, in a thread of this name. It must not raise.

        Raises
        ------
        RuntimeError
            There are no more threads; it is not done.
        """
        with self._lock:
            self._left.setdefault(whose, deque()).append(errand)
            if self._threads[whose] >= self._most:
                return
            if self._in_all is not None and self._threads.total() >= self._in_all:
                self._waiting[whose] = None
            else:
                self._begin(whose, name)

    def finish(self, whose: Hashable, seconds: float) -> bool:
        """Wait until all errands of somebody are done, at most some seconds; whether they are."""
        with self._lock:
            return self._changed.wait_for(lambda: whose not in self._left, seconds)

    def _begin(self, whose: Hashable, name: str) -> None:
        self._threads[whose] += 1
        try:
            threading.Thread(target=self._work, args=(whose,), name=name, daemon=True).start()
        except RuntimeError:
            if self._is_last(whose):  # else another thread does it
                raise

    def _work(self, whose: Hashable) -> None:
        while (found := self._next(whose)) is not None:
            whose, errand = found
            try:
                errand()
            except BaseException:  # those that follow are others'
                log.exception("an errand of %s", whose)

    def _next(self, whose: Hashable) -> tuple[Hashable, Errand] | None:
        """What a thread is to do next, for whoever it worked for last or for one who waits; None: it ends."""
        with self._lock:
            if self._left[whose]:
                return whose, self._left[whose].popleft()
            self._is_last(whose)  # in one go: what comes now has a thread of its own
            while self._waiting:
                other = next(iter(self._waiting))
                del self._waiting[other]
                if left := self._left.get(other):
                    self._threads[other] += 1
                    errand = left.popleft()
                    if left and self._threads[other] < self._most:
                        self._waiting[other] = None
                    return other, errand
            return None

    def _is_last(self, whose: Hashable) -> bool:
        """A thread has ended, or did not begin; whether nobody is left, and nothing of theirs is done any more."""
        self._threads[whose] -= 1
        if self._threads[whose]:
            return False
        del self._threads[whose], self._left[whose]
        self._waiting.pop(whose, None)
        self._changed.notify_all()
        return True
