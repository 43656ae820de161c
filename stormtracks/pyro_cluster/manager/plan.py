"""What a manager is asked for, and what follows from it: the schedule, the journal, the rules."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from stormtracks.pyro_cluster.journal.journal import Journal, Run, default_name
from stormtracks.pyro_cluster.manager.dispatch import Rules
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule
from stormtracks.version import code_version


@dataclass(frozen=True)
class ManagePlan:
    """What is to be managed.

    Attributes
    ----------
    start_year, end_year, members : int
        The end year is included.
    task : str
    timeout : float or None
        Seconds that one task may take; none: any time.
    retries : int
        How often a task that failed or timed out is tried again.
    settings : dict
        Settings of the science, plain values; none: the defaults.
    run : str or None
        Name under which the run can be gone on with; none: made of task and years.
    overwrite : bool
        Begin a run anew that was made with other settings, and replace its results.
    nameserver : tuple of (str, int)
    wait : float
        Seconds to wait for a worker where there is none.
    any_version : bool
        Also give work to workers of another version.
    journals : Path or None
        Folder of journals; none: the state folder's.
    """

    start_year: int
    end_year: int
    members: int
    task: str = "vort_track"
    timeout: float | None = None
    retries: int = 2
    settings: dict = field(default_factory=dict)
    run: str | None = None
    overwrite: bool = False
    nameserver: tuple[str, int] = ("localhost", 9090)
    wait: float = 60.0
    any_version: bool = False
    journals: Path | None = None

    def __post_init__(self):
        if self.retries < 0:
            raise ValueError(f"the number of retries must be at least 0, not {self.retries}")
        for name in ("timeout", "wait"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"the {name} must be above 0 s, not {value:g}")

    @property
    def name(self):
        """The run's name."""
        return self.run or default_name(self.task, self.start_year, self.end_year)

    def schedule(self):
        """All tasks; ValueError where there can be no such ones."""
        return PyroTaskSchedule(self.start_year, self.end_year, self.members, self.task)

    def journal(self, on_trouble=None):
        """The run's journal, taken by this process."""
        version, (host, port) = code_version(), self.nameserver
        extent = (self.start_year, self.end_year, self.members)
        run = Run(self.name, self.task, *extent, self.settings, f"{host}:{port}", version)
        return Journal(run, self.overwrite, self.journals, on_trouble)

    def rules(self):
        """How the work is given out."""
        options = {"settings": self.settings, "overwrite": self.overwrite, "timeout": self.timeout, "run": self.name}
        return Rules(code_version(), options, self.retries, self.wait, self.any_version)

    def command(self):
        """The command that goes on with the run."""
        words = [
            "inv",
            "manage",
            "--start-year",
            self.start_year,
            "--end-year",
            self.end_year,
            "--members",
            self.members,
        ]
        words += [] if self.task == "vort_track" else ["--task", self.task]
        words += ["--run", self.run] if self.run else []
        return shlex.join(map(str, words)) + (" (with the same --settings)" if self.settings else "")
