"""A cluster of Slurm's jobs on this machine for benchmarks: every process of ours counted, nothing left running.

The two nodes of `tests/slurm.py`, which needs root, slurm-wlm and munge. What a job used is read from the first process
of its node, which adopts what a job step leaves; it includes the step's own slurmstepd, but neither slurmd nor
slurmctld.
"""

import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import yaml

from benchmarks.fresh_process import ROOT, children_cpu, one_thread

sys.path.append(str(ROOT / "tests"))

from processes import children  # of the tests, as is the Slurm

TICK = os.sysconf("SC_CLK_TCK")


def two_nodes(folder, cpus=2):
    """A Slurm of two nodes in a new folder: a context."""
    from slurm import Slurm  # needs what a user's machine has not

    return Slurm(folder, cpus=cpus)


class PilotCluster:
    """Nameserver here, workers as pilots of a Slurm: a context, after which `cpu` has what all processes used.

    Parameters
    ----------
    home : Path
        For hosts.yaml, key, journal and logs.
    setup : dict
        The worker's `data`, `results`, `best_tracks`, `scratch`.
    slurm : slurm.Slurm
    jobs, slots : int
    tasks : str
        The table of tasks, as ``module:TABLE``.
    programs : Path, optional
        A folder before all others on the PATH.

    Attributes
    ----------
    cpu : dict of float
        Seconds of the nameserver, of the pilots with their slots, of all managers, and of the fab commands; the last
        two with the queue's commands that they call.
    nameserver : tuple of (str, int)
    """

    def __init__(self, home, setup, slurm, jobs=1, slots=1, tasks="stormtracks.science.pipeline:TASKS", programs=None):
        self._home, self._slurm, self.hosts = Path(home), slurm, Path(home) / "hosts.yaml"
        plain = {key: str(value) for key, value in setup.items()}
        self._entry = {
            "name": "bench", "launch": "slurm", "jobs": jobs, "slots": slots, "time": "30", "tasks": tasks, **plain,
        }  # fmt: skip
        path = f"{programs}:{os.environ['PATH']}" if programs else os.environ["PATH"]
        self.environment = {**one_thread(), **slurm.environment, "STORMTRACKS_HOME": str(home), "PATH": path}
        self.cpu = {"nameserver": 0.0, "pilots and slots": 0.0, "manager": 0.0, "fab": 0.0}

    def __enter__(self):
        self._before = self._nodes_cpu()
        command = [sys.executable, "-m", "stormtracks.pyro_cluster.pyro_nameserver", "--port", "0"]
        self._nameserver = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)
        found = re.search(r"nameserver at (\S+):(\d+)", self._nameserver.stdout.readline())
        self.nameserver = found[1], int(found[2])
        content = {"nameserver": {"host": found[1], "port": int(found[2])}, "workers": [self._entry]}
        self.hosts.write_text(yaml.safe_dump(content))
        self._counted("fab", "fabric", "start-workers", "--hosts", self.hosts)
        return self

    def __exit__(self, *_):
        try:
            self._counted("fab", "fabric", "stop-workers", "--hosts", self.hosts)
        finally:
            self._slurm.empty()
            self._until_adopted()
            self.cpu["pilots and slots"] += self._nodes_cpu() - self._before
            before = children_cpu()
            self._nameserver.terminate()
            self._nameserver.communicate()
            self.cpu["nameserver"] += children_cpu() - before

    def manage(self, years, members, *more):
        """Have members of some years done; wall seconds from the manager's start to its end."""
        start = time.perf_counter()
        self._counted("manager", "invoke", "manage", *self._run_of(years, members), *more)
        return time.perf_counter() - start

    @contextlib.contextmanager
    def managing(self, years, members):
        """Let a manager work on them for as long as the context lasts; its process, not counted."""
        words = map(str, self._run_of(years, members))
        command = [sys.executable, "-m", "invoke", "manage", *words]
        manager = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL)
        try:
            yield manager
        finally:
            manager.terminate()
            manager.wait()

    def _run_of(self, years, members):
        return ["--hosts", self.hosts, "--start-year", min(years), "--end-year", max(years), "--members", members]

    def _counted(self, part, module, *words):
        before = children_cpu()
        command = [sys.executable, "-m", module, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        self.cpu[part] += children_cpu() - before
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def _nodes_cpu(self):
        """CPU seconds of what has ended in the nodes."""
        return sum(ended_cpu(self._slurm.first(name)) for name in self._slurm.nodes)

    def _until_adopted(self):
        """Wait until nothing but slurmd, and the shell with its sleep, is in the nodes."""
        end = time.monotonic() + 30
        while any(_names(self._slurm.first(name)) - {"slurmd", "sleep"} for name in self._slurm.nodes):
            if time.monotonic() > end:
                raise RuntimeError("something of a job is still in a node")
            time.sleep(0.05)


def own_cpu(pid):
    """CPU seconds of a process that runs."""
    return _cpu(pid, 11)


def ended_cpu(pid):
    """CPU seconds of what a process that runs has waited for."""
    return _cpu(pid, 13)


def _cpu(pid, first):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[first]) + int(fields[first + 1])) / TICK


def _names(pid):
    return {Path(f"/proc/{child}/comm").read_text().strip() for child in children(pid)}
