"""What reads some formats, or runs tasks elsewhere, is installed where it is asked for: extras with requirements."""

import ctypes
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from stormtracks.errors import BadValue

EXTRAS = {
    "grib": "GRIB",
    "zarr": "Zarr",
    "dask": "--engine dask",
    "parquet": "Parquet",
    "notebook": "a table, data set or shape",
}
"""Name of an extra -> what needs it: a format, or an option."""
_PACKAGES = {
    "grib": "eccodes",
    "zarr": "tensorstore",
    "dask": "distributed",
    "parquet": "pyarrow",
    "notebook": "pandas",
}
_ONLY_HERE = ("notebook",)
"""What no host ever needs."""


class Lacking(BadValue):
    """The package of an extra is not installed, or not whole; the message says what to do."""


def requirements(name: str) -> str:
    """The name of an extra's file of requirements.

    Raises
    ------
    BadValue
        There is no such extra.
    """
    if name not in EXTRAS:
        raise BadValue(f"there is no extra {name!r}; choose from {', '.join(EXTRAS)}")
    return f"requirements-{name}.txt"


def remedy(name: str, again: bool = False) -> str:
    """What to do where an extra is lacking, here or on a host.

    Examples
    --------
    >>> from stormtracks import extras
    >>> extras.remedy("grib")
    "install it: ./inv extras grib (pip install -r requirements-grib.txt, on hosts 'extras: [grib]' and fab deploy)"
    """
    on_hosts = "" if name in _ONLY_HERE else f", on hosts 'extras: [{name}]' and fab deploy"
    how = f"./inv extras {name} (pip install -r {requirements(name)}{on_hosts})"
    return f"install it again: {how}" if again else f"install it: {how}"


def load(name: str, package: str = "") -> ModuleType:
    """Import the package of an extra: eccodes, tensorstore, distributed, pyarrow or pandas; or another one of its own.

    Nobody else imports it. The loader of eccodes would make what eccodes brings along (PROJ, SQLite, OpenSSL) that of
    the whole process: a map that pyproj drew afterwards ended in a crash.

    Raises
    ------
    Lacking
    """
    package = package or _PACKAGES[name]
    try:
        with _kept_apart():
            return importlib.import_module(package)
    except (ImportError, RuntimeError, OSError) as error:  # eccodes: RuntimeError where its C library is not there
        is_there = not isinstance(error, ModuleNotFoundError) or error.name != package
        fault = f"which cannot be loaded ({error})" if is_there else "which is not installed"
        how = remedy(name, again=is_there)
        raise Lacking(f"{EXTRAS[name]} needs the package {package}, {fault}; {how}") from error


@contextmanager
def _kept_apart() -> Iterator[None]:
    """Load shared libraries for the package alone; what links to them finds them by name, also when not global."""
    try:
        findlibs = importlib.import_module("findlibs")
    except ImportError:  # eccodes is not there either, or has another loader
        yield
        return
    loads = getattr(findlibs, "_load_globally", None)
    if loads is None:
        yield
        return
    findlibs._load_globally = ctypes.CDLL  # type: ignore[attr-defined]  # local is its default
    try:
        yield
    finally:
        findlibs._load_globally = loads  # type: ignore[attr-defined]
