"""The unfinished file beside its final name, and the note that says what it is the beginning of."""

import contextlib
import hashlib
import logging
import os
from pathlib import Path
from typing import Any, BinaryIO

from stormtracks import disk, sealed
from stormtracks.download.errors import DownloadError

log = logging.getLogger(__name__)

KIND = "download note 2"
PROVEN_BYTES = 64 << 20
"""As soon as so much has arrived, it is flushed and its hash is noted: a power cut costs no more than that."""

_CHUNK = 1 << 20


class PartialFile:
    """``NAME.part``, with ``NAME.part.json`` beside it: what it is the beginning of.

    Used in a `with` block, during which no other process can write the same file. What is there when the
    block ends stays and can be resumed, unless `finish` gave it the final name or `discard` removed it. What is
    there is believed only as far as its hash is in the note.

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
        self._hash = hashlib.blake2b()
        self._unproven = 0  # bytes at the end whose hash is not in the note

    def __enter__(self) -> "PartialFile":
        self.final.parent.mkdir(parents=True, exist_ok=True)
        # Permissions as those of any file of the destination: less what the umask takes. Many parallel file systems
        # cannot lock; a download there does without.
        lock = disk.lock(self._note_path, mode=0o666, needed=False)
        if lock is None:
            raise DownloadError(f"{self.path}: another download is writing this file; wait until it ends")
        self._lock = lock
        try:
            self._file = self.path.open("ab", buffering=0)
            self._resume(lock.read())
        except OSError:
            lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # on a full disk the note that is there holds
            self._prove()
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
        self._hash = hashlib.blake2b()
        self._unproven = 0
        self._write_note()

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end."""
        view = memoryview(data)
        while view:  # without a buffer, a write may take a part only
            written = self._file.write(view)
            self._hash.update(view[:written])
            self._unproven += written
            view = view[written:]
        if self._unproven >= PROVEN_BYTES:
            self._prove()

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

    def _resume(self, text: str) -> None:
        """Keep what is there as far as the note proves it; without a note nothing says what these bytes belong to."""
        if not text and not self.size:
            return
        try:
            note = sealed.opened(KIND, text)
            proven = note.pop("proven")
            if self._hash_of(proven["bytes"]) != proven["blake2b"]:
                raise sealed.Unproven("does not belong to what is there")
        except sealed.Unproven as error:
            log.warning("%s %s: this file is fetched from its beginning", self._note_path, error)
            self.restart()
            return
        self.note = note
        self._file.truncate(proven["bytes"])

    def _hash_of(self, count: int) -> str:
        """The hash of the first bytes, which is continued by what comes after them."""
        with self.path.open("rb") as file:
            while count and (read := file.read(min(count, _CHUNK))):
                self._hash.update(read)
                count -= len(read)
        return self._hash.hexdigest() if not count else "shorter than it was"

    def _prove(self) -> None:
        """Flush what is there, and note its hash."""
        if self._unproven and not self._file.closed:
            os.fsync(self._file.fileno())
            self._unproven = 0
            self._write_note()

    def _write_note(self) -> None:
        proven = {"bytes": self.size - self._unproven, "blake2b": self._hash.hexdigest()}
        self._lock.write(sealed.sealed(KIND, {**self.note, "proven": proven}))
