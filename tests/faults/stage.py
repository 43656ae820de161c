"""Where faults are staged: a nameserver and managers here, workers here or on the hosts of a `HostCluster`."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from stormtracks.pyro_cluster import pidfile, wire
from tests.processes import wait_for
from tests.sshd import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
TABLE = "tests.faults.tasks:TASKS"
MANAGER = """
import sys
from stormtracks.pyro_cluster import pyro_manager, pyro_task
pyro_task.TASKS.update(dict.fromkeys(["work", "gather", "sift", "stumble", "poison", "hang", "swell"], ""))
sys.exit(pyro_manager.main())
"""
NOTICED = []
"""What was measured: (fault, seconds until the manager logged it); printed when the tests are over."""


class Stage:
    """Starts and ends what a fault test needs.

    Parameters
    ----------
    folder : Path
        Each worker has its results in a folder of its own there.
    address : str
        Of this side, for the nameserver.
    environment : dict, optional
        Added to that of every process.
    """

    def __init__(self, folder, address="127.0.0.1", environment=None):
        self.environment = environment or {}
        self.folder, self.address, self.port = folder, address, free_port(address)
        self.state, self._started = Path(os.environ["STORMTRACKS_HOME"]), []
        self.start_nameserver()

    def close(self):
        """End everything, and what it started with it."""
        for process in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def start_nameserver(self):
        """Start it; it answers when this returns."""
        self.nameserver = self.start("pyro_nameserver", "--host", self.address, "--port", self.port)
        wait_for(self._nameserver_answers, what="the nameserver")

    def worker(
        self, name, *more, host=None, slots=2, tasks=TABLE, seconds=0.0, inside=(), home=None, wait=True, by_fab=False
    ):
        """Start a worker, on a host where one is given, with the mark of `fab` if asked for; registered at return."""
        results = self.results(name)
        if not results.parent.exists():
            results.parent.mkdir(parents=True)
        place = ["--host", host.address] if host else []
        inside = ["nsenter", "-t", host.init, "-n", "-u", "-p", "-m", "--", *inside] if host else inside
        environment = {"STORMTRACKS_TEST_SECONDS": str(seconds), **({"STORMTRACKS_HOME": str(home)} if home else {})}
        environment |= {pidfile.MARK: str(self.state / f"{name}.pid")} if by_fab else {}
        process = self.start(
            "pyro_worker",
            "--name",
            name,
            "--slots",
            slots,
            "--tasks",
            tasks,
            "--results",
            results,
            "--nameserver",
            f"{self.address}:{self.port}",
            *place,
            *more,
            inside=inside,
            environment=environment,
        )
        if wait:
            wait_for(lambda: f"worker {name} ready" in process.output() or not process.runs(), what=f"worker {name}")
            assert process.runs(), process.output()
        return process

    def results(self, name):
        """The folder of a worker's results."""
        return self.folder / "workers" / name / "results"

    def manage(self, task="work", *more, years=1, members=3, **options):
        """Start a manager; `Manager` looks at it."""
        extent = ["--start-year", 2000, "--end-year", 1999 + years, "--members", members, "--task", task]
        arguments = ["-c", MANAGER, *extent, "--nameserver", f"{self.address}:{self.port}", *more]
        return self.start(None, *arguments, kind=Manager, **options)

    def start(self, module, *arguments, kind=None, inside=(), environment=None, **options):
        """Start a process of the cluster, or with `module` None whatever Python is asked for by the arguments."""
        if module:
            arguments = ["-m", f"stormtracks.pyro_cluster.{module}", *arguments]
        command = [*inside, sys.executable, "-u", *arguments]
        log = self.folder / f"{len(self._started)}.log"
        with log.open("w") as out:
            process = (kind or Logged)(
                list(map(str, command)),
                cwd=CHECKOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT), **self.environment, **(environment or {})},
                **{"stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT, **options},
            )
        process.log, process.runs_folder = log, self.state / "runs"
        self._started.append(process)
        return process

    def made(self, task="work"):
        """Every result there is, {(year, member): [worker, ...]}; nothing half-written may be called so."""
        found = {}
        for path in sorted(self.folder.glob(f"workers/*/results/{task}/*/member_*.txt")):
            year, member = int(path.parent.name), int(path.stem[7:])
            assert path.read_text() == f"{year} {member}\n" + "x" * 1000, f"{path} is not whole"
            found.setdefault((year, member), []).append(path.parents[3].name)
        return found

    def hold(self, name):
        """Let every task of a worker stop in its middle, until `release`."""
        (self.results(name) / "hold").touch()

    def release(self, name):
        """Undo `hold`."""
        (self.results(name) / "hold").unlink()

    def until_begun(self, number, name="*"):
        """Wait until so many tasks are half done."""
        wait_for(lambda: len(list(self.folder.glob(f"workers/{name}/results/*/*/.*.part"))) >= number, what="a task")

    def _nameserver_answers(self):
        with contextlib.suppress(wire.WireError), wire.nameserver(self.address, self.port):
            return True


class Logged(subprocess.Popen):
    """A process and its log."""

    log = None

    def output(self):
        return self.log.read_text()

    def runs(self):
        return self.poll() is None

    def until_logged(self, text, seconds=60):
        """Wait until a text is in its log."""
        wait_for(lambda: text in self.output(), seconds, f"{text!r} of {self.log}:\n")


class Manager(Logged):
    """A manager, and the journal that it writes."""

    def until(self, condition, what="progress"):
        """Wait until a condition on counts of the journal, {status: number}, holds."""
        wait_for(lambda: condition(self.counts()) or not self.runs(), 40, what)
        assert self.runs(), self.output()

    def counts(self):
        """Tasks by status: complete, failure, timeout, outstanding, and working."""
        with contextlib.suppress(sqlite3.Error):
            counts = dict(self._query("SELECT status, count(*) FROM tasks GROUP BY status"))
            return {"complete": 0, **counts, "working": self._query("SELECT count(*) FROM working")[0][0]}
        return {"complete": 0, "working": 0}

    def working(self):
        """What is being done: [(worker, year, member)]."""
        return self._query("SELECT worker, year, member FROM working")

    def noticed(self, fault, pattern, since, within):
        """Wait until it logs what matches; that must be soon after `since` (s since 1970), and once."""
        end = time.monotonic() + within + 10
        while not (found := self._logged_at(pattern)) and time.monotonic() < end and self.runs():
            time.sleep(0.02)
        assert found, f"{fault} was not noticed:\n{self.output()}"
        NOTICED.append((fault, found[0] - since))
        assert found[0] - since < within, self.output()
        assert len(found) == 1, self.output()

    def ends(self, status, seconds=60):
        """Wait for its end; its output."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(seconds)
        assert self.poll() == status, self.output()
        return self.output()

    def _logged_at(self, pattern):
        with contextlib.suppress(sqlite3.Error):
            return [at for at, text in self._query("SELECT time, text FROM events") if re.search(pattern, text)]
        return []

    def _query(self, statement):
        newest = max(self.runs_folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime, default=None)
        if newest is None:
            raise sqlite3.OperationalError("no journal yet")
        with contextlib.closing(sqlite3.connect(f"{newest.as_uri()}?mode=ro", uri=True, timeout=5)) as db:
            return db.execute(statement).fetchall()


@contextlib.contextmanager
def small_disk(folder, size="1m"):
    """A small file system of its own on a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Leave no byte free; the file that takes them."""
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (65536, 512, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    return filler
