"""Three hosts to torment: network namespaces where we are root, else three workers side by side on this machine."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from stormtracks.pyro_cluster import wire

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [path for path in (str(CHECKOUT), str(CHECKOUT / "tests")) if path not in sys.path]

from needs import NAMESPACES, missing  # noqa: E402

DISK = "72m"
TABLE = "benchmarks.chaos.slow_tasks:TASKS"
WORKER = "benchmarks.chaos.lying_worker"
SLOT = "stormtracks.pyro_cluster.worker.slots.slot_main"


def copy_code(folder):
    """Copy the code that the soak runs, so that whoever edits the checkout meanwhile does not change its version."""
    for package in ("stormtracks", "benchmarks"):
        shutil.copytree(CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))


class Torment:
    """A host whose worker is started again and again; what namespaces add is in `Namespaced`.

    Parameters
    ----------
    name : str
    folder : Path
        For its results and log.
    code : Path
    arguments : list of str
        Of its worker, as for every host.
    address : str
    """

    namespaced = False

    def __init__(self, name, folder, code, arguments, address="127.0.0.1"):
        self.name, self.address = name, address
        self.folder, self._arguments, self._worker = folder, arguments, None
        self.log, self.scratch, self._lie = folder / "worker.log", folder / "scratch", folder / "lie"
        (folder / "results").mkdir(parents=True)
        self._sound_code, self._code = code, folder / "code"  # its own, which a fault may change
        shutil.copytree(code, self._code)

    @property
    def results(self):
        """The folder of its results, as it is seen from here."""
        return self.folder / "results"

    def start(self):
        """Start its worker."""
        command = [
            sys.executable,
            "-m",
            WORKER,
            "--name",
            self.name,
            "--slots",
            "2",
            "--tasks",
            TABLE,
            "--results",
            self.folder / "results",
            "--scratch",
            self.scratch,
            "--host",
            self.address,
            "--log",
            self.log,
            *self._arguments,
        ]
        environment = {**os.environ, "PYTHONPATH": str(self._code), "CHAOS_LIE": str(self._lie)}
        with Path(f"{self.log}.out").open("a") as out:
            self._worker = subprocess.Popen(
                list(map(str, [*self._inside(), *command])),
                env=environment,
                cwd=self._code,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def pids(self, module):
        """Pids of its worker (`WORKER`) or of its slots (`SLOT`)."""
        worker = self._worker.pid
        return [worker] if module == WORKER else _children(worker)

    def send(self, number, module, most=None):
        """Send a signal to its worker or its slots, some of them at most; whether there was anybody."""
        pids = self.pids(module)[:most]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return bool(pids)

    def preempt(self, grace):
        """End its worker as a queue does: SIGTERM, and SIGKILL some seconds later."""
        if self._worker:
            self.send(signal.SIGTERM, WORKER)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._worker.wait(grace)
            self.end()

    def lie(self, whether):
        """Let its worker reply oddly, or honestly again."""
        if whether:
            self._lie.touch()
        else:
            self._lie.unlink(missing_ok=True)

    def change_code(self):
        """Change the code under its worker, and end the slots, so that new ones load it."""
        with (self._code / "stormtracks" / "science" / "maxima.py").open("a") as module:
            module.write("\n# changed under a worker\n")
        return self.send(signal.SIGKILL, SLOT)

    def restore_code(self):
        """Undo `change_code`."""
        changed = Path("stormtracks", "science", "maxima.py")
        shutil.copy2(self._sound_code / changed, self._code / changed)

    def blocks(self):
        """The blocks of passes in its scratch folder."""
        return sorted(path for path in self.scratch.rglob("*.*") if path.suffix in (".maxima", ".fields"))

    def ended(self):
        """Whether its worker has ended without having been ended by `end`."""
        return self._worker is not None and self._worker.poll() is not None

    def end(self):
        """End its worker, whatever it is doing."""
        if self._worker:
            self.send(signal.SIGKILL, WORKER)
            self._worker.kill()
            self._worker.wait()
            self._worker = None

    def last_line(self):
        """The last line of its log."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return lines[-1] if lines else "its log is empty"

    def idle(self, home):
        """Whether its worker answers and does nothing."""
        try:
            text = (home / self._host_name / f"worker-{self.name}.ready").read_text().split()
            with wire.proxy(text[3], 3.0) as proxy:
                return not proxy.ping()["busy"]
        except (OSError, IndexError, wire.CommunicationError):
            return False

    @property
    def _host_name(self):
        return socket.gethostname()

    def _inside(self):
        return []


class Namespaced(Torment):
    """A host in a network namespace, with a small disk for its results that only it sees."""

    namespaced = True

    def __init__(self, host, folder, code, arguments):
        super().__init__(host.name, folder, code, arguments, host.address)
        self.host = host
        host.small_disk(folder / "results", DISK)

    @property
    def results(self):
        return Path(f"/proc/{self.host.init}/root{self.folder / 'results'}")

    def pids(self, module):
        return self.host.pids(f"{module}\0")

    def fill_disk(self):
        """Leave no byte free."""
        with contextlib.suppress(OSError), (self.results / "filler").open("wb", buffering=0) as filler:
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while filler.write(bytes(size)) == size:
                        pass

    def free_disk(self):
        """Undo `fill_disk`."""
        (self.results / "filler").unlink(missing_ok=True)

    @property
    def _host_name(self):
        return self.name

    def _inside(self):
        return ["nsenter", "-t", self.host.init, "-n", "-u", "-p", "-m", "--"]


@contextlib.contextmanager
def hosts(folder, code, arguments):
    """Three hosts, their workers not started yet: yields (hosts, address for the nameserver, kind); leaves nothing.

    The kind is a line that says what the hosts are, and why they are no more than that.

    Parameters
    ----------
    folder, code : Path
    arguments : callable
        Given that address, the arguments of every worker.
    """
    with contextlib.ExitStack() as stack:
        lacking = missing(*NAMESPACES, root=True)
        if not lacking:
            from namespaces import HostCluster
            from sshd import make_key

            cluster = stack.enter_context(HostCluster(folder / "net", make_key(folder / "key")))
            more, address = arguments(cluster.address), cluster.address
            made = [Namespaced(host, folder / host.name, code, more) for host in cluster.hosts]
            kind = f"{len(made)} hosts, each a network namespace with a disk of its own"
        else:
            more, address = arguments("127.0.0.1"), "127.0.0.1"
            made = [Torment(name, folder / name, code, more) for name in ("w1", "w2", "w3")]
            no_more = f"without faults of network and disks: {', '.join(lacking)} missing"
            kind = f"{len(made)} workers on this machine, {no_more}"
        for host in made:
            stack.callback(host.end)
        yield made, address, kind


def wait_until(condition, seconds, what):
    """Wait for something that must come.

    Raises
    ------
    TimeoutError
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:g} s")
        time.sleep(0.05)


def _children(pid):
    """Pids of what a process started, by whichever of its threads."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, children.read_text().split())
    return found
