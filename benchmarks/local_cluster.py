"""A cluster on this machine for benchmarks: every process of it counted, its peak memory read, nothing left running."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fresh_process import ROOT, children_cpu, one_thread

TASKS = "stormtracks.science.pipeline:TASKS"
CLUSTER = "stormtracks.pyro_cluster"


class LocalCluster:
    """Nameserver and one worker as processes of their own; a context, after which `cpu` has what all of them used.

    Parameters
    ----------
    home : Path
        For key, journal and logs.
    setup : dict
        The worker's `data`, `results`, `best_tracks`, `scratch`.
    slots : int
    tasks : str
        The table of tasks, as ``module:TABLE``.

    Attributes
    ----------
    cpu : dict of float
        Seconds of the nameserver, of the worker with its slots, and of all managers.
    peak_mb : list of float
        Highest resident memory of each slot, once the worker has ended.
    waited : float
        Seconds that a slot, on average, was ready to run in the last `manage` and other processes had the cores.
    """

    def __init__(self, home, setup, slots=1, tasks=TASKS):
        self._home, self._setup, self._slots, self._tasks = Path(home), setup, slots, tasks
        self._environment = {**one_thread(), "STORMTRACKS_HOME": str(home)}
        self.cpu = {"nameserver": 0.0, "worker and slots": 0.0, "manager": 0.0}
        self.peak_mb, self.waited = [], 0.0

    def __enter__(self):
        self._nameserver = self._start("pyro_nameserver", "--port", "0", stdout=subprocess.PIPE)
        self._address = re.search(r"nameserver at (\S+:\d+)", self._nameserver.stdout.readline()).group(1)
        options = [word for key, value in self._setup.items() for word in (f"--{key.replace('_', '-')}", str(value))]
        options += ["--name", "bench", "--slots", str(self._slots), "--tasks", self._tasks]
        options += ["--nameserver", self._address, "--log", str(self._home / "worker.log")]
        self._worker = self._start("pyro_worker", *options)
        while not list(self._home.glob("**/worker-bench.ready")):
            if self._worker.poll() is not None:
                raise RuntimeError("the worker did not start: " + (self._home / "worker.log").read_text())
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.peak_mb = [_peak_mb(pid) for pid in _children(self._worker.pid)]
        self._end(self._worker, "worker and slots")
        self._end(self._nameserver, "nameserver")

    def manage(self, years, members, *more):
        """Have members of some years done; wall seconds from the manager's start to its end."""
        start, before, waited = time.perf_counter(), children_cpu(), self._waited()
        arguments = ["--start-year", min(years), "--end-year", max(years), "--members", members, *more]
        manager = self._start("pyro_manager", *arguments, "--nameserver", self._address, stdout=subprocess.PIPE)
        output = manager.communicate()[0]
        self.cpu["manager"] += children_cpu() - before
        self.waited = self._waited() - waited
        if manager.returncode:
            raise RuntimeError(output)
        return time.perf_counter() - start

    def _waited(self):
        pids = _children(self._worker.pid)
        return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) for pid in pids) / 1e9 / len(pids)

    def _start(self, module, *arguments, stdout=None):
        command = [sys.executable, "-m", f"{CLUSTER}.{module}", *map(str, arguments)]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=stdout, text=True)

    def _end(self, process, name):
        before = children_cpu()
        process.terminate()
        process.communicate()
        self.cpu[name] += children_cpu() - before


def start_up(slots, wall=False):
    """CPU seconds of a cluster that does one task which does nothing; or the wall seconds of its manager."""
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as home:
        cluster = LocalCluster(home, {"results": Path(home) / "results"}, slots, "benchmarks.idle_tasks:TASKS")
        with cluster:
            seconds = cluster.manage([2000], 1)
    return seconds if wall else sum(cluster.cpu.values())


def _children(pid):
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in lists for child in one.read_text().split()]


def _peak_mb(pid):
    return int(re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024
