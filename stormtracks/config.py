"""hosts.yaml and the other YAML files -> frozen dataclasses and plain values; unknown and repeated keys are refused."""

import contextlib
import dataclasses
import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stormtracks import extras, lined_yaml, paths, strict_dataclass
from stormtracks.checkout import CHECKOUT, shipped
from stormtracks.errors import BadValue
from stormtracks.lined_yaml import LinedMapping, plain, resolved
from stormtracks.strict_dataclass import KeyRefused

LAUNCHES = ("ssh", "local")
_MOST = {"slots": 512, "memory_limit_mb": 1_000_000_000}
"""No manager believes a worker that says that it has more slots; more memory than any host has is a slip of the pen."""
_MOST_OR_NONE = {"tasks_per_slot": math.inf, "memory_pause_percent": 100, "memory_end_percent": 100, "grace": math.inf}
"""What may also be 0, and is at most this."""
_MEMORY_PERCENT = {"memory_pause_percent": 80, "memory_end_percent": 95}
"""Of a worker that is given none."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Nameserver:
    """Where the nameserver listens: an address of this machine that every worker host can reach."""

    host: str = "localhost"
    port: int = 9090

    def __post_init__(self) -> None:
        _check_port("port", self.port)
        _check_text("host", self.host)


@dataclass(frozen=True)
class WorkerHost:
    """One host that works, as hosts.yaml describes it (the shipped file says what each key means).

    Paths are as written: ``~`` and ``$VARIABLES`` in them are the host's and are expanded there; a relative one is
    below `code`, or for ``launch: local`` below the folder of hosts.yaml. Only `identity` is a path of this machine.
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

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.launch not in LAUNCHES:
            raise BadValue(f"'launch' must be one of {', '.join(LAUNCHES)}, not {self.launch!r}")
        if self.port is not None:
            _check_port("port", self.port)
        for key, most in _MOST.items():
            number = getattr(self, key)
            if number is not None and not 1 <= number <= most:
                limit = "least 1" if number < 1 else f"most {most}"
                raise BadValue(f"'{key}' must be at {limit}, not {number}")
        for key, greatest in _MOST_OR_NONE.items():
            amount = getattr(self, key)
            if amount is not None and not (0 <= amount <= greatest and amount < math.inf):
                allowed = "0 or more" if greatest == math.inf else f"from 0 to {greatest}"
                raise BadValue(f"'{key}' must be {allowed}, not {amount}")
        pause, end = (
            getattr(self, key) if getattr(self, key) is not None else usual for key, usual in _MEMORY_PERCENT.items()
        )
        if 0 < end <= pause:
            raise BadValue(
                f"'memory_end_percent' ({end:g}) must be above 'memory_pause_percent' ({pause:g}), or 0: never"
            )
        for key, value in dataclasses.asdict(self).items():
            if isinstance(value, str):
                _check_text(key, value, may_be_empty=key == "address")
        for extra in self.extras:
            extras.requirements(extra)
        for variable in self.env:
            if not _VARIABLE.fullmatch(variable):
                raise BadValue(f"'env': {variable!r} is not the name of an environment variable")

    @property
    def local(self) -> bool:
        """Whether this is the machine that the command runs on, reached without SSH."""
        return self.launch == "local"

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


@dataclass(frozen=True)
class Cluster:
    """A hosts.yaml: the nameserver, the worker hosts with the defaults merged in, and this machine's results folder."""

    nameserver: Nameserver
    workers: tuple[WorkerHost, ...]
    results: Path
    path: Path

    @property
    def folder(self) -> Path:
        """The folder of hosts.yaml, which relative paths of this machine start from."""
        return self.path.parent

    def only(self, names: str | None) -> "Cluster":
        """The same cluster with some of its hosts.

        Parameters
        ----------
        names : str or None
            Names separated by commas; None or empty: all.

        Raises
        ------
        KeyRefused
            A name that no host has.
        """
        wanted = list(dict.fromkeys(name.strip() for name in (names or "").split(",") if name.strip()))
        known = {worker.name: worker for worker in self.workers}
        for name in wanted:
            if name not in known:
                raise KeyRefused(f"{self.path}: {strict_dataclass.unknown(name, known, 'host')}")
        return dataclasses.replace(self, workers=tuple(known[name] for name in wanted) or self.workers)


def load(path: str | Path | None = None) -> Cluster:
    """Read a hosts.yaml.

    Parameters
    ----------
    path : path, optional
        Otherwise the environment variable STORMTRACKS_HOSTS, else ./hosts.yaml, else the checkout's.

    Raises
    ------
    KeyRefused
        With the line: an unknown key, a wrong type, a key or a host that is given twice, a file that is not YAML.
    paths.PathRefused
        With the line: a variable that is not set, in a path of this machine.
    """
    file = hosts_file(path)
    content = lined_yaml.read(file)
    for key in content:
        if key not in _SECTIONS:
            raise KeyRefused(f"{file}, line {content.lines[key]}: {strict_dataclass.unknown(key, _SECTIONS)}")
    nameserver = content.get("nameserver") or LinedMapping()
    return Cluster(
        nameserver=strict_dataclass.build(Nameserver, nameserver, _place(file, nameserver)),
        workers=_workers(file, content),
        results=_here(file, content, "results", _text(file, content, "results", "results")),
        path=file,
    )


def hosts_file(path: str | Path | None = None) -> Path:
    """The hosts.yaml that is meant, absolute."""
    if path:
        return paths.expand(path, Path.cwd(), "--hosts")
    named = os.environ.get("STORMTRACKS_HOSTS")
    if named:
        return paths.expand(named, Path.cwd(), "STORMTRACKS_HOSTS")
    here = Path("hosts.yaml").absolute()
    return here if here.exists() else shipped("hosts.yaml", "write one here, or give its path in STORMTRACKS_HOSTS")


@contextlib.contextmanager
def chosen(path: str | Path | None) -> Iterator[None]:
    """Have `load` read another hosts.yaml for as long as the block lasts, as if STORMTRACKS_HOSTS named it.

    Parameters
    ----------
    path : path or None
        None changes nothing.
    """
    before = os.environ.get("STORMTRACKS_HOSTS")
    if path:
        os.environ["STORMTRACKS_HOSTS"] = str(hosts_file(path))
    try:
        yield
    finally:
        if path and before is None:
            del os.environ["STORMTRACKS_HOSTS"]
        elif path and before is not None:
            os.environ["STORMTRACKS_HOSTS"] = before


def load_settings(path: str | Path) -> dict[str, Any]:
    """The keys and values of a YAML file of settings, for `science.settings.Settings.from_mapping`."""
    return resolved(lined_yaml.read(Path(path)))


def load_dataset(path: str | Path) -> dict[str, Any]:
    """The keys and values of a YAML file that describes a data set, for `science.reanalysis.Dataset.from_mapping`."""
    return resolved(lined_yaml.read(Path(path)))


def load_archives(path: str | Path) -> dict[str, Any]:
    """The keys and values of a YAML file of archives' addresses, for `download.Options`."""
    return resolved(lined_yaml.read(Path(path)))


_SECTIONS = ("nameserver", "results", "defaults", "workers")


def _workers(path: Path, content: LinedMapping) -> tuple[WorkerHost, ...]:
    defaults = content.get("defaults") or LinedMapping()
    if not isinstance(defaults, LinedMapping):
        raise KeyRefused(f"{path}, line {content.lines['defaults']}: 'defaults' must be keys and values")
    for key in ("name", "address"):
        if key in defaults:
            raise KeyRefused(
                f"{path}, line {defaults.lines[key]}: '{key}' cannot be a default, because each host has its own; "
                "write it under 'workers'"
            )
    entries = content.get("workers") or []
    if not isinstance(entries, list) or not entries:
        raise KeyRefused(f"{path}: 'workers' must be a list with at least one host, such as '- name: w1'")
    workers = []
    seen: dict[object, int] = {}
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, LinedMapping):
            raise KeyRefused(f"{path}: worker number {number} must be keys and values, not {entry!r}")
        worker = _worker(path, defaults, entry)
        _refuse_twice(path, worker, entry.line, seen)
        workers.append(worker)
    return tuple(workers)


def _worker(path: Path, defaults: LinedMapping, entry: LinedMapping) -> WorkerHost:
    merged = LinedMapping(defaults | entry)
    merged.lines = defaults.lines | entry.lines
    merged.line = entry.line
    merged.path = path
    if isinstance(defaults.get("env"), dict) and isinstance(entry.get("env"), dict):
        merged["env"] = defaults["env"] | entry["env"]
    if isinstance(merged.get("dataset"), str):
        merged["dataset"] = plain(load_dataset(_here(path, merged, "dataset", merged["dataset"])))
    elif merged.get("dataset") is not None:
        merged["dataset"] = plain(merged["dataset"])
    if isinstance(merged.get("identity"), str) and merged["identity"]:
        merged["identity"] = str(_here(path, merged, "identity", merged["identity"]))
    if merged.get("launch") == "local" and "code" not in merged:
        merged["code"] = str(CHECKOUT)
        merged.setdefault("python", sys.executable)
    return strict_dataclass.build(WorkerHost, merged, _place(path, merged))


def _refuse_twice(path: Path, worker: WorkerHost, line: int, seen: dict[object, int]) -> None:
    where: object = worker.name if worker.local else (worker.ssh_host, worker.user, worker.port, worker.jump)
    for mark, what in ((worker.name, f"'{worker.name}'"), (where, worker.place)):
        if mark in seen and seen[mark] != line:
            raise KeyRefused(
                f"{path}, line {line}: {what} is listed twice, first in line {seen[mark]}. One host has one worker: "
                "remove one entry. For more tasks at a time, set 'slots'"
            )
        seen[mark] = line


def _text(path: Path, content: LinedMapping, key: str, default: str) -> str:
    value = plain(content.get(key, default))
    if not isinstance(value, str) or not value:
        raise KeyRefused(f"{path}, line {content.lines[key]}: '{key}' must be a path, not {value!r}")
    return value


def _here(path: Path, mapping: LinedMapping, key: str, text: str) -> Path:
    """A path of this machine: it starts from the folder of the file that it is written in."""
    return paths.expand(text, path.parent, f"{_place(path, mapping)(key)}: '{key}'")


def _place(path: Path, mapping: object) -> Callable[[str], str]:
    lines = getattr(mapping, "lines", {})
    return lambda key: f"{path}, line {lines.get(key, getattr(mapping, 'line', 1))}"


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadValue(f"'name' must consist of letters, digits, '.', '_' and '-', not {name!r}")


def _check_port(key: str, value: int) -> None:
    if not 1 <= value <= 65535:
        raise BadValue(f"'{key}' must be 1 to 65535, not {value}")


def _check_text(key: str, value: str, may_be_empty: bool = False) -> None:
    if not value and not may_be_empty:
        raise BadValue(f"'{key}' must not be empty; to use its default, remove the key")
    if "\0" in value:
        raise BadValue(f"'{key}' must not have NUL characters: {value!r}")
    if key in ("address", "jump", "user", "host") and value.startswith("-"):
        raise BadValue(f"'{key}' must not start with '-', because SSH would read it as an option: {value!r}")
