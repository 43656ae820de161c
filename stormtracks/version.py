"""Which code this is: hosts must run what this checkout holds, and one run is done by one version only."""

import functools
import hashlib
import subprocess
from pathlib import Path

from stormtracks import __version__

PACKAGE = Path(__file__).resolve().parent
_KINDS = ("*.py", "*.c", "*.h")


@functools.cache
def code_version() -> str:
    """The version with a hash of the package's own files, such as "1.0.0+3f9a1c20d4e5"."""
    return f"{__version__}+{content_hash(PACKAGE)[:12]}"


def content_hash(package: Path) -> str:
    """SHA-256 over the names and contents of a package's Python and C files, in hexadecimal digits.

    In a git checkout these are the tracked files, which are what `fab deploy` brings to hosts; elsewhere all files.
    """
    total = hashlib.sha256()
    for name in sorted(_tracked(package) or _all(package)):
        try:
            with open(f"{package}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - of 700 files, in half the time
                content = file.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            continue  # tracked, and not there
        total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def _all(package: Path) -> list[str]:
    """The names of all files, as git has them: relative, with slashes."""
    return [path.relative_to(package).as_posix() for kind in _KINDS for path in package.rglob(kind)]


def _tracked(package: Path) -> list[str]:
    command = ["git", "-C", str(package), "ls-files", "-z", "--", *_KINDS]
    try:
        listing = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [name for name in listing.decode("utf-8", "surrogateescape").split("\0") if name]
