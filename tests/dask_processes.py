"""Dask as its users run it: a scheduler and workers, each a process of the command line, on loopback."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.processes import wait_for

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60.0


class DaskProcesses:
    """A scheduler, and the workers that are added; the context ends them all.

    Parameters
    ----------
    folder : path
        For its files and logs.
    """

    def __init__(self, folder):
        self.folder, self.scheduler_file = Path(folder), Path(folder) / "scheduler.json"
        self.processes, self.names = {}, iter(range(1000))
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

    def __enter__(self):
        self.start_scheduler()
        return self

    def __exit__(self, *_):
        for name in list(self.processes):
            self.kill(name)

    @property
    def address(self):
        return json.loads(self.scheduler_file.read_text())["address"]

    def start_scheduler(self, port=0):
        """Start the scheduler, which knows nothing of stormtracks."""
        self.scheduler_file.unlink(missing_ok=True)
        options = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        environment = {name: value for name, value in self.environment.items() if name != "PYTHONPATH"}
        self._start("scheduler", "scheduler", [*options, "--scheduler-file", self.scheduler_file], environment, "/")
        wait_for(self._is_written, START_SECONDS, "the scheduler")

    def add(self, name=None, *options, nanny=True, threads=1, environment=None, lacking=False):
        """Start a worker; its name. `lacking`: stormtracks is not in its environment."""
        name = name or f"w{next(self.names)}"
        options = ["--name", name, "--nthreads", str(threads), "--nworkers", "1", "--no-dashboard", *options]
        options += [
            "--host",
            "127.0.0.1",
            "--local-directory",
            self.folder / "dask",
            "--scheduler-file",
            self.scheduler_file,
        ]
        environment = {**self.environment, **(environment or {})}
        if lacking:
            environment.pop("PYTHONPATH")
        self._start(name, "worker", [*options, "--nanny" if nanny else "--no-nanny"], environment, "/")
        return name

    def client(self):
        """A client of somebody else."""
        from distributed import Client

        return Client(self.address, set_as_default=False)

    def wait_for_workers(self, number):
        """Wait until so many are there."""
        with self.client() as client:
            client.wait_for_workers(number, timeout=START_SECONDS)

    def kill(self, name, number=signal.SIGKILL):
        """Kill a process and all that it has started."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(20)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _is_written(self):
        return self.scheduler_file.exists() and self.scheduler_file.read_text().rstrip().endswith("}")

    def _start(self, name, program, options, environment, folder):
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", "dask", program, *map(str, options)]
            self.processes[name] = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, process_group=0
            )
