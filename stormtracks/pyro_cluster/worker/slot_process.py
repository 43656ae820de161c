"""A slot's process as its worker sees it: lines to it, lines from it with a time limit, its last words, its end."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

REPLY_BYTES = 2 * 2**20
STDERR_BYTES = 8192
LAST_LINES = 20
MAIN = "stormtracks.pyro_cluster.worker.slot_main"
ROOT = Path(__file__).resolve().parents[3]
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class SlotProcess:
    """A process that runs `slot_main`, in the group and session of the worker so that a signal to those meets it too.

    It must be made by a thread that stays: the kernel ends it when that thread ends.
    """

    def __init__(self, tasks, memory_mb=None):
        command = [
            sys.executable,
            "-m",
            "stormtracks.pyro_cluster.worker.slot_main",
            tasks,
            str(os.getpid()),
            str(memory_mb or 0),
        ]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=_environment(),
        )
        self.pid = self._process.pid
        self._buffer = bytearray()
        self._poll = select.poll()
        self._poll.register(self._process.stdout, select.POLLIN)
        self._stderr = b""
        self._reader = threading.Thread(target=self._read_stderr, daemon=True, name=f"reads slot {self.pid}")
        self._reader.start()

    def send(self, order):
        data = memoryview(json.dumps(order).encode() + b"\n")
        while data:
            data = data[self._process.stdin.write(data) :]

    def receive(self, seconds=None):
        """The next line that it writes.

        Raises
        ------
        TimeoutError
        EOFError
            It has ended.
        ValueError
            What it wrote is too much, or no reply.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while not self._buffer.endswith(b"\n"):
            if end is not None and not self._poll.poll(max(min(end - time.monotonic(), 86400), 0) * 1000):
                if time.monotonic() < end:
                    continue
                raise TimeoutError(f"no answer within {seconds:g} s")
            read = os.read(self._process.stdout.fileno(), 65536)
            if not read:
                raise EOFError("its process has ended")
            self._buffer += read
            if len(self._buffer) > REPLY_BYTES:
                raise ValueError(f"its reply is larger than {REPLY_BYTES >> 20} MiB")
        line = bytes(self._buffer)
        self._buffer.clear()
        return json.loads(line)

    def ended(self):
        return self._process.poll() is not None

    def where(self):
        """Where it hangs: the stacks of its threads, which Python writes when asked by a signal, even in a C call."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
            time.sleep(0.2)
        return self.said()

    def last_words(self, error=None):
        """Why it ended, in a sentence; ends it if it did not."""
        if not isinstance(error, ValueError):  # then it talks nonsense but lives; else its pipe closed just before it
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
        code = self._process.poll()
        self.end()
        if code is None:
            return f"{error}: the slot's process was ended"
        if code >= 0:
            return f"the slot's process ended itself with exit status {code}"
        why = " (the kernel does that when memory runs out)" if code == -signal.SIGKILL else ""
        return f"the slot's process was killed by {signal.Signals(-code).name}{why}"

    def said(self):
        """The last lines that it wrote to standard error; None: nothing."""
        text = self._stderr.decode(errors="backslashreplace").strip()
        return "\n".join(text.splitlines()[-LAST_LINES:]) or None

    def forget_said(self):
        self._stderr = b""

    def end(self):
        """End it, whatever it does."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        self._reader.join(1.0)
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def _read_stderr(self):
        with contextlib.suppress(OSError, ValueError), self._process.stderr as stderr:
            while read := os.read(stderr.fileno(), 65536):
                self._stderr = (self._stderr + read)[-STDERR_BYTES:]


def _environment():
    """The worker's, but one thread a slot: as many slots as cores would else start cores times cores threads."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**dict.fromkeys(ONE_THREAD, "1"), **os.environ, "PYTHONPATH": os.pathsep.join(paths)}
