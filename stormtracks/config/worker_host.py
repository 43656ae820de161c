"""One entry of the workers in hosts.yaml."""

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormtracks import extras
from stormtracks.config import checks
from stormtracks.errors import BadValue

if TYPE_CHECKING:
    from stormtracks.queues.system import System

QUEUES = ("slurm", "pbs")
"""Values of `launch` whose workers are jobs of a queue."""
LAUNCHES = ("ssh", "local", *QUEUES, "dask")
QUEUE_KEYS = ("jobs", "time", "partition", "account", "setup", "options", "idle_exit")
"""Keys that only an entry with a queue has."""
_OF_A_QUEUE = {"jobs": 1, "slots": 1, "idle_exit": 300.0, "grace": 20.0}
"""What a queue's entry has unless it says otherwise. Without `grace` a worker would wait for its tasks until it is
killed."""
_LONGEST_NAME = 40
"""Of a queue's entry. With a job's id it is a worker's name, of at most 64 characters."""
_MOST = {"slots": 512, "memory_limit_mb": 1_000_000_000, "jobs": 1000, "idle_exit": 1_000_000_000}
"""No manager believes a worker that says that it has more slots; more memory than any host has is a slip of the pen.
Slurm takes at most 1000 jobs in one array, unless it is told otherwise (MaxArraySize)."""
_MOST_OR_NONE = {"tasks_per_slot": math.inf, "memory_pause_percent": 100, "memory_end_percent": 100, "grace": math.inf}
"""What may also be 0, and is at most this."""
_MEMORY_PERCENT = {"memory_pause_percent": 80, "memory_end_percent": 95}
"""Of a worker that is given none."""


@dataclass(frozen=True)
class WorkerHost:
    """One host that works, as hosts.yaml describes it (the shipped file says what each key means).

    Paths are as written: ``~`` and ``$VARIABLES`` in them are the host's and are expanded there; a relative one is
    below `code`, or for ``launch: local`` below the folder of hosts.yaml. Only `identity` is a path of this machine.
    An entry of a queue is its login node (this machine, where it has no address) and all nodes, which see its files.
    """

    name: str
    address: str = ""
    user: str | None = None
    port: int | None = None
    jump: str | None = None
    identity: str | None = None
    forward_agent: bool = False
    launch: str = "ssh"
    shared_files: bool = False
    code: str = "~/stormtracks"
    python: str = ".venv/bin/python"
    extras: tuple[str, ...] = ()
    base_python: str = "python3"
    prefix: tuple[str, ...] = ()
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    bind: str | None = None
    slots: int | None = None
    memory_limit_mb: int | None = None
    tasks_per_slot: int | None = None
    memory_pause_percent: float | None = None
    memory_end_percent: float | None = None
    grace: float | None = None
    tasks: str | None = None
    data: str = "data"
    dataset: dict[str, object] | None = None
    best_tracks: str | None = None
    results: str = "results"
    scratch: str | None = None
    jobs: int | None = None
    time: str | None = None
    partition: str | None = None
    account: str | None = None
    setup: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    idle_exit: float | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        checks.name(self.name)
        if self.launch not in LAUNCHES:
            raise BadValue(f"'launch' must be one of {', '.join(LAUNCHES)}, not {self.launch!r}")
        if self.port is not None:
            checks.port("port", self.port)
        for key, most in _MOST.items():
            checks.at_least_1(key, getattr(self, key), most)
        for key, greatest in _MOST_OR_NONE.items():
            checks.at_least_0(key, getattr(self, key), greatest)
        self._check_memory()
        for key, value in dataclasses.asdict(self).items():
            if isinstance(value, str):
                checks.text(key, value, may_be_empty=key == "address")
        for extra in self.extras:
            extras.requirements(extra)
        for variable in self.env:
            checks.variable("env", variable)
        self._check_queue()
        if self.scheduler is not None and self.launch != "dask":
            raise BadValue(
                f"'scheduler' is for launch: dask, and this entry has launch: {self.launch}; write launch: dask, or "
                "remove the key"
            )

    def _check_memory(self) -> None:
        pause, end = (
            getattr(self, key) if getattr(self, key) is not None else usual for key, usual in _MEMORY_PERCENT.items()
        )
        if 0 < end <= pause:
            raise BadValue(
                f"'memory_end_percent' ({end:g}) must be above 'memory_pause_percent' ({pause:g}), or 0: never"
            )

    def _check_queue(self) -> None:
        if not self.queued:
            for key in QUEUE_KEYS:
                if getattr(self, key) not in (None, ()):
                    raise BadValue(
                        f"'{key}' is for workers of a queue, and this entry has launch: {self.launch}; "
                        f"write launch: {' or '.join(QUEUES)}, or remove the key"
                    )
            return
        for key, usual in _OF_A_QUEUE.items():
            if getattr(self, key) is None:
                object.__setattr__(self, key, usual)  # a frozen dataclass lets itself be completed in no other way
        from stormtracks.config import queue_keys  # a hosts.yaml without a queue loads nothing of queues

        if len(self.name) > _LONGEST_NAME:
            raise BadValue(f"'name' of a queue's entry must have at most {_LONGEST_NAME} characters: {self.name!r}")
        if self.bind is not None:
            raise BadValue("'bind' cannot be given for a queue, because each node has its own address; remove the key")
        queue_keys.name(self.partition, "partition")
        queue_keys.name(self.account, "account")
        queue_keys.setup(self.setup)
        queue_keys.options(self.options, self.launch)
        queue_keys.time(self.time, self.launch)

    @property
    def local(self) -> bool:
        """Whether this is the machine that the command runs on, reached without SSH."""
        return self.launch == "local" or (self.queued and not self.address)

    @property
    def queued(self) -> bool:
        """Whether its workers are jobs of a queue, whose commands are run at `place`."""
        return self.launch in QUEUES

    @property
    def queue(self) -> "System":
        """The queueing system of an entry that is `queued`."""
        from stormtracks.queues.known import SYSTEMS

        return SYSTEMS[self.launch]

    @property
    def ssh_host(self) -> str:
        """The host that SSH connects to: an address or an alias of ~/.ssh/config."""
        return self.address or self.name

    @property
    def place(self) -> str:
        """The host for messages: "w1" or "w1 (user@address:port)"."""
        if self.local:
            return f"{self.name} (this machine)"
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        where = f"{user}{self.ssh_host}{port}"
        return self.name if where == self.name else f"{self.name} ({where})"
