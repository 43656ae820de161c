"""A command of the queue, run as a list of words: bounded in time and output, whatever the environment has."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from stormtracks import lineage, paths
from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster import pidfile
from stormtracks.queues.system import System

SECONDS = 30.0
MOST_BYTES = 64 * 10**6
"""Of what a command writes. Slurm's listings have some 50 bytes per job, PBS's some thousands; where the answer to a
submission was lost, PBS lists the jobs of all accounts."""
_LAST_SECONDS = 1.0
_OURS = re.compile(r"SSH_\w*|" + pidfile.MARK)
"""Jobs inherit what a command has, but no node is the host that SSH reached, and no job a process of a worker."""


class QueueFault(StormtracksError):
    """The queue does not do what it was asked. The message repeats what the queue says, and adds what to do."""


class NoAnswer(QueueFault):
    """The queue did not answer in time, or its controller cannot be reached: what was asked may have been done."""


@dataclass(frozen=True)
class Ran:
    """How a command of the queue ended: exit status, and what it wrote."""

    status: int
    output: str
    errors: str

    @property
    def message(self) -> str:
        """What it wrote for people, in one line."""
        text = self.errors.strip() or self.output.strip()
        return " / ".join(line.strip() for line in text.splitlines()[-5:] if line.strip())[:1000]


def run(system: System, words: Sequence[str], given: str = "", seconds: float = SECONDS) -> Ran:
    """Run a command of a queue to its end.

    Parameters
    ----------
    system : System
        Whose command it is.
    words : list of str
        Never read by a shell.
    given : str
        Its standard input.
    seconds : float
        Time that it may take; then it is ended.

    Raises
    ------
    QueueFault
        It is not on this host, or writes too much.
    NoAnswer
        It took longer.
    """
    with tempfile.TemporaryFile() as file:
        file.write(given.encode())
        file.seek(0)
        try:
            process = subprocess.Popen(
                words,
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd=paths.expand("~"),  # a job starts in the folder that it was submitted from
                env=environment(system, os.environ),
                # Where whoever asked is killed, it might else submit long after anybody waits for it.
                preexec_fn=lineage.end_with_parent,
            )
        except FileNotFoundError as error:
            raise QueueFault(
                f"{words[0]} was not found on {socket.gethostname()}: write the login node as 'address' in hosts.yaml, "
                "or add the folder of the queue's commands to the PATH that commands over SSH have there"
            ) from error
    return _finished(process, words[0], seconds)


def environment(system: System, whole: Mapping[str, str]) -> dict[str, str]:
    """The environment for a command of a queue: nothing of ours that jobs must not inherit, and English messages.

    Examples
    --------
    >>> from stormtracks.on_host.queue.arrays.command import environment
    >>> from stormtracks.queues.known import SYSTEMS
    >>> here = {"HOME": "/home/ada", "SQUEUE_FORMAT": "%i", "SSH_CONNECTION": "10.0.0.1 4711 10.0.0.2 22"}
    >>> environment(SYSTEMS["slurm"], here)["HOME"], "SSH_CONNECTION" in environment(SYSTEMS["slurm"], here)
    ('/home/ada', False)
    """
    ours = {name: value for name, value in whole.items() if not _OURS.fullmatch(name)}
    return {**system.environment(ours), "LC_ALL": "C"}


def _finished(process: subprocess.Popen, name: str, seconds: float) -> Ran:
    assert process.stdout and process.stderr
    output, errors = (_Reader(process, file) for file in (process.stdout, process.stderr))
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise NoAnswer(
            f"{name} did not answer within {seconds:g} s: the queue is overloaded or out of reach; try again later"
        ) from None
    texts = output.text(), errors.text()
    if output.too_much or errors.too_much:
        raise QueueFault(f"{name} writes more than {MOST_BYTES // 10**6} MB, which makes no sense; run it by hand")
    return Ran(status, *texts)


class _Reader:
    """What a process writes, read by a thread of its own, so that it never waits for us."""

    def __init__(self, process: subprocess.Popen, file: IO[bytes]) -> None:
        self.too_much = False
        self._process = process
        self._file = file
        self._content = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True, name="output")
        self._thread.start()

    def text(self) -> str:
        """All of it; what the process has left in the background may keep the file open, and is not waited for."""
        self._thread.join(_LAST_SECONDS)
        return self._content.decode(errors="backslashreplace")

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := os.read(self._file.fileno(), 2**16):
                self._content += piece
                if len(self._content) > MOST_BYTES:
                    self.too_much = True
                    _kill(self._process)
                    return


def _kill(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
