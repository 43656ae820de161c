"""What the nameserver and the worker have in common as processes: a log, a daemon in a thread, signals that end it."""

import contextlib
import logging
import signal
import threading

GENTLE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
AT_ONCE = (signal.SIGQUIT,)


@contextlib.contextmanager
def listening(daemon, settle_seconds=2.0):
    """Serve a daemon in a thread; at the end replies that are on their way are sent first."""
    thread = threading.Thread(target=daemon.requestLoop, daemon=True, name="door")
    thread.start()
    try:
        yield daemon
        daemon.settle(settle_seconds)
    finally:
        daemon.shutdown()
        thread.join(5.0)


@contextlib.contextmanager
def on_signals(told):
    """Call ``told(at_once)`` for a signal that asks this process to end; SIGQUIT, and any second one, means at once."""
    if threading.current_thread() is not threading.main_thread():  # Python gives signals to the main thread only
        yield
        return
    count = 0

    def handle(number, frame):
        nonlocal count
        count += 1
        told(count > 1 or number in AT_ONCE)

    before = {number: signal.signal(number, handle) for number in GENTLE + AT_ONCE}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def log_to(path):
    """Log to a file or standard error; that this fails (a full disk) never ends the process."""
    logging.raiseExceptions = False
    handler = logging.FileHandler(path, delay=True) if path else logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("stormtracks").handlers[:] = [handler]
    logging.getLogger("stormtracks").setLevel(logging.INFO)
