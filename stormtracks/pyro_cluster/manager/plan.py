"""What a manager is asked for, and what follows from it: the schedule, the journal, the rules."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from stormtracks import address, starts
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import chain, extent, projects
from stormtracks.pyro_cluster.journal.identity import Run, default_name, tasks_of
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.report import Tell
from stormtracks.pyro_cluster.journal.writer import Heard
from stormtracks.pyro_cluster.manager.dispatch import halt, time_limit
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules
from stormtracks.pyro_cluster.manager.engines import choice
from stormtracks.pyro_cluster.manager.engines.asked import Asked, GuestEntry
from stormtracks.pyro_cluster.manager.engines.door import Cluster
from stormtracks.pyro_cluster.manager.workers.supply import Supply
from stormtracks.pyro_cluster.plain import Options
from stormtracks.pyro_cluster.pyro_task import Lines, PyroTaskSchedule, lines_of
from stormtracks.strict_dataclass import assignments, renamed
from stormtracks.version import code_version


@dataclass(frozen=True)
class ManagePlan:
    """What is to be managed.

    Attributes
    ----------
    start_year, end_year : int or str
        The end year is included; of forecasts their first and last start.
    members : int
    task : str
        Or several with commas between them: a chain, see `journal.chain`.
    timeout : float, str or None
        Seconds that one task may take, or as text what `time_limit.read` takes; none: its default.
    retries : int
        How often a task that failed or timed out is tried again.
    settings : dict
        Settings of the science, plain values; none: the defaults.
    run : str or None
        Name by which the run is resumed; none: task and years.
    overwrite : bool
        Start a run over that was begun with other settings, and replace its results.
    nameserver : tuple of (str, int)
    wait : float
        Seconds to wait for a worker where there is none or every one fails, or for a journal that cannot be written.
    halt : str or None
        Failures that end the run: what `halt.read` takes; none: its default.
    any_version : bool
        Also give work to workers of another version.
    journals : Path or None
        Folder of journals; none: the state folder's.
    renamed : mapping of str to str
        Keys of settings that had another name before -> their names now; a journal may have the old ones.
    hosts : str or None
        The hosts.yaml that was given to the command, which the commands in messages then need too.
    again : str
        What to do after any end but a complete one; none: the command that resumes the run.
    results : str or None
        A folder below each worker's results folder, for the results; none: that folder itself.
    hosts_file : str
        The hosts.yaml that the run is of, whether or not it was given to the command; empty: none.
    workers : callable or None
        Returns the workers that the run may use, by hosts.yaml as it is now -> the results folder that each must have
        been started with, empty: not known here. None for all that are listed at the nameserver; so is a plan without.
    collected : Path or None
        Folder of this machine where results of other hosts are brought to: what is there need not be looked for.
    redo_away : bool
        Do tasks again whose results lie on workers that are away.
    starts : tuple of str
        Of forecasts, in any order: a line for each, and `start_year` and `end_year` do not matter; none: years.
    supply : Supply or None
        Where further workers come from, as the jobs of queues; None: hosts.yaml has no queue.
    found_name : str
        The name that `located` has found; empty: task and years.
    engine : str
        What runs the workers: one of `engines.choice.ENGINES`.
    scheduler : str or None
        Address of that engine's scheduler, where it has one; none: workers on this machine.
    entry : GuestEntry
        What workers are told that have no setup of their own.
    tell : callable or None
        What the tasks' counts mean, as lines for the table at the end, see `journal.report.Tell`.
    """

    start_year: Label
    end_year: Label
    members: int
    task: str = "vort_track"
    timeout: float | str | None = None
    retries: int = 2
    settings: dict[str, Any] = field(default_factory=dict)
    run: str | None = None
    overwrite: bool = False
    nameserver: tuple[str, int] = ("localhost", 9090)
    wait: float = 60.0
    halt: str | None = None
    any_version: bool = False
    journals: Path | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    hosts: str | None = None
    again: str = ""
    results: str | None = None
    hosts_file: str = ""
    workers: Callable[[], Mapping[str, str] | None] | None = None
    collected: Path | None = None
    redo_away: bool = False
    starts: Sequence[Label] = ()
    supply: Supply | None = None
    found_name: str = ""
    engine: str = "pyro"
    scheduler: str | None = None
    entry: GuestEntry = field(default_factory=GuestEntry)
    tell: Tell | None = None

    def __post_init__(self) -> None:
        if self.retries < 0:
            raise BadValue(f"the number of retries must be at least 0, not {self.retries}")
        if not self.wait > 0:
            raise BadValue(f"the wait must be above 0 s, not {self.wait:g}")
        time_limit.read(self.timeout)
        halt.read(self.halt)
        choice.check(self.engine)
        if self.scheduler and self.engine == "pyro":
            raise BadValue("--scheduler is for --engine dask; give that too, or leave it out")
        if self.engine != "pyro" and not self.entry.setup:
            raise BadValue(
                f"--engine {self.engine} must be told what its workers work on; use inv manage, which has it from "
                "hosts.yaml"
            )
        if self.starts:
            lines = lines_of(self.starts)
            for name, value in (("starts", lines), ("start_year", lines[0]), ("end_year", lines[-1])):
                object.__setattr__(self, name, value)
        if "," in self.task:
            object.__setattr__(self, "task", ",".join(chain.steps_of(self.task)))

    @property
    def tasks(self) -> tuple[str, ...]:
        """What is done for each year and member, one after the other; one, unless it is a chain."""
        return tasks_of(self.task)

    @property
    def name(self) -> str:
        """The run's name."""
        return self.run or self.found_name or default_name(self.task, self.start_year, self.end_year)

    def located(self, folders: Mapping[str, str]) -> "ManagePlan":
        """The same with the name of this project's run, given the results folders of the workers that are there."""
        base = default_name(self.task, self.start_year, self.end_year)
        found = projects.name_for(base, self.hosts_file, self.results or "", folders, self.journals)
        return replace(self, found_name=found)

    @property
    def extent(self) -> tuple[Label, Label, int]:
        """First and last year, or start, and number of members."""
        return self.start_year, self.end_year, self.members

    @property
    def lines(self) -> Lines:
        """The lines of the run's grid: years, or starts of forecasts."""
        return extent.of_run(vars(self))

    @property
    def elsewhere(self) -> str:
        """What to add to the command so that results of other settings have a folder of their own."""
        first = next(iter(self.settings.items()), ("other", ""))
        name = re.sub(r"[^A-Za-z0-9_.]+", "-", f"{first[0]}-{first[1]}").strip("-.")[:40]
        return f"--results {name if name != self.results else f'{name}-2'}"

    def schedule(self) -> PyroTaskSchedule:
        """All tasks; BadValue where there can be no such ones."""
        kind = PyroTaskSchedule if len(self.tasks) == 1 else chain.ChainSchedule
        if self.starts:
            return kind.of_starts(self.starts, self.members, self.task)
        of = self.task if kind is PyroTaskSchedule else self.tasks
        return kind(self.start_year, self.end_year, self.members, of)  # type: ignore[arg-type]  # refused if no year

    def cluster(self) -> Cluster:
        """What finds the workers and reaches them."""
        limited = time_limit.read(self.timeout) != time_limit.TimeLimit()
        asked = Asked(self.nameserver, self.scheduler, self.entry, limited, self.hosts_option)
        return choice.engine(self.engine)(asked)

    def journal(self, heard: Heard | None = None) -> Journal:
        """The run's journal, taken by this process."""
        run = Run(
            self.name,
            self.task,
            self.start_year,
            self.end_year,
            self.members,
            self.settings,
            address.place(*self.nameserver) if self.engine == "pyro" else self.scheduler or self.engine,
            code_version(),
            self.renamed,
            self.hosts_file,
            self.results or "",
            tuple(self.starts),
            f"give the new results a folder of their own with {self.elsewhere}",
        )
        return Journal(run, self.overwrite, self.journals, heard)

    def rules(self) -> Rules:
        """How the work is given out."""
        limit = time_limit.read(self.timeout)
        options = Options(settings=self.settings, overwrite=self.overwrite, timeout=limit.seconds, run=self.name)
        if self.results:  # which workers of 1.0 do not know
            options["results"] = self.results
        return Rules(
            code_version(),
            options,
            self.retries,
            self.wait,
            self.any_version,
            self.redo_away,
            limit=limit,
            halt=halt.read(self.halt),
        )

    @property
    def hosts_option(self) -> str:
        """What a command in a message needs besides its name, after a space; nothing where no file was given."""
        return f" --hosts {shlex.quote(self.hosts)}" if self.hosts else ""

    def command(self) -> str:
        """The command that resumes the run."""
        years = f"--start-year {self.start_year} --end-year {self.end_year}"
        if self.starts:
            years = f"--starts {starts.written([str(start) for start in self.starts])}"
        command = f"inv manage {years} --members {self.members}"
        if self.task != "vort_track":
            command += f" --task {shlex.quote(self.task)}"
        if self.engine != "pyro":
            command += f" --engine {self.engine}"
        if self.scheduler:
            command += f" --scheduler {shlex.quote(self.scheduler)}"
        if self.run:
            command += f" --run {shlex.quote(self.run)}"
        if self.results:
            command += f" --results {shlex.quote(self.results)}"
        command += self.hosts_option
        return command + (" (with the same --settings and --set)" if self.settings else "")


def settings_of(files: Iterable[str], texts: Iterable[str], names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The settings of a run, from the command line's options.

    Parameters
    ----------
    files : iterable of str
        YAML files; of a key that several have the last one counts.
    texts : iterable of str
        ``key=value``; they count more than the files.
    names : mapping of str to str, optional
        Keys that had another name before -> their names now.

    Raises
    ------
    strict_dataclass.KeyRefused
    OSError
        A file that cannot be read.
    """
    from stormtracks import config  # loads yaml

    found: dict[str, Any] = {}
    for file in files:
        found |= renamed(config.load_settings(file), names or {}, str(file))
    return found | renamed(assignments(texts), names or {}, "--set")
