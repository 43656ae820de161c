"""The keys of an entry whose workers are jobs of a queue."""

import re
from collections.abc import Sequence

from stormtracks.config import checks
from stormtracks.errors import BadValue
from stormtracks.queues.known import SYSTEMS

_DIRECTIVE = re.compile(r"\s*#\s*(SBATCH|PBS|BSUB)\b")


def name(value: str | None, key: str) -> None:
    """Refuse what no partition or account can be called; None is fine."""
    if value is None:
        return
    _text(key, value)
    if value.startswith("-"):
        raise BadValue(f"'{key}' must not start with '-', because the queue would read it as an option: {value!r}")
    if not value.isprintable() or " " in value:
        raise BadValue(f"'{key}' must not have blanks or control characters: {value!r}")


def setup(lines: Sequence[str]) -> None:
    """Refuse what is not one line of a shell's script."""
    for line in lines:
        _text("setup", line)
        if "\n" in line or "\r" in line:
            raise BadValue(f"'setup' must have one line of the script per item: {line!r}")
        if _DIRECTIVE.match(line):
            raise BadValue(f"'setup' is for the shell: {line!r} is for the queue; write it into 'options'")


def options(words: Sequence[str], launch: str) -> None:
    """Refuse what no word of a command can be, and what would break what is relied on."""
    for word in words:
        _text("options", word)
        if not word.isprintable():
            raise BadValue(f"'options' must not have control characters: {word!r}")
    SYSTEMS[launch].refuse_options(words)


def time(text: str | None, launch: str) -> None:
    """Refuse what the queue would not read; None is fine."""
    if text is not None:
        SYSTEMS[launch].refuse_time(text)


def _text(key: str, value: str) -> None:
    """Refuse also what cannot be written: "\\ud800" between double quotes is half a character."""
    checks.text(key, value)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadValue(f"'{key}' must not have halves of characters: {value!r}; write the character itself")
