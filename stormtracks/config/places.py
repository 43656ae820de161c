"""Where a key of a YAML file stands, for messages, and what a path in it is."""

from collections.abc import Callable
from pathlib import Path

from stormtracks import paths
from stormtracks.lined_yaml import LinedMapping


def here(path: Path, mapping: LinedMapping, key: str, text: str) -> Path:
    """A path of this machine: it starts from the folder of the file that it is written in."""
    return paths.expand(text, path.parent, f"{place(path, mapping)(key)}: '{key}'")


def place(path: Path, mapping: object) -> Callable[[str], str]:
    """Says where a key stands: "hosts.yaml, line 12"."""
    lines = getattr(mapping, "lines", {})
    return lambda key: f"{path}, line {lines.get(key, getattr(mapping, 'line', 1))}"
