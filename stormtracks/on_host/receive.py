"""Take files into a folder: sent to a host's own Python, which has none of our code yet, so it imports nothing of ours.

Two requests, each a line of JSON on standard input. ``look``: which files of a manifest (name -> SHA-256) differ here,
and which files of an earlier deploy are no longer in it. ``take``: a tar archive follows; its files replace those here,
each at once and whole, and files that are no longer in the manifest are removed. Standard library, Python 3.6 or later.
"""

import contextlib
import hashlib
import json
import os
import re
import socket
import sys
import tarfile
import traceback
import zlib
from pathlib import Path

RECORD = ".stormtracks-files.json"
MARK = "\x1estormtracks "
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)
_REFUSED = "'code' in hosts.yaml: {}: {} on {}; {}"


class Refused(Exception):
    """What cannot be done; the message says what to do."""


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.stdin.buffer.readline().decode())
    try:
        folder = expand(request["folder"])
        answer = {"look": look, "take": take}[request["action"]](folder, request["manifest"])
    except (OSError, EOFError, Refused, tarfile.TarError, zlib.error) as error:  # most end in a connection that broke
        answer = {"error": str(error)}
    except Exception as error:
        answer = {"bug": type(error).__name__ + ": " + str(error), "traceback": traceback.format_exc()}
    sys.stdout.write(MARK + json.dumps(answer) + "\n")


def expand(text: str) -> Path:
    """The folder with a leading ``~`` or ``~USER`` and ``$VARIABLES`` of this host; the same as `paths.expand`."""

    def refused(what: str, cure: str) -> Refused:
        return Refused(_REFUSED.format(text, what, socket.gethostname(), cure))

    def value(found) -> str:
        name = found.group(1) or found.group(2)
        if not os.environ.get(name):
            state = "empty" if name in os.environ else "not set"
            raise refused("the variable $" + name + " is " + state, "set it, or write the full path")
        return os.environ[name]

    head, slash, rest = text.partition("/") if text.startswith("~") else ("", "", text)
    home = os.path.expanduser(head)  # noqa: PTH111 - Path's raises RuntimeError for an unknown user
    if home.startswith("~"):
        raise refused("there is no user " + repr(head[1:]), "write the full path")
    return Path.cwd() / (home + slash + _VARIABLE.sub(value, rest))


def look(folder: Path, manifest: dict) -> dict:
    """Names of the manifest whose content differs or is missing, and of files here that are no longer in it."""
    differ = [name for name, digest in manifest.items() if content_hash(inside(folder, name)) != digest]
    gone = [name for name in record(folder) if name not in manifest]
    return {"folder": str(folder), "differ": differ, "gone": gone}


def take(folder: Path, manifest: dict) -> dict:
    """Replace files by those of the archive that follows, remove what is gone, and remember what was brought."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in record(folder):
        if name not in manifest:
            remove(folder, inside(folder, name))
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None:
                raise Refused("{!r} is not a file".format(member.name))  # noqa: UP032
            place(folder, member.name, content.read(), member.mode & 0o755)
    names = sorted(manifest)
    place(folder, RECORD, json.dumps({"names": names, "sha256": names_hash(names)}).encode(), 0o644)
    return {"folder": str(folder)}


def place(folder: Path, name: str, content: bytes, mode: int) -> None:
    """Put a file in its place, at once and whole."""
    path = inside(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name("{}.{}.new".format(path.name, os.getpid()))  # noqa: UP032
    try:
        beside.write_bytes(content)
        beside.chmod(mode)
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def remove(folder: Path, path: Path) -> None:
    """Remove a file, and the folders that are empty without it."""
    with contextlib.suppress(OSError):
        path.unlink()
        while folder in path.parent.parents:
            path = path.parent
            path.rmdir()


def inside(folder: Path, name: str) -> Path:
    """The path of a name, which must stay below the folder."""
    if name.startswith("/") or ".." in name.split("/"):
        raise Refused("{!r} is outside {}".format(name, folder))  # noqa: UP032
    return folder / name


def record(folder: Path) -> list:
    """Names of the files that the last deploy brought; none where the record does not prove itself."""
    try:
        found = json.loads((folder / RECORD).read_text())
        if isinstance(found, list):  # of 1.0
            return [name for name in found if isinstance(name, str) and ".." not in name.split("/")]
        return found["names"] if found["sha256"] == names_hash(found["names"]) else []
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def names_hash(names: list) -> str:
    """SHA-256 of names, which proves a record."""
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def content_hash(path: Path) -> "str | None":
    """SHA-256 of a file; None where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


if __name__ == "__main__":
    main()
