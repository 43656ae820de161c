"""Arrays in a file of our own, which proves itself when it is read: what took long to make need not be made anew."""

import contextlib
import hashlib
import io
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import disk, private
from stormtracks.errors import StormtracksError

_log = logging.getLogger(__name__)


def read(file: Path, kind: str) -> list[Any] | None:
    """The arrays of a file.

    Parameters
    ----------
    file : Path
    kind : str
        What they are and in which format, such as ``stormtracks weights 1``; a line.

    Returns
    -------
    list of ndarray or None
        In the order in which they were written; None where there is no such file, another user may have written it,
        or it does not prove itself: empty, cut, changed, of another kind.
    """
    try:
        with private.open_file(file) as opened:
            head, content = opened.readline(256), opened.read()
    except (StormtracksError, OSError):
        return None
    if head != _head(kind, content):
        _log.info("%s is damaged or of another format, and is made anew", file)
        return None
    return list(_arrays(content))


def write(file: Path, kind: str, arrays: Sequence[Any], most: int) -> None:
    """Keep arrays in a file that only we may read; of the files beside it with its suffix the newest `most` stay.

    Where that cannot be done nothing is: a full disk costs time only.
    """
    stream = io.BytesIO()
    for one in arrays:
        np.save(stream, np.asarray(one), allow_pickle=False)
    content = stream.getvalue()
    with contextlib.suppress(OSError):
        disk.write_whole(file, _head(kind, content) + content, 0o600, durable=False)
        by_age = sorted(file.parent.glob(f"*{file.suffix}"), key=lambda one: one.stat().st_mtime)
        for old in by_age[:-most]:
            old.unlink(missing_ok=True)


def _arrays(content: bytes) -> Any:
    stream = io.BytesIO(content)
    while stream.tell() < len(content):
        yield np.load(stream, allow_pickle=False)


def _head(kind: str, content: bytes) -> bytes:
    return f"{kind} {hashlib.sha256(content).hexdigest()}\n".encode()
