"""The library eccodes, imported when a GRIB file is opened that needs it: 174 MB that netCDF does without."""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from stormtracks.science import libraries

_Found = TypeVar("_Found")


class Unreadable(Exception):
    """What eccodes says of a message that it cannot read."""


@functools.cache
def eccodes() -> ModuleType:
    """The module.

    Raises
    ------
    InputError
        It is not installed, or not whole.
    """
    module: ModuleType = libraries.load("grib")
    _be_silent(module)
    return module


@contextmanager
def opened(message: bytes) -> Iterator[Any]:
    """A handle of a message in memory.

    Raises
    ------
    Unreadable
        eccodes cannot read it.
    """
    module = eccodes()
    try:
        handle = module.codes_new_from_message(message)
        try:
            yield handle
        finally:
            module.codes_release(handle)
    except module.CodesInternalError as error:
        raise Unreadable(str(error)) from error


def value(handle: Any, key: str, kind: Callable[[Any], _Found]) -> _Found | None:
    """A key of a message; None where it has none."""
    module = eccodes()
    try:
        found = module.codes_get(handle, key, kind)
    except (module.CodesInternalError, UnicodeDecodeError):
        return None
    return None if found is None or found in ("unknown", "not_found") else found


def _be_silent(module: ModuleType) -> None:
    """Keep the library's own lines out of the terminal: what it cannot read is refused by us, with file and byte."""
    setter = getattr(__import__("gribapi").gribapi, "grib_context_set_logging", None)
    if setter is not None:
        setter(_nowhere())


@functools.cache
def _nowhere() -> Any:
    return Path(os.devnull).open("w", encoding="utf-8")  # for as long as the library is there
