"""The nameserver and the manager as processes that are killed and started again."""

import os
import signal
import subprocess
import sys

from stormtracks.pyro_cluster import wire

from .hosts import wait_until
from .planted import MEMBERS, YEARS

ON_THE_WAY = {1: "incomplete", 3: "unreachable", 130: "interrupted", -2: "interrupted", -9: "killed"}
"""Exit statuses after which the same command is given again; -2 is Ctrl-C before it has begun."""

CHAIN_WAIT = 6
"""Seconds that a worker of a chain may be away before what it has is done again: less than some faults last."""


class Service:
    """A process that is started with the same command each time.

    Parameters
    ----------
    arguments : list
        After ``python -u -m stormtracks.pyro_cluster``.
    code, log : Path
        What is run, and where what it says is kept, start after start.
    """

    def __init__(self, arguments, code, log):
        module, *rest = map(str, arguments)
        self.command = [sys.executable, "-u", "-m", f"stormtracks.pyro_cluster.{module}", *rest]
        self.code, self.log, self.process = code, log, None

    def start(self):
        """Start it, unless it runs."""
        if self.process is None or self.process.poll() is not None:
            with self.log.open("a") as out:
                self.process = subprocess.Popen(
                    self.command,
                    env={**os.environ, "PYTHONPATH": str(self.code)},
                    cwd=self.code,
                    stdout=out,
                    stderr=out,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )

    def kill(self):
        """End it with no chance to tidy up."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def interrupt(self):
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)


def nameserver(address, port, code, log):
    """The nameserver, not started yet."""
    return Service(["pyro_nameserver", "--host", address, "--port", port], code, log)


def manager(nameserver, run, task, code, log):
    """The manager of one round, not started yet; `nameserver` is HOST:PORT, `task` has a comma where it is a chain."""
    extent = ["--start-year", min(YEARS), "--end-year", max(YEARS), "--members", MEMBERS, "--run", run]
    extent += ["--task", task]
    patience = ["--timeout", 30, "--wait", CHAIN_WAIT if "," in task else 60, "--nameserver", nameserver]
    return Service(["pyro_manager", *extent, *patience], code, log)


def wait_for_nameserver(address, port):
    """Wait until it answers."""

    def answers():
        try:
            with wire.nameserver(address, port):
                return True
        except wire.WireError:
            return False

    wait_until(answers, 30, "the nameserver")
