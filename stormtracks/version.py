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
    for path in _tracked(package) or sorted(path for kind in _KINDS for path in package.rglob(kind)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(package).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def _tracked(package: Path) -> list[Path]:
    command = ["git", "-C", str(package), "ls-files", "-z", "--", *_KINDS]
    try:
        listing = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    paths = [package / name for name in listing.decode("utf-8", "surrogateescape").split("\0") if name]
    return sorted(path for path in paths if path.is_file())
