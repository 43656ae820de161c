"""The unfinished file beside its final name, and the note that says what it is the beginning of."""

import json
import os
from pathlib import Path
from typing import Any, BinaryIO

from stormtracks import disk
from stormtracks.download.errors import DownloadError


class PartialFile:
    """``NAME.part``, with ``NAME.part.json`` beside it: what it is the beginning of.

    Used in a `with` block, during which no other process can write the same file. What is there when the
    block ends stays and can be resumed, unless `finish` gave it the final name or `discard` removed it.

    Attributes
    ----------
    final, path : Path
        The file to be, and what there is of it.
    note : dict
        What the server said of it (address, etag, last_modified, total); empty for a new one.

    Notes
    -----
    The lock is on the note, not on the file: HDF5 locks the files that it opens, and the file is opened to
    be verified.
    """

    def __init__(self, final: Path | str) -> None:
        self.final = Path(final)
        self.path = self.final.with_name(self.final.name + ".part")
        self.note: dict[str, Any] = {}
        self._note_path = self.final.with_name(self.final.name + ".part.json")
        self._lock: disk.Lock
        self._file: BinaryIO

    def __enter__(self) -> "PartialFile":
        self.final.parent.mkdir(parents=True, exist_ok=True)
        # Permissions as those of any file of the destination: less what the umask takes. Many parallel file systems
        # cannot lock; a download there does without.
        lock = disk.lock(self._note_path, mode=0o666, needed=False)
        if lock is None:
            raise DownloadError(f"{self.path}: another download is writing this file; wait until it ends")
        self._lock = lock
        self.note = _parsed(lock.read())
        try:
            self._file = self.path.open("ab", buffering=0)
        except OSError:
            lock.release()
            raise
        if not self.note:  # nothing says what these bytes belong to
            self._file.truncate(0)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self.path.exists() and not self.path.stat().st_size:
            self.discard()
        self._lock.release()

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size

    def validator(self, address: str) -> str | None:
        """What tells the server which version of the file this is the beginning of; None where nothing can.

        Notes
        -----
        A weak ETag does not promise the same bytes, so the date of change stands in for it (RFC 9110,
        13.1.5).
        """
        if self.note.get("address") != address:
            return None
        etag = self.note.get("etag") or ""
        return self.note.get("last_modified") if etag.startswith("W/") or not etag else etag

    def restart(self, note: dict[str, Any] | None = None) -> None:
        """Begin from nothing; `note` (plain values) says what the following bytes belong to."""
        self._file.truncate(0)
        self.note = note or {}
        self._lock.write(json.dumps(self.note))

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end."""
        view = memoryview(data)
        while view:  # without a buffer, a write may take a part only
            view = view[self._file.write(view) :]

    def finish(self) -> None:
        """Flush to the disk and give the file its name, in place of what may have it."""
        os.fsync(self._file.fileno())
        self._file.close()
        self.path.replace(self.final)
        disk.flush_folder(self.final.parent)
        self._note_path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove what is there."""
        self._file.close()
        self.path.unlink(missing_ok=True)
        self._note_path.unlink(missing_ok=True)


def _parsed(text: str) -> dict[str, Any]:
    """A note; empty where a power cut has left half of it, since the file then cannot be trusted either."""
    try:
        note = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    return note if isinstance(note, dict) else {}
