"""What a task may change in its process and the next task must not find changed."""

import _signal  # type: ignore[import-not-found]  # signal's own functions make enums, which takes longer than all the rest here
import contextlib
import fcntl
import gc
import locale
import os
import resource
import signal
import sys
import threading
import time
import warnings

_LISTED = [int(number) for number in signal.Signals if number not in (signal.SIGKILL, signal.SIGSTOP)]
_FAULT_HANDLERS = (signal.SIGSEGV, signal.SIGFPE, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGUSR1)
"""Set by faulthandler in C, so that Python does not know how to set them again."""
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
MOST_LEFT_OPEN = 64
"""Files that tasks may leave open; libraries keep a few for later."""
_LIMITS = [resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK, resource.RLIMIT_DATA]
_LIMITS += [resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE]


class Surroundings:
    """The process as it is when this is made.

    Working folder, umask, environment, signals, timers, limits, priority, cores, locale, warnings, standard streams
    and what they lead to, sys.path. `restore` costs some microseconds where nothing was changed. What modules keep,
    memory and some open files are not restored.
    """

    def __init__(self) -> None:
        self._folder = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)  # held, in case it is moved
        self._umask = _umask()
        self._environment = dict(_environment())
        self._handlers = list(map(_signal.getsignal, _LISTED))
        self._blocked = _signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self._locale = locale.setlocale(locale.LC_ALL)
        self._filters = list(warnings.filters)
        self._streams = sys.stdin, sys.stdout, sys.stderr
        self._led_to = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 3) for number in range(3)]
        self._path = list(sys.path)
        self._threads = threading.active_count()
        self._limits = list(map(resource.getrlimit, _LIMITS))
        self._cores = os.sched_getaffinity(0)
        self._priority = os.getpriority(os.PRIO_PROCESS, 0)
        self._depth = sys.getrecursionlimit()
        self._open = _first_not_open()

    def restore(self) -> str | None:
        """Put back what was changed; what cannot be put back, so that the process must be replaced, or None."""
        try:
            os.fchdir(self._folder)
        except OSError as error:
            return f"its working folder is gone ({error.strerror})"
        os.umask(self._umask)
        for number, led_to in enumerate(self._led_to):
            os.dup2(led_to, number)  # else the next file that is opened would be what is printed to
        self._restore_environment()
        lost = self._restore_signals()
        if locale.setlocale(locale.LC_ALL) != self._locale:
            locale.setlocale(locale.LC_ALL, self._locale)
        if warnings.filters != self._filters:
            warnings.resetwarnings()  # so that what was remembered of the others is forgotten
            warnings.filters[:] = self._filters  # type: ignore[index]  # a list, whatever its annotation says
        sys.stdin, sys.stdout, sys.stderr = self._streams
        sys.path[:] = self._path
        sys.setrecursionlimit(self._depth)
        gc.enable()
        lost = self._restore_limits() or lost
        if _first_not_open() > self._open + MOST_LEFT_OPEN:
            lost = "it left many files open"
        left = threading.active_count() - self._threads
        return f"{left} of its threads would continue" if left > 0 else lost

    def _restore_limits(self) -> str | None:
        try:
            if list(map(resource.getrlimit, _LIMITS)) != self._limits:
                for number, limits in zip(_LIMITS, self._limits, strict=True):
                    resource.setrlimit(number, limits)
            if os.sched_getaffinity(0) != self._cores:
                os.sched_setaffinity(0, self._cores)
            if os.getpriority(os.PRIO_PROCESS, 0) != self._priority:
                os.setpriority(os.PRIO_PROCESS, 0, self._priority)
        except (OSError, ValueError):
            return "it lowered a limit or its priority, which cannot be raised again"
        return None

    def _restore_environment(self) -> None:
        now = _environment()
        if now == self._environment:
            return
        zone = os.environ.get("TZ")
        for name in now.keys() - self._environment.keys():
            del os.environb[name]
        os.environb.update(self._environment)
        if os.environ.get("TZ") != zone:
            time.tzset()

    def _restore_signals(self) -> str | None:
        for timer in _TIMERS:
            _signal.setitimer(timer, 0)
        now = list(map(_signal.getsignal, _LISTED))
        changed = [] if now == self._handlers else zip(_LISTED, now, self._handlers, strict=True)
        lost = None
        for number, there, handler in changed:
            if there == handler:
                continue
            if handler is None or number in _FAULT_HANDLERS:
                lost = f"it took over {signal.Signals(number).name}"
                continue
            with contextlib.suppress(OSError, ValueError):
                _signal.signal(number, handler)
        _signal.pthread_sigmask(signal.SIG_SETMASK, self._blocked)
        return lost


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _first_not_open() -> int:
    """The number that the next file gets which is opened."""
    number = os.dup(0)
    os.close(number)
    return number


def _environment() -> dict[bytes, bytes]:
    """The environment as os.environ has it inside: to compare that takes a hundredth of the time."""
    return os.environ._data  # type: ignore[attr-defined]  # there in every CPython
