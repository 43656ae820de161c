"""A Dask scheduler and workers on this machine for benchmarks, as their users start them; every process is counted."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml

from benchmarks.fresh_process import ROOT, children_cpu, one_thread
from benchmarks.local_cluster import TASKS


class DaskCluster:
    """A scheduler and workers of one thread with their nannies; a context, after which `cpu` has what all used.

    Parameters
    ----------
    home : Path
        For journal, logs and Dask's own files.
    setup : dict
        The workers' `data`, `results`, `best_tracks`, `scratch`.
    slots : int
        Workers.
    tasks : str
        The table of tasks, as ``module:TABLE``.
    scheduler : bool
        False: there is none, and the manager starts workers itself.

    Attributes
    ----------
    address : str or None
        Of the scheduler.
    cpu : dict of float
        Seconds of the scheduler, of the workers with their nannies, and of all managers with what they have started.
    """

    def __init__(self, home, setup, slots=1, tasks=TASKS, scheduler=True):
        self._home, self._slots, self._separate, self.address = Path(home), slots, scheduler, None
        self._environment = {**one_thread(), "STORMTRACKS_HOME": str(home), "PYTHONPATH": str(ROOT)}
        entry = {"name": "bench", "launch": "dask", "tasks": tasks, **{key: str(value) for key, value in setup.items()}}
        entry |= {} if scheduler else {"slots": slots}
        (self._home / "hosts.yaml").write_text(yaml.safe_dump({"workers": [entry]}))
        parts = ("scheduler", "workers and nannies", "manager") if scheduler else ("manager",)
        self.cpu = dict.fromkeys(parts, 0.0)

    def __enter__(self):
        if not self._separate:
            return self
        file = self._home / "scheduler.json"
        here = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
        self._scheduler = self._start("dask", "scheduler", *here, "--port", "0", "--dashboard-address", "127.0.0.1:0")
        while not file.exists() or not file.read_text().rstrip().endswith("}"):
            time.sleep(0.02)
        self.address = json.loads(file.read_text())["address"]
        workers = ["--nworkers", str(self._slots), "--nthreads", "1", "--local-directory", str(self._home / "dask")]
        self._workers = self._start("dask", "worker", *here, *workers)
        return self

    def __exit__(self, *_):
        if not self._separate:
            return
        self._end(self._workers, "workers and nannies")
        self._end(self._scheduler, "scheduler")

    def manage(self, years, members, *more):
        """Have members of some years done; wall seconds from the manager's start to its end."""
        start, before = time.perf_counter(), children_cpu()
        extent = ["--start-year", min(years), "--end-year", max(years), "--members", members, *more]
        engine = ["--engine", "dask", "--hosts", self._home / "hosts.yaml"]
        engine += ["--scheduler", self.address] if self._separate else []
        manager = self._start("invoke", "manage", *map(str, [*extent, *engine]), stdout=subprocess.PIPE)
        output = manager.communicate()[0]
        self.cpu["manager"] += children_cpu() - before
        if manager.returncode:
            raise RuntimeError(output)
        return time.perf_counter() - start

    def _start(self, module, *arguments, stdout=subprocess.DEVNULL):
        command = [sys.executable, "-m", module, *arguments]
        streams = {"stdout": stdout, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, process_group=0, **streams)

    def _end(self, process, name):
        before = children_cpu()
        os.kill(process.pid, signal.SIGINT)
        process.communicate()
        self.cpu[name] += children_cpu() - before
