"""The one hand that compiles the kernel: C sources -> a library in this folder, whose name says what it is made from.

Called when an environment is made (`./inv`, `fab deploy`), when a wheel is built, and by `inv build-kernel`; never by a
task. Standard library only, since a wheel is built where there is nothing else.
"""

import contextlib
import functools
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from stormtracks import disk
from stormtracks.errors import StormtracksError

FOLDER = Path(__file__).resolve().parent
FLAGS = (
    "-std=c99",
    "-O3",
    "-shared",
    "-fPIC",
    "-fvisibility=hidden",
    "-ffp-contract=off",  # a product and a sum in one step would round once, and NumPy rounds twice
    "-fno-math-errno",  # a square root need not say that it failed
    "-fno-trapping-math",  # nor does a comparison raise a signal, so that whole rows are compared at once
    # Whatever $CC or the compiler's own defaults say: sums keep their order, and the smallest numbers do not become 0,
    # which a library compiled otherwise makes true of the whole process.
    "-fno-fast-math",
    "-fno-unsafe-math-optimizations",
    "-Wall",
    "-Wextra",
)
"""No -march=native: the hosts that share a folder may have other processors; see `kernel.h`."""
COMPILERS = ("cc", "gcc", "clang")
SLOWER = "stormtracks runs on NumPy, with the same results"
_SECONDS = 300.0
_LOADS = (
    "import ctypes, sys; found = ctypes.CDLL(sys.argv[1]); found.built_from.restype = ctypes.c_char_p; "
    "sys.exit(found.built_from() != sys.argv[2].encode())"
)
_SEAL = hashlib.sha256().digest_size


class NotBuilt(StormtracksError):
    """There is no compiler, or it failed: all works without it, only slower."""


def build(folder: Path = FOLDER, more: Sequence[str] = ()) -> Path:
    """Compile the kernel, unless the library of these sources is there.

    Parameters
    ----------
    folder : Path
        Where the library is put.
    more : sequence of str
        Further flags of the compiler, such as those of a sanitizer.

    Returns
    -------
    Path
        The library; those of older sources are removed.

    Raises
    ------
    NotBuilt
        There is no C compiler, or it failed, or the folder cannot be written to.
    """
    place = folder / name()
    if not more and is_sound(place) and _loads(place):
        return place
    compiler = _compiler()
    try:
        with disk.whole(place) as unfinished:
            _compile(compiler, unfinished, more)
            if not more and not _loads(unfinished):  # a sanitizer's needs to be loaded before all else
                raise NotBuilt(f"what {compiler[0]} compiles cannot be loaded here; {SLOWER}")
            _seal(unfinished)
    except OSError as error:
        raise NotBuilt(f"the kernel cannot be compiled into {folder}: {error.strerror}; {SLOWER}") from error
    for other in folder.glob(f"{_stem()}-*.so"):
        if other != place:
            with contextlib.suppress(OSError):
                other.unlink()
    return place


def is_sound(library: Path) -> bool:
    """Whether a library is as it was compiled, and nobody put it there who may not change these modules too.

    One that was cut or damaged would end the process that loads it.
    """
    try:
        with library.open("rb") as file:
            content, found = file.read(), os.fstat(file.fileno())
    except OSError:
        return False
    source = Path(__file__).stat()
    is_trusted = found.st_uid in (0, os.geteuid(), source.st_uid) and not found.st_mode & ~source.st_mode & 0o022
    return is_trusted and hashlib.sha256(content[:-_SEAL]).digest() == content[-_SEAL:]


def name() -> str:
    """What the library of these sources, for this machine, is called."""
    return f"{_stem()}-{built_from()}.so"


@functools.cache
def built_from() -> str:
    """A hash of the sources and of how they are compiled, in hexadecimal digits."""
    total = hashlib.sha256(" ".join(FLAGS).encode())
    for path in sources():
        total.update(f"{path.name}\0".encode() + path.read_bytes())
    return total.hexdigest()[:16]


def sources() -> list[Path]:
    """The C sources and what they include, in order."""
    return sorted([*FOLDER.glob("*.c"), *FOLDER.glob("*.h")])


def _stem() -> str:
    return f"kernel-{sys.platform}-{platform.machine()}"


def _compiler() -> list[str]:
    """The command of a C compiler: $CC, else the first that PATH has."""
    stated = os.environ.get("CC", "")
    try:
        chosen = shlex.split(stated)
    except ValueError as error:
        raise NotBuilt(f"CC={stated} is not a command ({error}): correct it; {SLOWER}") from None
    found = [path for one in ([chosen[0]] if chosen else COMPILERS) if (path := shutil.which(one))]
    if not found and chosen:
        raise NotBuilt(f"no C compiler: CC={stated} is not found; {SLOWER}; correct CC, or unset it")
    if not found:
        raise NotBuilt(
            f"no C compiler: {SLOWER}; to have one on Debian or Ubuntu: sudo apt install gcc libc6-dev, then "
            "inv build-kernel (for hosts: fab deploy)"
        )
    return [found[0], *chosen[1:]]


def _compile(compiler: list[str], place: Path, more: Sequence[str]) -> None:
    files = [str(path) for path in sources() if path.suffix == ".c"]
    words = [*compiler, *FLAGS, *more, f'-DBUILT_FROM="{built_from()}"', "-o", str(place), *files, "-lm"]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NotBuilt(f"{compiler[0]} did not end in {_SECONDS:g} s; {SLOWER}") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").splitlines()
        said = next((line.strip() for line in lines if "error" in line), "it does not say why")
        raise NotBuilt(f"{compiler[0]} cannot compile the kernel ({said}); {SLOWER}")


def _loads(library: Path) -> bool:
    """Whether it can be loaded and is of these sources: asked in a process of its own, which may end of it."""
    words = [sys.executable, "-I", "-c", _LOADS, str(library), built_from()]
    try:
        return not subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS).returncode
    except subprocess.TimeoutExpired:
        return False


def _seal(library: Path) -> None:
    """Add a hash of it, which the system's loader passes over; only we may write to it, whatever the umask says."""
    with library.open("ab") as file:
        file.write(hashlib.sha256(library.read_bytes()).digest())
    library.chmod(0o755)
