"""A bug of ours -> a file with everything that is needed to find it, and one line that says where it is."""

import contextlib
import importlib.metadata
import os
import platform
import re
import shlex
import sys
import tempfile
import time
import tomllib
import traceback
from pathlib import Path

from stormtracks import disk, private
from stormtracks.checkout import CHECKOUT
from stormtracks.errors import StormtracksError
from stormtracks.terminal_text import clean
from stormtracks.version import code_version

PROJECT = CHECKOUT / "pyproject.toml"
CITATION = CHECKOUT / "CITATION.cff"
_SECRET = re.compile(r"--?[\w-]*(?:password|passphrase|secret|token|key)[\w-]*", re.IGNORECASE)
_LOGIN = re.compile(r"(?<=://)[^/\s@]+@")


def report(error: BaseException) -> str:
    """Write an error's traceback to a file that only its owner can read.

    Returns
    -------
    str
        One line: that this is a bug, of which kind, where its traceback is and where to report it. Where no file can
        be written, the traceback follows.
    """
    text = clean(_details(error))  # the file is read on terminals too
    path = _written(text)
    kind = " ".join("".join(traceback.format_exception_only(error)).split())
    where = f"this file: {path}" if path else "the text below"
    line = f"this is a bug in stormtracks, not your mistake: {kind:.300}; report it to {report_to()} with {where}"
    return line if path else f"{line}\n{text}"


def report_to() -> str:
    """Where bugs are reported: the address that pyproject.toml, and so the package, names; else the authors."""
    with contextlib.suppress(OSError, KeyError, ValueError):  # no such file, no such key, not TOML
        return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["urls"]["Issues"])
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        named = importlib.metadata.metadata("stormtracks").get_all("Project-URL") or []
        for label, _, address in (entry.partition(", ") for entry in named):
            if label == "Issues":
                return address
    return f"the authors named in {CITATION if CITATION.exists() else CITATION.name}"


def _details(error: BaseException) -> str:
    facts = {
        "stormtracks": code_version(),
        "Python": sys.version,
        "platform": platform.platform(),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "command": shlex.join(_without_secrets(sys.argv)),
    }
    lines = [f"{name}: {' '.join(value.split())}" for name, value in facts.items()]
    return _LOGIN.sub("...@", "\n".join([*lines, "", "".join(traceback.format_exception(error))]))


def _without_secrets(arguments: list[str]) -> list[str]:
    """A command line without the values of options that name a password, token or key."""
    shown: list[str] = []
    for argument in arguments:
        option, equals, _ = argument.partition("=")
        if equals and _SECRET.fullmatch(option):
            shown.append(f"{option}=...")
        elif shown and _SECRET.fullmatch(shown[-1]) and not argument.startswith("-"):
            shown.append("...")
        else:
            shown.append(argument)
    return shown


def _written(text: str) -> Path | None:
    """The file, in the folder of the state, or in a temporary one where that cannot be written to."""
    name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt"
    for folder in (_state, _temporary):
        with contextlib.suppress(OSError, StormtracksError):
            path = folder() / name
            disk.write_whole(path, text, mode=0o600)
            return path
    return None


def _state() -> Path:
    return private.state("bugs")


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="stormtracks-bug-"))
