"""Calls on thousands of lines at a time, whose replies one thread waits for.

The thread only waits, reads and sends. Whoever is told a reply is told in that thread and must not wait there.
"""

import contextlib
import functools
import heapq
import itertools
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

from Pyro4.errors import ConnectionClosedError, ProtocolError, TimeoutError  # noqa: A004 - Pyro's, not Python's

from stormtracks.pyro_cluster.wire.line import Line, Told

log = logging.getLogger(__name__)

TURN_SECONDS = 0.25
"""How often replies that are late are looked for."""
CLOSE_SECONDS = 5.0
AT_ONCE = 64
"""Replies that are dealt with before what follows from them is sent, in one go: whoever is sent something wakes, and
often takes the processor from this thread at once."""


class Exchange:
    """The thread, and what can be asked of it from any other. It begins at once, and ends by `close`.

    Raises
    ------
    RuntimeError
        There are no more threads.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._lines: set[Line] = set()  # registered
        self._lost: dict[Line, Exception] = {}  # lines that ended while no call was under way -> why
        self._late: set[Line] = set()  # with calls that may be late one day
        self._looked = time.monotonic()
        self._left: deque[Callable[[], object]] = deque()  # to be done in the thread
        self._put_off_until: list[tuple[float, int, Callable[[], object]]] = []  # a heap: when, what tells two apart
        self._numbers = itertools.count()
        self._is_woken = self._is_closed = self._is_over = False
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._work, name="replies", daemon=True)
        self._thread.start()

    def call(self, line: Line, request: bytes, told: Told) -> None:
        """Send a request on a line; `told` is called once, with the reply, or with what came instead of one."""
        self._do(functools.partial(self._begin, line, request, told))

    def hang_up(self, line: Line) -> None:
        """Close a line; nobody is told the reply of a call under way."""
        self._do(functools.partial(self._end, line))

    def watch(self, line: Line, ended: Callable[[], object]) -> None:
        """Have `ended` called, once, when a line ends while no call is under way; whoever calls then is told why."""
        self._do(functools.partial(self._begin_watch, line, ended))

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        """Have something done in the thread after so long, which must not wait there; not at all once it has ended."""
        self._do(functools.partial(self._put_off, time.monotonic() + seconds, what))

    def close(self) -> None:
        """End the thread, and close all lines: the calls under way have ended."""
        self._is_closed = True
        self._do(lambda: None)
        if threading.current_thread() is not self._thread:
            self._thread.join(CLOSE_SECONDS)

    def _do(self, what: Callable[[], object]) -> None:
        """Have something done in the thread, soon and in order; at once where it has ended."""
        self._left.append(what)
        if self._is_over:
            self._do_what_is_left()
        elif not self._is_woken and threading.current_thread() is not self._thread:
            self._is_woken = True
            with contextlib.suppress(OSError):  # it is woken already, or closed
                self._wake.send(b"!")

    def _work(self) -> None:
        while not self._is_closed:
            try:
                self._turn()
            except BaseException:
                log.exception("the thread that waits for replies; it continues")
        self._is_over = True  # before what is left is done: what comes later is done by whoever brings it
        for line in list(self._lines):
            with contextlib.suppress(Exception):  # whoever is told may have come to an end too
                self._tell(line, None, ConnectionClosedError("closed here"))
        self._do_what_is_left()
        for sock in (self._wake, self._woken):
            sock.close()
        self._selector.close()

    def _turn(self) -> None:
        for key, events in self._selector.select(self._patience()):
            if type(key.fileobj) is Line:
                self._heard(key.fileobj, events)
            else:
                self._woken.recv(4096)
                self._is_woken = False  # before what is left is done: what comes later wakes again
            if len(self._left) >= AT_ONCE:
                self._do_what_is_left()
        now = time.monotonic()
        while self._put_off_until and self._put_off_until[0][0] <= now:
            self._left.append(heapq.heappop(self._put_off_until)[2])
        self._do_what_is_left()
        if now - self._looked >= TURN_SECONDS:
            self._end_late()

    def _do_what_is_left(self) -> None:
        for _ in range(len(self._left)):
            try:
                what = self._left.popleft()
            except IndexError:  # at the end: another thread has done it
                return
            try:
                what()
            except Exception:  # what follows is others'
                log.exception("a call, or the end of a connection")

    def _patience(self) -> float | None:
        """Seconds to wait for something to come; none: until it does."""
        if self._left:
            return 0.0
        patience = TURN_SECONDS if self._late else None
        if self._put_off_until:
            first = max(0.0, self._put_off_until[0][0] - time.monotonic())
            patience = first if patience is None else min(first, patience)
        return patience

    def _put_off(self, when: float, what: Callable[[], object]) -> None:
        heapq.heappush(self._put_off_until, (when, next(self._numbers), what))

    def _begin_watch(self, line: Line, ended: Callable[[], object]) -> None:
        line.ended = ended
        try:
            self._register(line)
        except Exception as error:
            self._tell(line, None, ConnectionClosedError(str(error)))

    def _register(self, line: Line) -> None:
        if line not in self._lines:
            self._lines.add(line)
            self._selector.register(line, selectors.EVENT_READ)

    def _begin(self, line: Line, request: bytes, told: Told) -> None:
        if self._is_over:
            told(None, ConnectionClosedError("closed here"))
            return
        line.told = told
        error = self._lost.pop(line, None)
        if error is None:
            try:
                sent = line.send(request)
                self._register(line)
                if not sent:
                    self._selector.modify(line, selectors.EVENT_READ | selectors.EVENT_WRITE)
            except Exception as caught:  # whatever it is, whoever asks is told: ValueError where it is closed, say
                error = caught if isinstance(caught, OSError) else ConnectionClosedError(str(caught))
        if error is not None:
            self._tell(line, None, error)
        elif line.timeout is not None:
            line.until = time.monotonic() + line.timeout
            self._late.add(line)

    def _heard(self, line: Line, events: int) -> None:
        """Something has come on a line, or it can take more."""
        if line not in self._lines:  # it was closed in this turn
            return
        reply = error = None
        try:
            if events & selectors.EVENT_WRITE and line.send():
                self._selector.modify(line, selectors.EVENT_READ)
            if not (events & selectors.EVENT_READ and line.receive()):
                return
            if line.told is None:
                raise ProtocolError("a reply that nobody has asked for")
            reply = line.reply()
        except Exception as caught:
            error = caught
        self._tell(line, reply, error)

    def _tell(self, line: Line, reply: object, error: Exception | None) -> None:
        (told, line.told), ended = (line.told, None), line.ended
        self._late.discard(line)
        if error is not None:
            self._end(line)
        if told is not None:
            told(reply, error)
        elif error is not None:
            self._lost[line] = error  # whoever calls next is told
            if ended is not None:
                ended()

    def _end(self, line: Line) -> None:
        line.told = line.ended = None
        self._late.discard(line)
        self._lost.pop(line, None)
        if line in self._lines:
            self._lines.remove(line)
            with contextlib.suppress(KeyError, ValueError):  # it did not come so far
                self._selector.unregister(line)
        line.close()

    def _end_late(self) -> None:
        now = self._looked = time.monotonic()
        for line in [line for line in self._late if line.until <= now]:
            self._heard(line, selectors.EVENT_READ)  # it may have come in time, while this thread was busy
            if line in self._late:
                self._tell(line, None, TimeoutError("receiving: timeout"))
