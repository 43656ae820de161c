"""A process of a host, known by more than its number: pids are used again, a pid and its start time are not."""

import functools
import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process of this or another host.

    Attributes
    ----------
    pid : int
    start : int
        Clock ticks between the host's boot and the process's start (field 22 of /proc/PID/stat).
    host : str
    """

    pid: int
    start: int
    host: str

    @classmethod
    def this(cls) -> "Process":
        """The process that asks."""
        return cls(os.getpid(), _own_start(os.getpid()), socket.gethostname())

    def runs(self) -> bool:
        """Whether this very process runs on this host."""
        return self.host == socket.gethostname() and start_time(self.pid) == self.start


@functools.lru_cache(maxsize=1)
def _own_start(pid: int) -> int:
    """When this process started, which every file that it writes is named by: Linux takes 0.1 ms to say so."""
    return start_time(pid)


def start_time(pid: int) -> int:
    """When a process started, in ticks since boot; 0: it does not run (a zombie does not)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])
