"""How much of the memory that this process may use is in use: of the host, or of its container (cgroup v1 and v2)."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NO_LIMIT = 2**60
"""cgroup v1 writes a number beyond this where there is no limit."""
_FILES = {
    # usage, limit, and which parts of the usage are given back when somebody needs them
    1: ("memory.usage_in_bytes", "memory.limit_in_bytes", ("total_active_file", "total_inactive_file")),
    2: ("memory.current", "memory.max", ("active_file", "inactive_file", "slab_reclaimable")),
}


@dataclass(frozen=True)
class Use:
    """What is in use of what there is, in bytes; `of` says whose: host or container."""

    used: int
    total: int
    of: str = "host"

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.used / self.total

    def __str__(self) -> str:
        return f"{self.used / 1e9:.1f} of {self.total / 1e9:.1f} GB ({self.share:.0%}) of the {self.of}'s memory in use"


class HostMemory:
    """Asks the kernel.

    Parameters
    ----------
    proc, cgroups : path
        Where Linux shows it; on other systems there is nothing to ask.
    """

    def __init__(self, proc: str | Path = "/proc", cgroups: str | Path = "/sys/fs/cgroup") -> None:
        self._proc = Path(proc)
        self._cgroups = Path(cgroups)

    def use(self) -> Use | None:
        """The fullest of the host and the groups that limit this process; None: it cannot be known."""
        found = [one for one in (self._host(), *self._groups()) if one is not None and one.total > 0]
        return max(found, key=lambda one: one.share, default=None)

    def _host(self) -> Use | None:
        with contextlib.suppress(OSError, ValueError, LookupError):
            lines = (self._proc / "meminfo").read_text().splitlines()
            kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines[:8]}
            total = 1024 * kilobytes["MemTotal"]
            return Use(total - 1024 * kilobytes["MemAvailable"], total)
        return None

    def _groups(self) -> Iterator[Use | None]:
        with contextlib.suppress(OSError):
            for line in (self._proc / "self" / "cgroup").read_text().splitlines():
                _, controllers, path = line.split(":", 2)
                if controllers == "":
                    for base in (self._cgroups, self._cgroups / "unified"):
                        yield from (_group(folder, 2) for folder in _upwards(base, path))
                elif "memory" in controllers.split(","):
                    yield from (_group(folder, 1) for folder in _upwards(self._cgroups / "memory", path))


def _upwards(base: Path, path: str) -> Iterator[Path]:
    """A group's folder and those of the groups around it; in a container they may all be the base."""
    folder = base / path.strip("/")
    while folder != base:
        yield folder
        folder = folder.parent
    yield base


def _group(folder: Path, version: int) -> Use | None:
    usage, limit, given_back = _FILES[version]
    with contextlib.suppress(OSError, ValueError):  # "max" is no number
        total = int((folder / limit).read_text())
        if total < _NO_LIMIT:
            kinds = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            used = int((folder / usage).read_text()) - sum(int(kinds.get(kind, 0)) for kind in given_back)
            return Use(max(used, 0), total, "container")
    return None
