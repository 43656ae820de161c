"""A place where a planted ensemble is tracked by some engine: an operator's commands, data, a nameserver, results."""

import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
from engines import arrays
from fab import ROOT
from processes import wait_for
from sshd import free_port

from stormtracks.science import ibtracs, synthetic

YEAR, MEMBERS = 2005, 4
CHAIN = ("vort_track", "field_collection", "classify")
BEST_TRACKS = ROOT / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"
SETTINGS = {"min_points": 4, "min_common_times": 3}


def plant(folder):
    """Four members of four days, with all that the chain of tasks reads."""
    days = {"start": f"{YEAR}-09-01", "stop": f"{YEAR}-09-05"}
    plan = synthetic.Plan(YEAR, MEMBERS, grid=4.0, like="20crv2c", complevel=1, **days)
    synthetic.plant(folder, plan, ibtracs.load(BEST_TRACKS, *(np.datetime64(day, "s") for day in days.values())))


class Site:
    """What a person has who runs an ensemble.

    Parameters
    ----------
    operator : Operator
    planted : Path
        What `plant` wrote; it is copied.
    address : str
        Where the nameserver listens.
    """

    def __init__(self, operator, planted, address="127.0.0.1"):
        self.operator, self.folder = operator, operator.folder
        self.data, self.results = self.folder / "data", self.folder / "results"
        shutil.copytree(planted, self.data)
        self.nameserver = {"host": address, "port": free_port(address)}
        self.settings = self.folder / "settings.yaml"
        self.settings.write_text("".join(f"{key}: {value}\n" for key, value in SETTINGS.items()))

    def entry(self, name, **more):
        """A worker entry with this checkout as its code, this data, and these results."""
        here = {"data": str(self.data), "results": str(self.results), "best_tracks": str(BEST_TRACKS)}
        held = {"code": str(ROOT), "python": sys.executable, "tasks": "tests.engines.held:TASKS"}
        return {"name": name, **here, **held, **more}

    def configure(self, *entries):
        """Write hosts.yaml."""
        content = {"nameserver": self.nameserver, "results": str(self.folder / "collected"), "workers": [*entries]}
        self.operator.configure(content)

    def inv(self, *words):
        """A command that must succeed; its output."""
        status, said = self.try_inv(*words)
        assert status == 0, said
        return said

    def try_inv(self, *words):
        """A command's status and output."""
        process = self.operator.run("-m", "invoke", *words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = process.communicate(timeout=200)[0]
        return process.returncode, said

    def fab(self, *words):
        """A command over all entries that must succeed; its output."""
        done = self.operator.fab(*words)
        assert done.returncode == 0, done.stdout
        return done.stdout

    @contextlib.contextmanager
    def serving(self):
        """A nameserver; workers that are left at the end are ended with it."""
        self.inv("nameserver", "--background")
        try:
            yield self
        finally:
            self.release()
            self.operator.fab("stop-workers", "--now")
            self.inv("stop-nameserver")

    def manage(self, *words, task=CHAIN[0]):
        """Start a manager of all members; its process has `output()`, the log so far."""
        log = self.folder / "manage.log"
        extent = [f"--start-year={YEAR}", f"--members={MEMBERS}", f"--settings={self.settings}", f"--task={task}"]
        with log.open("w") as out:
            process = self.operator.run("-m", "invoke", "manage", *extent, *words, stdout=out, stderr=subprocess.STDOUT)
        process.output = log.read_text
        return process

    def until_said(self, process, pattern, seconds=60):
        """Wait until a manager has said what matches; the match."""

        def said():
            return re.search(pattern, process.output()) or process.poll() is not None

        with_it = wait_for(said, seconds, f"{pattern!r}; {process.output()}")
        assert with_it is not True or re.search(pattern, process.output()), process.output()
        return re.search(pattern, process.output())

    def ended(self, process, status=0, seconds=120):
        """Wait for a manager's end; its log."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        assert process.poll() == status, process.output()
        return process.output()

    def hold(self):
        """Let every task that is begun from now on stop in its middle."""
        (self.folder / "hold").touch()

    def release(self):
        """Undo `hold`."""
        (self.folder / "hold").unlink(missing_ok=True)

    def until_held(self, number):
        """Wait until so many tasks have begun."""
        wait_for(lambda: len(list(self.folder.glob("begun-*"))) >= number, 60, f"the beginning of {number} tasks")

    def counts(self):
        """Tasks of the newest run by status."""
        return json.loads(self.try_inv("status", "--json")[1])["counts"]

    def made(self):
        """Every result, where workers put it or where it was collected, as `arrays.of` has them."""
        return arrays.of(self.results) | arrays.of(self.folder / "collected")
