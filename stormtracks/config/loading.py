"""Which hosts.yaml is meant, and what it and the other YAML files say."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stormtracks import lined_yaml, paths, strict_dataclass
from stormtracks.checkout import shipped
from stormtracks.config import entries
from stormtracks.config.cluster import Cluster, Nameserver
from stormtracks.config.places import here, place
from stormtracks.lined_yaml import LinedMapping, plain, resolved
from stormtracks.strict_dataclass import KeyRefused


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
        nameserver=strict_dataclass.build(Nameserver, nameserver, place(file, nameserver)),
        workers=entries.workers(file, content),
        results=here(file, content, "results", _text(file, content, "results", "results")),
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


def _text(path: Path, content: LinedMapping, key: str, default: str) -> str:
    value = plain(content.get(key, default))
    if not isinstance(value, str) or not value:
        raise KeyRefused(f"{path}, line {content.lines[key]}: '{key}' must be a path, not {value!r}")
    return value
